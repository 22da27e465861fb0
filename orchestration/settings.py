"""What a run is told: which deliveries, which output, which year. A Dagster resource, so that the UI shows it too."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dagster import ConfigurableResource, InitResourceContext
from pydantic import Field

from expectations.store import history_file
from orchestration.configuration import Configuration
from orchestration.lock import hold
from orchestration.paths import PROJECT_ROOT, build_file, build_folder, synthetic_cache
from orchestration.progress import Progress, SilentProgress
from sources.arrivals import Rule, Wait
from sources.synthetic import SyntheticSettings, cached_deliveries, default_today

DEFAULT_SEED = 2019
DEFAULT_KEEP = 3
PATIENCE_SECONDS = 3600.0
"""How long a run that nobody waits for lets another one finish first."""
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class RunSettings(ConfigurableResource):  # type: ignore[type-arg]
    """One run's settings. While a run uses them, it holds the output folder."""

    output: str = Field(
        default=str(PROJECT_ROOT / "output"),
        description="The folder that gets the warehouse and the files.",
    )
    deliveries: str | None = Field(
        default=None,
        description="The folder with deliveries; without it a synthetic Denmark is used.",
    )
    year: int | None = Field(
        default=None,
        description="The report year; without it the last complete year by the data.",
    )
    scale: float = Field(default=1.0, gt=0, description="Size of the synthetic Denmark; 1 is the nation.")
    seed: int = Field(default=DEFAULT_SEED, ge=0, description="Seed of the synthetic Denmark.")
    keep: int = Field(default=DEFAULT_KEEP, ge=1, description="How many published warehouses to keep.")
    retention: str | None = Field(
        default=None, description="The YAML file of how long delivered rows are kept; the project's own without it."
    )
    reports: bool = Field(default=True, description="Whether the run ends with the reports, workbook and open data.")
    role_exports: bool = Field(default=False, description="Whether the run writes a folder of files for each role.")
    wait_for: Rule = Field(
        default="nothing",
        description="What a file must show to be taken: nothing, that it is stable, or that it has its marker (done).",
    )
    stable_seconds: int = Field(default=120, ge=1, description="How long a stable file has been unchanged.")
    patience_seconds: float = Field(
        default=0, ge=0, description="How long to wait for another run that holds the output folder."
    )
    attempts: int = Field(default=1, ge=1, description="How often a step is tried when its failure can pass by itself.")
    backoff_seconds: float = Field(
        default=30, gt=0, description="Seconds before the second attempt; the wait is doubled after each."
    )

    @classmethod
    def of(
        cls,
        configuration: Configuration,
        *,
        scale: float = 1.0,
        seed: int = DEFAULT_SEED,
        unattended: bool = False,
    ) -> RunSettings:
        """Take what a run needs of the program's settings.

        Args:
            configuration: The program's settings.
            scale: Size of the synthetic Denmark.
            seed: Seed of the synthetic Denmark.
            unattended: Whether Dagster starts the run: then files must be whole, and a folder that is held is waited
                for. A person who starts one takes the files as they are, unless they are marked when whole.

        Returns:
            One run's settings.
        """
        deliveries = configuration.deliveries
        return cls(
            output=str(configuration.output.absolute()),
            deliveries=str(deliveries.absolute()) if deliveries is not None else None,
            year=configuration.year,
            scale=scale,
            seed=seed,
            keep=configuration.keep,
            reports=configuration.reports,
            role_exports=configuration.role_exports,
            wait_for=_rule(configuration, unattended=unattended),
            stable_seconds=configuration.stable_seconds,
            patience_seconds=PATIENCE_SECONDS if unattended else 0,
            attempts=configuration.attempts,
            backoff_seconds=configuration.backoff_seconds,
            retention=str(configuration.retention.absolute()) if configuration.retention is not None else None,
        )

    def changed(self, **changes: Any) -> RunSettings:  # noqa: ANN401 - fields of any type
        """Make settings that differ in some fields. Not `model_copy`: Dagster gives a job what it was first told.

        Args:
            changes: The fields, by their names.

        Returns:
            Other settings.
        """
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | changes)

    def run_config(self) -> dict[str, Any]:
        """Write these settings as the configuration of a run, so that the run says what it was told.

        Returns:
            Dagster's run configuration; what is not given is left out.
        """
        given = {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}
        return {"resources": {"settings": {"config": given}}}

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Generator[RunSettings, None, None]:  # noqa: ARG002
        """Hold the output folder for as long as the run uses it.

        Args:
            context: Not used.

        Yields:
            These settings.

        Raises:
            RunInProgressError: Another run holds the folder.
        """
        with hold(self.output_folder, self.patience_seconds):
            yield self

    @property
    def wait(self) -> Wait:
        """What a file must show to be taken in."""
        return Wait(self.wait_for, self.stable_seconds)

    @property
    def output_folder(self) -> Path:
        """The output folder, absolute."""
        return Path(self.output).absolute()

    @property
    def build_folder(self) -> Path:
        """The private folder of the build, `<output>/.build`."""
        return build_folder(self.output_folder)

    @property
    def warehouse(self) -> Path:
        """The private build file."""
        return build_file(self.output_folder)

    @property
    def history(self) -> Path:
        """The file that remembers between runs, `<output>/.history/quality.duckdb`."""
        return history_file(self.output_folder)

    def deliveries_folder(self, progress: Progress | None = None, today: date | None = None) -> Path:
        """Return the folder with deliveries, and make the synthetic ones where none were given.

        Args:
            progress: Told of each table that is made.
            today: The day the synthetic Denmark ends near; this day when not given.

        Returns:
            An absolute folder.
        """
        if self.deliveries is not None:
            return Path(self.deliveries).absolute()
        wall_clock = today or datetime.now(tz=COPENHAGEN).date()
        settings = SyntheticSettings(seed=self.seed, scale=self.scale, today=default_today(wall_clock))
        teller = progress or SilentProgress()
        return cached_deliveries(
            synthetic_cache(), settings, progress=lambda table, _share: teller.advance(table)
        ).absolute()


def _rule(configuration: Configuration, *, unattended: bool) -> Rule:
    """Say what a file must show to be taken."""
    if configuration.delivery_complete == "done":
        return "done"
    return "stable" if unattended else "nothing"
