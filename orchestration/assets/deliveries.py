"""The folder of deliveries: given, or a synthetic Denmark."""

from dagster import AssetExecutionContext, MaterializeResult, MetadataValue, ResourceParam, asset

from orchestration.progress import Progress
from orchestration.retries import retried
from orchestration.settings import RunSettings
from orchestration.tags import folder_tag

DELIVERIES = "deliveries"


@asset(
    key=DELIVERIES,
    group_name="deliveries",
    description="The folder of deliveries; without one given, a synthetic Denmark is made and kept.",
)
def deliveries(
    context: AssetExecutionContext, settings: RunSettings, progress: ResourceParam[Progress]
) -> MaterializeResult[None]:
    """Make sure that there are deliveries.

    Args:
        context: Dagster's; gets the folder as a tag of the run.
        settings: Where the deliveries are.
        progress: Told of each synthetic table.

    Returns:
        The folder, as metadata.
    """
    progress.stage("deliveries")
    with retried(context, settings):
        folder = settings.deliveries_folder(progress)
    context.instance.add_run_tags(context.run.run_id, folder_tag(folder))
    return MaterializeResult(
        metadata={
            "folder": MetadataValue.path(folder),
            "synthetic": settings.deliveries is None,
        },
    )
