"""The settings: where a value comes from, what is refused, and that a secret is never shown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.configuration import Configuration, example_file, load_configuration, shown, variable
from orchestration.errors import ConfigurationError

SECRET = "postgresql://bi:hemmeligt-kodeord@db.example.dk/bi"  # noqa: S105
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test starts without settings of its surroundings, in an empty folder."""
    for name in os.environ:
        if name.startswith("ERHVERVSHUS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_anything_every_setting_has_its_default() -> None:
    """Without it, the two commands of the README would need a file."""
    configuration = load_configuration()
    assert configuration.output == Path("output")
    assert configuration.postgres_url is None


def test_what_was_typed_goes_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without it, a value tried on the command line could be passed over."""
    (tmp_path / "erhvervshus.yml").write_text("keep: 5\nyear: 2023\nweb_port: 4000\n", encoding="utf-8")
    monkeypatch.setenv("ERHVERVSHUS_KEEP", "6")
    monkeypatch.setenv("ERHVERVSHUS_YEAR", "2024")
    configuration = load_configuration(keep=7, year=None)
    assert (configuration.keep, configuration.year, configuration.web_port) == (7, 2024, 4000)


def test_a_path_in_the_file_is_taken_from_where_the_file_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without it, a service started elsewhere would write its results elsewhere."""
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "settings.yml").write_text("output: ../results\ndeliveries: /srv/in\n", encoding="utf-8")
    monkeypatch.setenv("ERHVERVSHUS_CONFIG", str(folder / "settings.yml"))
    configuration = load_configuration()
    assert configuration.output.resolve() == tmp_path / "results"
    assert configuration.deliveries == Path("/srv/in")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keep: 3\nyaer: 2025\n", "linje 2, kolonne 1: yaer er ikke en indstilling. Mente du year?"),
        ("year: 1999\n", "linje 1, kolonne 1: year skal være mindst 2019"),
        ("year: i fjor\n", "linje 1, kolonne 1: year skal være et helt tal"),
        ("schedule: hver nat\n", "linje 1, kolonne 1: schedule skal være fem felter som i cron"),
        ("delivery_complete: måske\n", "skal være en af: 'stable' eller 'done'"),
        ("attempts: 0\nweb_port: 70000\n", "linje 2, kolonne 1: web_port må højst være 65535"),
        ("keep: 3\nyear: 2025\nkeep: 4\n", "linje 3, kolonne 1: keep står også i linje 1; behold den ene"),
        ("keep: [\n", "dette er ikke gyldig YAML"),
        ("- keep\n", "filen skal bestå af linjer som `navn: værdi`"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    """Without it, an operator would have to guess which of twenty settings is wrong."""
    (tmp_path / "erhvervshus.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration()
    assert "erhvervshus.yml" in str(caught.value)
    assert said in str(caught.value)


def test_a_mistake_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, the message would send the operator to a file that is right."""
    monkeypatch.setenv("ERHVERVSHUS_WEB_PORT", "mange")
    with pytest.raises(ConfigurationError, match="ERHVERVSHUS_WEB_PORT: web_port skal være et helt tal"):
        load_configuration()


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a misspelt variable would be passed over and the default used."""
    monkeypatch.setenv("ERHVERVSHUS_OUPUT", "/data")
    with pytest.raises(
        ConfigurationError, match=r"ERHVERVSHUS_OUPUT er ikke en indstilling. Mente du ERHVERVSHUS_OUTP"
    ):
        load_configuration()


def test_a_file_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a slip in --config would run with the defaults."""
    monkeypatch.setenv("ERHVERVSHUS_CONFIG", "findes-ikke.yml")
    with pytest.raises(ConfigurationError, match=r"findes-ikke\.yml: filen med indstillinger findes ikke"):
        load_configuration()


@pytest.mark.parametrize(
    ("name", "value"),
    [("ERHVERVSHUS_POSTGRES_URL", "mysql://kodeord-123"), ("ERHVERVSHUS_PSEUDONYM_KEY", "kodeord-123")],
)
def test_a_secret_that_cannot_be_used_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Without it, a wrong password would end in a log."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as caught:
        load_configuration()
    assert "kodeord" not in str(caught.value)
    assert "kodeord" not in repr(caught.value.__cause__)


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, `erhvervshus settings` pasted into a mail would give away a password."""
    monkeypatch.setenv("ERHVERVSHUS_POSTGRES_URL", SECRET)
    monkeypatch.setenv("ERHVERVSHUS_PSEUDONYM_KEY", KEY)
    configuration = load_configuration()
    result = CliRunner().invoke(app, ["settings"])
    assert result.exit_code == 0
    written = repr(configuration) + str(shown(configuration)) + result.output + configuration.model_dump_json()
    assert "hemmelig, angivet" in result.output
    assert set(configuration.secrets()) == {SECRET, KEY}
    assert not [secret for secret in (*configuration.secrets(), "kodeord") if secret in written]


def test_every_setting_is_shown_with_its_origin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without it, nobody could tell which of three places a value came from."""
    (tmp_path / "erhvervshus.yml").write_text("keep: 5\n", encoding="utf-8")
    monkeypatch.setenv("ERHVERVSHUS_YEAR", "2024")
    origins = {each.name: each.origin for each in shown(load_configuration())}
    assert set(origins) == set(Configuration.model_fields)
    assert origins["keep"] == str(tmp_path / "erhvervshus.yml")
    assert origins["year"] == "ERHVERVSHUS_YEAR"
    assert origins["output"] == "standard"


def test_the_example_holds_every_setting_and_gives_the_defaults(tmp_path: Path) -> None:
    """Without it, the example could drift from the settings, or not be readable at all."""
    text = example_file()
    lines = [
        line.removeprefix("# ") for line in text.splitlines() if line.removeprefix("# ").partition(":")[0].islower()
    ]
    assert yaml.safe_load(text) is None
    (tmp_path / "erhvervshus.yml").write_text(
        "\n".join(line for line in lines if " null" not in line), encoding="utf-8"
    )
    assert load_configuration().model_dump(exclude={"output"}) == Configuration.model_construct().model_dump(
        exclude={"output"}
    )
    assert all(f"# {name}:" in text or variable(name) in text for name in Configuration.model_fields)


def test_config_holds_for_the_whole_command(tmp_path: Path) -> None:
    """Without it, --config would be read by some parts of a command only."""
    path = tmp_path / "mine.yml"
    path.write_text("web_port: 4321\n", encoding="utf-8")
    command = [sys.executable, "-m", "orchestration.cli", "--config", str(path), "settings"]
    program = "from orchestration.cli import main; main()"
    result = subprocess.run(
        [command[0], "-c", program, *command[3:]], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "4321" in result.stdout
