"""How the definitions are put together: assets, checks, the job and the resources they need."""

from __future__ import annotations

from pathlib import Path

from dagster import Definitions

from orchestration.assets.deliveries import deliveries
from orchestration.assets.landing import landing
from orchestration.assets.publication import build_publication
from orchestration.assets.warehouse import build_warehouse
from orchestration.checks import rows_conserved
from orchestration.jobs import erhvervshus
from orchestration.manifest import prepare_manifest
from orchestration.paths import DBT_PROJECT
from orchestration.progress import Progress, SilentProgress
from orchestration.settings import RunSettings


def build_defs(
    *,
    project: Path = DBT_PROJECT,
    manifest: Path | None = None,
    settings: RunSettings | None = None,
    progress: Progress | None = None,
) -> Definitions:
    """Put the definitions together; tests and the command line replace what they need.

    Args:
        project: The dbt project.
        manifest: Its manifest; prepared when not given.
        settings: The run's settings; the UI's launchpad can change them when not given.
        progress: Who is told how far a run has come; nobody when not given.

    Returns:
        The definitions.

    Raises:
        ProjectError: The dbt project cannot be parsed.
    """
    prepared = manifest or prepare_manifest(project)
    return Definitions(
        assets=[deliveries, landing, build_warehouse(prepared, project), build_publication(prepared)],
        asset_checks=[rows_conserved],
        jobs=[erhvervshus],
        resources={
            "settings": settings or RunSettings.configure_at_launch(),
            "progress": progress or SilentProgress(),
        },
    )
