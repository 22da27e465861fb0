"""Dagster's own home: the folder with its settings and its memory, made from the settings of the program.

Run as a program (`python -m orchestration.service.instance FOLDER`) it makes the home that `make dev` uses.
"""

from __future__ import annotations

import logging
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import yaml

from exports.files import write_whole
from orchestration.configuration import Configuration, load_configuration, variable
from orchestration.errors import ServiceError
from orchestration.service.event_storage import KeptOpenEventLogStorage
from orchestration.tags import BUILD

_log = logging.getLogger(__name__)

HOME: Final = ".dagster"
STATE_VARIABLE: Final = "DAGSTER_STATE_URL"
"""Where Dagster's programs find the address of their database; set by us, with the driver that they have."""
_SETTINGS: Final = "dagster.yaml"
_PRIVATE: Final = 0o700
_LONGEST_RUN_SECONDS: Final = 6 * 3600
_START_SECONDS: Final = 300
_SKIPPED_TICKS_DAYS: Final = 3
_TICKS_DAYS: Final = 92


def home_folder(configuration: Configuration) -> Path:
    """Return where Dagster keeps what it remembers.

    Args:
        configuration: The settings.

    Returns:
        `<output>/.dagster`, absolute.
    """
    return configuration.output.absolute() / HOME


def instance_settings(configuration: Configuration, home: Path) -> dict[str, Any]:
    """Put Dagster's settings together.

    Args:
        configuration: The settings of the program.
        home: Dagster's home.

    Returns:
        The content of `dagster.yaml`. A database is named by its environment variable: no password is in it.
    """
    kept_ticks = {
        "purge_after_days": {
            "skipped": _SKIPPED_TICKS_DAYS,
            "success": _TICKS_DAYS,
            "failure": _TICKS_DAYS,
            "started": _TICKS_DAYS,
        }
    }
    settings: dict[str, Any] = {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        # A DuckDB file has one writer, or many readers, never both: one build at a time, whoever started it. Alerts
        # build nothing, and do not wait.
        "concurrency": {
            "pools": {"default_limit": 1, "granularity": "run"},
            "runs": {"max_concurrent_runs": 4, "tag_concurrency_limits": [{"key": BUILD, "limit": 1}]},
        },
        # A run whose process was killed is found and marked failed; one that hangs is ended.
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": _START_SECONDS,
            "cancel_timeout_seconds": _START_SECONDS,
            "max_runtime_seconds": _LONGEST_RUN_SECONDS,
            "poll_interval_seconds": 15,
        },
        # Steps try again by themselves what can pass; a whole run is started again only when its process was killed.
        "run_retries": {
            "enabled": configuration.attempts > 1,
            "max_retries": configuration.attempts - 1,
            "retry_on_asset_or_op_failure": False,
        },
        "retention": {"schedule": kept_ticks, "sensor": deepcopy(kept_ticks)},
        "code_servers": {"local_startup_timeout": _START_SECONDS},
    }
    if configuration.state_url is not None:
        settings["storage"] = {"postgres": {"postgres_url": {"env": STATE_VARIABLE}}}
    else:
        settings["event_log_storage"] = {
            "module": KeptOpenEventLogStorage.__module__,
            "class": KeptOpenEventLogStorage.__name__,
            "config": {"base_dir": str(home / "history" / "runs")},
        }
    return settings


def prepare_home(configuration: Configuration, folder: Path | None = None) -> Path:
    """Make Dagster's home, or bring its settings up to date.

    Args:
        configuration: The settings of the program.
        folder: The folder; `<output>/.dagster` when not given. Only its owner can look into it.

    Returns:
        The folder.

    Raises:
        OSError: It cannot be written.
    """
    home = folder or home_folder(configuration)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(_PRIVATE)
    about = "# Made by the program from its settings at every start: a change here is overwritten.\n"
    text = about + yaml.safe_dump(instance_settings(configuration, home), sort_keys=False)
    write_whole(home / _SETTINGS, text.encode())
    return home


def state_environment(configuration: Configuration) -> dict[str, str]:
    """Put together what Dagster's programs find in the environment of their database.

    Args:
        configuration: The settings.

    Returns:
        The address with the name of its driver, which SQLAlchemy would otherwise guess; nothing without a database.
    """
    if configuration.state_url is None:
        return {}
    _, separator, rest = configuration.state_url.get_secret_value().partition("://")
    return {STATE_VARIABLE: f"postgresql+psycopg2{separator}{rest}"}


def check_state(configuration: Configuration) -> None:
    """Make sure that the database of Dagster's memory can be used, before anything is started.

    Args:
        configuration: The settings.

    Raises:
        ServiceError: A package is missing, or the database cannot be reached. The address is not repeated.
    """
    if configuration.state_url is None:
        return
    name = variable("state_url")
    try:
        import dagster_postgres  # noqa: F401, PLC0415
        import psycopg2  # noqa: PLC0415
    except ImportError as error:
        msg = (
            f"{name}: pakken dagster-postgres mangler. "
            "Installer programmet med tilvalget postgres, eller fjern indstillingen state_url."
        )
        raise ServiceError(msg) from error
    try:
        psycopg2.connect(configuration.state_url.get_secret_value(), connect_timeout=10).close()
    except psycopg2.Error:
        # What the driver says may hold the address, and with it the password.
        msg = (
            f"{name}: databasen til Dagsters tilstand kan ikke nås, eller brugeren har ikke adgang. "
            "Kontroller adressen, adgangskoden, og at databasen kører."
        )
        raise ServiceError(msg) from None


def close_lost_runs(home: Path) -> int:
    """Mark runs as failed whose process went with the service that started them, so that they are started again.

    Args:
        home: Dagster's home; no other service uses it.

    Returns:
        How many there were.
    """
    from dagster import DagsterInstance, DagsterRunStatus, RunsFilter  # noqa: PLC0415

    lost = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    with DagsterInstance.from_config(str(home)) as instance:
        runs = instance.get_runs(RunsFilter(statuses=lost))
        for run in runs:
            instance.report_run_failed(run, "The service was stopped or killed while the run was under way.")
    if runs:
        _log.warning("%d runs were lost when the service ended before", len(runs))
    return len(runs)


def main() -> None:
    """Make the home of `make dev`, which keeps its memory to itself whatever the service does."""
    configuration = load_configuration().model_copy(update={"state_url": None})
    home = prepare_home(configuration, Path(sys.argv[1]).absolute())
    _log.info("Dagster's home: %s", home)


if __name__ == "__main__":
    main()
