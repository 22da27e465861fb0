"""Every setting of the program in one object: from the command line, the environment, one YAML file, or a default."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from orchestration.errors import ConfigurationError
from sources.written_files import WrittenFile, WrittenFileError, expected, read_written

PREFIX = "ERHVERVSHUS_"
FILE_VARIABLE = f"{PREFIX}CONFIG"
WAREHOUSE_VARIABLE = f"{PREFIX}WAREHOUSE"
"""Says to dbt which file it builds in; set for dbt alone, by us."""
DEFAULT_FILE = "erhvervshus.yml"
SECRET_SHOWN = "(hemmelig, angivet)"  # noqa: S105 - what stands for a secret, not one
_CRON_FIELDS = 5
_POSTGRES = re.compile(r"^postgres(ql)?://")


def _cron(value: str) -> str:
    """Refuse what is not five fields that Dagster reads as a schedule."""
    from dagster._utils.schedules import is_valid_cron_string  # noqa: PLC0415

    if len(value.split()) != _CRON_FIELDS or not is_valid_cron_string(value):
        msg = "skal være fem felter som i cron, fx 0 5 * * * (hver dag kl. 5)"
        raise ValueError(msg)
    return value


def _postgres(value: SecretStr) -> SecretStr:
    """Refuse what is not an address of a PostgreSQL database."""
    if not _POSTGRES.match(value.get_secret_value()):
        msg = "skal begynde med postgresql://"
        raise ValueError(msg)
    return value


Cron = Annotated[str, AfterValidator(_cron)]
PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres)]


class Configuration(BaseSettings):
    """Every setting. Descriptions are Danish: `erhvervshus settings` shows them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    output: Path = Field(default=Path("output"), description="Mappen, der får datavarehuset og filerne.")
    deliveries: Path | None = Field(
        default=None, description="Mappen med leverancer. Uden den bruges et syntetisk Danmark."
    )
    year: int | None = Field(
        default=None, ge=2019, le=2100, description="Opgørelsesåret. Uden det bruges det seneste hele år i data."
    )
    keep: int = Field(default=3, ge=1, description="Hvor mange udgaver af datavarehuset der gemmes.")
    reports: bool = Field(default=True, description="Om kørslen slutter med rapporter, regneark og åbne data.")
    role_exports: bool = Field(
        default=False, description="Om kørslen skriver en mappe med Parquet-filer til hver rolle (adgang)."
    )
    retention: Path | None = Field(
        default=None, description="YAML-filen med opbevaringsfrister. Uden den bruges programmets egne."
    )
    processing_facts: Path | None = Field(
        default=None,
        description="YAML-filen med det, fortegnelsen siger ud over kontrakterne. Uden den er fortegnelsen et udkast.",
    )
    recipients: Path | None = Field(
        default=None, description="YAML-filen med modtagere af kvalitetsbeskeder. Uden den sendes intet."
    )
    schedule: Cron = Field(default="0 5 * * *", description="Hvornår den daglige kørsel starter, som cron i dansk tid.")
    delivery_complete: Literal["stable", "done"] = Field(
        default="stable",
        description="Hvornår en ny fil er hel: stable, når den ikke har ændret sig, eller done, når <fil>.done findes.",
    )
    stable_seconds: int = Field(
        default=120, ge=1, le=86_400, description="Hvor mange sekunder en ny fil skal være uændret for at være hel."
    )
    attempts: int = Field(
        default=3, ge=1, le=10, description="Hvor mange gange et trin prøves, når fejlen kan gå over af sig selv."
    )
    backoff_seconds: float = Field(
        default=30, gt=0, le=3_600, description="Sekunder før andet forsøg; derefter fordobles ventetiden."
    )
    web_host: str = Field(default="127.0.0.1", description="Adressen, Dagsters side vises på.")
    web_port: int = Field(default=3000, ge=1, le=65_535, description="Porten, Dagsters side vises på.")
    state_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL-database til Dagsters tilstand. Uden den bruges SQLite."
    )
    postgres_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL-database, som BI-værktøjer læser. Uden den indlæses intet."
    )
    pseudonym_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Nøglen til pseudonymer, mindst 32 tegn. Uden den laver programmet en i <output>/.history.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: what was typed, the environment, the file.

        Args:
            settings_cls: This class.
            init_settings: What was typed.
            env_settings: The environment.
            dotenv_settings: Not used.
            file_secret_settings: Not used.

        Returns:
            The sources, the strongest first.
        """
        return init_settings, env_settings, _FileSource(settings_cls)

    def secrets(self) -> tuple[str, ...]:
        """List the values that may never be written.

        Returns:
            The values of the secret settings that are given.
        """
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


class _FileSource(PydanticBaseSettingsSource):
    """The values of the YAML file."""

    def __call__(self) -> dict[str, Any]:
        """Return what the file says; paths are taken from where the file lies."""
        path = configuration_file()
        if path is None:
            return {}
        values = _read(path).content
        return {
            str(name): path.parent / value if name in _path_fields() and isinstance(value, str) else value
            for name, value in values.items()
        }

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Return nothing: the whole file is read at once."""
        return None, field_name, False


@dataclass(frozen=True)
class Shown:
    """One setting as it is shown to people.

    Attributes:
        name: Its name in the file; in the environment it is `ERHVERVSHUS_` and the name in capitals.
        value: Its value; a secret only says whether it is given.
        origin: Where the value comes from, in Danish.
        description: What it is for, in Danish.
    """

    name: str
    value: str
    origin: str
    description: str


def load_configuration(**given: object) -> Configuration:
    """Read every setting and validate it.

    Args:
        **given: What was typed on the command line; None counts as not typed.

    Returns:
        The settings: what was typed first, then `ERHVERVSHUS_<NAME>`, then the YAML file, then the default.

    Raises:
        ConfigurationError: A setting is unknown or cannot be used. The message names the variable, or the file with
            line and column, what was expected and what to do; it never repeats a value.
    """
    typed = {name: value for name, value in given.items() if value is not None}
    _refuse_unknown_variables()
    try:
        return Configuration(**typed)  # type: ignore[arg-type]
    except ValidationError as error:
        said = "\n".join(_explain(each, typed) for each in error.errors(include_input=False, include_url=False))
        raise ConfigurationError(said) from None


def configuration_file() -> Path | None:
    """Find the YAML file: the one that `ERHVERVSHUS_CONFIG` names, or `erhvervshus.yml` in the working directory.

    Returns:
        The file, absolute, or None when there is none.

    Raises:
        ConfigurationError: The variable names a file that is not there.
    """
    named = os.environ.get(FILE_VARIABLE)
    path = Path(named or DEFAULT_FILE).absolute()
    if path.is_file():
        return path
    if named:
        msg = f"{path}: filen med indstillinger findes ikke. Ret --config eller {FILE_VARIABLE}."
        raise ConfigurationError(msg)
    return None


def shown(configuration: Configuration) -> tuple[Shown, ...]:
    """Show every setting as people may see it.

    Args:
        configuration: The settings.

    Returns:
        The settings in their order; no value of a secret is in them.
    """
    path = configuration_file()
    in_file = _read(path).content if path else {}
    return tuple(
        Shown(
            name=name,
            value=_shown_value(getattr(configuration, name)),
            origin=_origin(name, path if name in in_file else None),
            description=field.description or "",
        )
        for name, field in Configuration.model_fields.items()
    )


def example_file() -> str:
    """Write the YAML file with every setting as a comment: what it is for, and its default.

    Returns:
        The file's text. Secrets are left to the environment.
    """
    lines = ["# Indstillinger for erhvervshus. Fjern # foran en linje, og ret værdien.", ""]
    for name, field in Configuration.model_fields.items():
        lines.append(f"# {field.description}")
        if "SecretStr" in str(field.annotation):
            lines.append(f"# En hemmelighed: sæt miljøvariablen {variable(name)}.")
        else:
            default = str(field.default) if isinstance(field.default, Path) else field.default
            lines.append(f"# {name}: {json.dumps(default)}")
        lines.append("")
    return "\n".join(lines)


def variable(name: str) -> str:
    """Name the environment variable of a setting.

    Args:
        name: The setting.

    Returns:
        As `ERHVERVSHUS_OUTPUT`.
    """
    return f"{PREFIX}{name.upper()}"


def page_address(configuration: Configuration) -> str:
    """Write the address of Dagster's page as a browser on this machine takes it.

    Args:
        configuration: The settings.

    Returns:
        The address, as `http://127.0.0.1:3000`.
    """
    host = configuration.web_host
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
    shown = everywhere.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{configuration.web_port}"


def _shown_value(value: object) -> str:
    """Write a value for people."""
    if value is None:
        return "–"
    if isinstance(value, SecretStr):
        return SECRET_SHOWN
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return str(value)


def _origin(name: str, path: Path | None) -> str:
    """Say where a value comes from."""
    if variable(name) in os.environ:
        return variable(name)
    return str(path) if path else "standard"


def _path_fields() -> frozenset[str]:
    """List the settings that are paths."""
    return frozenset(
        name
        for name, field in Configuration.model_fields.items()
        if field.annotation is Path or Path in get_args(field.annotation)
    )


def _read(path: Path) -> WrittenFile:
    """Read the YAML file with the places of its settings."""
    try:
        written = read_written(path)
    except WrittenFileError as error:
        msg = f"{path}: {error}. Skriv indstillinger som `navn: værdi`, én på hver linje."
        raise ConfigurationError(msg) from None
    if not isinstance(written.content, dict):
        msg = f"{path}: filen skal bestå af linjer som `navn: værdi`. `erhvervshus settings --example` viser dem alle."
        raise ConfigurationError(msg)
    return written


def _refuse_unknown_variables() -> None:
    """Refuse a variable that looks like a setting and is none: a slip of the pen must not be passed over."""
    known = {variable(name) for name in Configuration.model_fields} | {FILE_VARIABLE, WAREHOUSE_VARIABLE}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            msg = f"Miljøvariablen {name} er ikke en indstilling.{_suggestion(name, known)}"
            raise ConfigurationError(msg)


def _suggestion(name: str, known: set[str]) -> str:
    """Name the setting that was perhaps meant."""
    close = difflib.get_close_matches(name, known, n=1)
    meant = f" Mente du {close[0]}?" if close else ""
    return f"{meant} `erhvervshus settings` viser dem alle."


def _explain(error: Mapping[str, Any], typed: Mapping[str, object]) -> str:
    """Say in Danish where a value that cannot be used stands, and what was expected."""
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        place = _place(name, typed)
        return f"{place}: {name} er ikke en indstilling.{_suggestion(name, set(Configuration.model_fields))}"
    return f"{_place(name, typed)}: {name} {expected(error)}. Ret værdien."


def _place(name: str, typed: Mapping[str, object]) -> str:
    """Say where a setting stands."""
    if name in typed:
        return f"--{name.replace('_', '-')}"
    if variable(name) in os.environ:
        return variable(name)
    path = configuration_file()
    if path is None:
        return name
    line, column = _read(path).places.get((name,), (1, 1))
    return f"{path}, linje {line}, kolonne {column}"
