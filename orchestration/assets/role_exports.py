"""The files of each role: what houses, municipalities and the public may see, as a folder of Parquet files each."""

from dagster import (
    AssetExecutionContext,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
)

from orchestration.assets.history import LAST_OF_ALL, PUBLISHED_AND_KEPT
from orchestration.assets.publication import PUBLICATION
from orchestration.nightlog.facts import PASSED_OVER
from orchestration.progress import Progress
from orchestration.settings import RunSettings

ROLE_EXPORTS = "role_exports"


@asset(
    key=ROLE_EXPORTS,
    deps=PUBLISHED_AND_KEPT,
    group_name=PUBLICATION,
    kinds={"parquet"},
    op_tags=LAST_OF_ALL,
    description="A folder of Parquet files for each role in adgang/<role>, made of the rules of access.",
)
def role_exports(
    context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
) -> MaterializeResult[None]:
    """Write the folders of all roles.

    Args:
        context: Dagster's; told when nothing is written.
        settings: Where the publication is, and whether the files are wanted.
        progress: Told that it begins.

    Returns:
        The folder, its roles and its files, as metadata.

    Raises:
        AccessError: The files could not be written; those of the night before still stand.
    """
    from exports.access.guide import read_labels  # noqa: PLC0415
    from exports.access.parquet import FOLDER, share  # noqa: PLC0415
    from orchestration.manifest import prepare_manifest  # noqa: PLC0415

    if not settings.role_exports:
        context.log.info("No files for roles: not asked for")
        return MaterializeResult(metadata={"written": False, PASSED_OVER: True})
    progress.stage(ROLE_EXPORTS)
    shared = share(settings.output_folder, labels=read_labels(prepare_manifest()))
    return MaterializeResult(
        metadata={
            "written": True,
            "folder": MetadataValue.path(settings.output_folder / FOLDER),
            "roles": len(shared.folders),
            "files": shared.files,
            "bytes": shared.bytes,
        },
    )
