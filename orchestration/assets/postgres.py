"""PostgreSQL: the publication as live port for BI, when the settings name a database."""

from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    MaterializeResult,
    ResourceParam,
    asset,
)

from orchestration.assets.history import LAST_OF_ALL, PUBLISHED_AND_KEPT
from orchestration.assets.publication import PUBLICATION
from orchestration.configuration import load_configuration
from orchestration.live import DATABASE, LOADED, metadata_of
from orchestration.nightlog.facts import PASSED_OVER
from orchestration.progress import Progress
from orchestration.retries import retried
from orchestration.settings import RunSettings

POSTGRES = "postgres"


def build_postgres(manifest: Path) -> AssetsDefinition:
    """Make the asset of the live port; whatever happens to it, the publication stands.

    Args:
        manifest: dbt's manifest, for keys, comments and views.

    Returns:
        The asset.
    """

    @asset(
        key=POSTGRES,
        deps=PUBLISHED_AND_KEPT,
        group_name=PUBLICATION,
        kinds={"postgres"},
        op_tags=LAST_OF_ALL,
        description="Published tables and views in PostgreSQL, in one transaction; passed over without postgres_url.",
    )
    def postgres(
        context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
    ) -> MaterializeResult[None]:
        """Load the publication into PostgreSQL.

        Args:
            context: Dagster's; told when nothing is loaded.
            settings: Where the publication is.
            progress: Told of each table.

        Returns:
            The database, rows and seconds, as metadata; never its address, which holds a password.

        Raises:
            PostgresError: Nothing was loaded; what the database held still stands.
        """
        # Read here, not in the settings of the run: those are stored by Dagster, and the address is a secret.
        url = load_configuration().postgres_url
        if url is None:
            context.log.info("Not loaded into PostgreSQL: the setting postgres_url is not given")
            return MaterializeResult(metadata={LOADED: False, PASSED_OVER: True})
        from exports.access.port import GuardedLoad  # noqa: PLC0415
        from exports.postgres.load import load  # noqa: PLC0415
        from exports.publish import CURRENT  # noqa: PLC0415

        progress.stage(POSTGRES)
        warehouse = (settings.output_folder / CURRENT).resolve()
        access = GuardedLoad(settings.output_folder, manifest)
        with retried(context, settings):
            loaded = load(warehouse, url.get_secret_value(), manifest, access=access, progress=progress.advance)
        context.log.info("%d rows in %s", loaded.rows, metadata_of(loaded)[DATABASE])
        return MaterializeResult(metadata={LOADED: True, **metadata_of(loaded)})

    return postgres
