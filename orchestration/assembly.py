"""How the definitions are put together: assets, checks, jobs, schedules, sensors and the resources they need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dagster import AssetKey, AssetsDefinition, Definitions

from expectations.suite import load_suites
from orchestration.assets.deliveries import deliveries
from orchestration.assets.expectations import build_expectations
from orchestration.assets.history import earlier_findings, finding_history
from orchestration.assets.landing import landing
from orchestration.assets.postgres import build_postgres
from orchestration.assets.publication import build_publication, published_marts
from orchestration.assets.role_exports import role_exports
from orchestration.assets.statement import build_statement
from orchestration.assets.statements_by_year import build_statements_by_year
from orchestration.assets.warehouse import build_warehouse
from orchestration.checks import build_expectation_checks, rows_conserved
from orchestration.configuration import Configuration, load_configuration
from orchestration.effect_checks import build_effect_checks
from orchestration.jobs import earlier_statements, erhvervshus
from orchestration.manifest import prepare_manifest
from orchestration.paths import DBT_PROJECT
from orchestration.progress import Progress, SilentProgress
from orchestration.service.alerts import SCHEDULES, SENSORS, AlertSettings, alerts
from orchestration.service.night_sensors import build_night_sensors
from orchestration.service.schedules import build_daily
from orchestration.service.sensors import build_new_deliveries
from orchestration.settings import RunSettings
from orchestration.stages import STAGE_OF_STEP


def build_defs(
    *,
    project: Path = DBT_PROJECT,
    manifest: Path | None = None,
    settings: RunSettings | None = None,
    progress: Progress | None = None,
    alert_settings: AlertSettings | None = None,
    configuration: Configuration | None = None,
    serving: bool = False,
) -> Definitions:
    """Put the definitions together; tests and the command line replace what they need.

    Args:
        project: The dbt project.
        manifest: Its manifest; prepared when not given.
        settings: The run's settings; when not given, those of the program. The UI's launchpad can change them.
        progress: Who is told how far a run has come; nobody when not given.
        alert_settings: Where alerts look and whom they tell; by the environment when not given.
        configuration: The program's settings; read when not given.
        serving: Whether schedule and sensor are on from the start, as they are under `erhvervshus serve`.

    Returns:
        The definitions.

    Raises:
        ConfigurationError: A setting cannot be used.
        ProjectError: The dbt project cannot be parsed.
    """
    told = configuration or load_configuration()
    prepared = manifest or prepare_manifest(project)
    marts = published_marts(prepared)
    assets = [
        deliveries,
        landing,
        earlier_findings,
        build_warehouse(prepared, project),
        build_expectations(marts),
        build_publication(prepared),
        finding_history,
        build_statement(prepared),
        build_statements_by_year(prepared, project),
        role_exports,
        build_postgres(prepared),
    ]
    known = _keys(assets)
    return Definitions(
        assets=assets,
        asset_checks=[rows_conserved, build_expectation_checks(load_suites(), known), *build_effect_checks(known)],
        jobs=[erhvervshus, earlier_statements, alerts],
        schedules=[build_daily(told, serving=serving), *SCHEDULES],
        sensors=[
            build_new_deliveries(told, serving=serving),
            *SENSORS,
            *build_night_sensors(told, STAGE_OF_STEP),
        ],
        resources={
            "settings": settings or RunSettings.of(told, unattended=True),
            "progress": progress or SilentProgress(),
            "alert_settings": alert_settings or AlertSettings(),
        },
    )


def _keys(assets: Sequence[AssetsDefinition]) -> frozenset[AssetKey]:
    """List the keys of assets."""
    return frozenset(key for definition in assets for key in definition.keys)
