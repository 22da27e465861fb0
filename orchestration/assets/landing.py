"""Deliveries into schema `raw` of the private build file, one asset per entity."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    multi_asset,
)
from dagster._core.storage.tags import RETRY_NUMBER_TAG
from duckdb import DuckDBPyConnection

from orchestration.assets.deliveries import DELIVERIES
from orchestration.dbt import RAW
from orchestration.nightlog.facts import LANDING, landing_facts
from orchestration.nightlog.record import Landing
from orchestration.privacy.erasure_plan import unfinished
from orchestration.privacy.pseudonym_key import changed_key_notice, key_notice, made_key, remember_key
from orchestration.progress import Progress
from orchestration.retries import retried
from orchestration.settings import COPENHAGEN, RunSettings
from orchestration.tags import YEAR, delivery_tags
from orchestration.taken import Taken, write_taken
from orchestration.version import code_version
from sources.contract import load_contracts
from sources.erasures import other_keys, read_erasures, take_out_erased
from sources.landing import LandingReport, land, left_notes, open_warehouse, record_run
from sources.pseudonyms import PseudonymKey
from sources.retention import RETENTION_FILE, load_retention, take_out_expired
from sources.warehouse import newest_day

if TYPE_CHECKING:
    from dagster._core.definitions.metadata import RawMetadataValue

POOL = "warehouse"
REGISTER = {
    "deliveries": "Every delivery file seen, with fingerprint, status and row counts.",
    "rejected_rows": "What was rejected: delivery, line, column, value and reason.",
    "run_context": "The run: its report year, its day and the code's version.",
}


def landed_specs() -> list[AssetSpec]:
    """List the assets that landing makes.

    Returns:
        One asset per entity of the delivery contracts, and one per table of the register of deliveries.
    """
    entities = {
        entity.name: f"{entity.description} As delivered, all text."
        for source in load_contracts().sources
        for entity in source.entities
    }
    return [
        AssetSpec(
            key=AssetKey([RAW, name]),
            deps=[AssetKey(DELIVERIES)],
            description=description,
            group_name=RAW,
            kinds={"duckdb"},
        )
        for name, description in {**entities, **REGISTER}.items()
    ]


@multi_asset(name="landing", specs=landed_specs(), pool=POOL)
def landing(
    context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
) -> Iterator[MaterializeResult[None]]:
    """Land the deliveries and record the run.

    Args:
        context: Dagster's; gets the deliveries and the report year as tags of the run.
        settings: Where the deliveries and the build file are, and the report year.
        progress: Told of each delivery.

    Yields:
        One result per entity, with its row counts.

    Raises:
        NothingUsableError: No delivery can be used.
    """
    since = _begun(context)
    with retried(context, settings):
        key = made_key(settings.output_folder)
        notices = _notices(settings, key)
        folder = settings.deliveries_folder()
        settings.build_folder.mkdir(parents=True, exist_ok=True)
        with closing(open_warehouse(settings.warehouse)) as con:
            taking_out = _taking_out(settings, key)
            report = land(con, folder, progress=_follow(progress), wait=settings.wait, take_out=taking_out)
            record_run(con, run_id=context.run.run_id, report_year=settings.year, code_version=code_version())
            year = con.execute("select report_year from raw.run_context").fetchall()[0][0]
            facts = landing_facts(con, report, since)
        remember_key(key, settings.output_folder)
        write_taken(settings.output_folder, Taken(context.run.run_id, report.looked_at))
    for note in left_notes(report.left):
        context.log.warning("%s", note)
    known = [(each.entity, each.extracted_on) for each in report.accepted if each.entity and each.extracted_on]
    tags = delivery_tags(known, report.looked_at)
    context.instance.add_run_tags(context.run.run_id, {**tags, YEAR: str(year)})
    yield from _results(report, facts, notices)


def _notices(settings: RunSettings, key: PseudonymKey) -> tuple[str, ...]:
    """Say what the owner of the data must know of keys and erasures; nothing of synthetic persons."""
    output = settings.output_folder
    if settings.deliveries is None:
        return ()
    of_key = (changed_key_notice(key, output), key_notice(key, output), other_keys(output, key))
    return (*(notice for notice in of_key if notice is not None), *unfinished(output))


def _begun(context: AssetExecutionContext) -> datetime:
    """Say when the run began, or the one that was killed and that it is a second attempt at.

    Returns:
        The time as the register of deliveries writes times: UTC without time zone.
    """
    is_second = RETRY_NUMBER_TAG in context.run.tags
    first = context.run.root_run_id if is_second else None
    began = context.instance.get_run_stats(first or context.run.run_id).start_time
    return datetime.fromtimestamp(began or 0, UTC).replace(tzinfo=None)


def _taking_out(settings: RunSettings, key: PseudonymKey) -> Callable[[DuckDBPyConnection], None]:
    """Make what takes rows out again that may not be kept: those of erased persons, and those that are too old."""
    contracts = load_contracts()
    retention = load_retention(contracts, Path(settings.retention) if settings.retention else RETENTION_FILE)
    erasures = read_erasures(settings.output_folder, key)

    def take_out(con: DuckDBPyConnection) -> None:
        take_out_erased(con, contracts, erasures, key)
        today = newest_day(con)
        if today is not None:
            take_out_expired(con, contracts, retention, min(today, datetime.now(tz=COPENHAGEN).date()))

    return take_out


def _follow(progress: Progress) -> Callable[[int, int, str], None]:
    """Tell of landing as of every other stage: the number of deliveries first, then each that is begun."""

    def tell(done: int, total: int, delivery: str) -> None:
        if done == 0:
            progress.stage("landing", total)
        else:
            progress.advance(delivery)

    return tell


def _results(report: LandingReport, facts: Landing, notices: Sequence[str]) -> Iterator[MaterializeResult[None]]:
    """Give each entity its row counts, and the register the totals."""
    for spec in landed_specs():
        name = spec.key.path[-1]
        if name in REGISTER:
            metadata: dict[str, RawMetadataValue] = {}
            if name == "deliveries":
                metadata = {
                    "deliveries": len(report.deliveries),
                    "reused": report.reused,
                    "set_aside": len(report.set_aside),
                    "warnings": [*notices, *report.warnings],
                    LANDING: MetadataValue.json(facts.model_dump(mode="json")),
                }
        else:
            own = [delivery for delivery in report.deliveries if delivery.entity == name]
            metadata = {
                "deliveries": len(own),
                "delivered_rows": sum(delivery.delivered_rows for delivery in own),
                "accepted_rows": sum(delivery.accepted_rows for delivery in own),
                "rejected_rows": sum(delivery.rejected_rows for delivery in own),
            }
        yield MaterializeResult(asset_key=spec.key, metadata=metadata)
