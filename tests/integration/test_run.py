"""The real job, from deliveries to publication: that it comes to something, and how it fails."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from adbc_driver_postgresql import dbapi
from dagster_dbt import DbtCliInvocation
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from typer.testing import CliRunner, Result

from expectations.errors import FormError
from expectations.result_history import results_of
from expectations.store import history_file
from exports.publish import Manifest, PublicationError, publish
from exports.statement.errors import EditionError
from orchestration.cli import app
from orchestration.errors import ConservationError, WarehouseBuildError, expected_error
from orchestration.lock import hold
from orchestration.manifest import prepare_manifest
from orchestration.nightlog.store import nights
from orchestration.paths import DBT_PROJECT
from orchestration.run import run
from orchestration.settings import RunSettings
from orchestration.taken import read_taken
from sources.landing import land
from sources.warehouse import WarehouseBusyError

GOAL = """
select
    '2024-2027' as agreement, 'nps' as measure, '3' as goal_number, 'danmark' as house, 'drift' as segment,
    {{ year }}::integer as year, 1::integer as n, 1::double as numerator, 1::double as denominator,
    65::double as value, 60::double as ci_low, 70::double as ci_high, 70::double as target,
    'at_least' as comparison, 'not_met' as status, 'uncertain' as certainty, run_context.computed_at
from {{ source('landing', 'run_context') }} as run_context
"""
REJECTED = """
select source, entity, delivery, line, "column", value, reason from {{ source('landing', 'rejected_rows') }}
"""
YAML = """
sources:
  - name: landing
    schema: raw
    tables: [{name: run_context}, {name: rejected_rows}]
models:
  - name: goal_attainment
    config: {contract: {enforced: false}, meta: {publish: {parquet: true}}}
    columns:
      - name: year
        data_tests: [{accepted_values: {name: year_is_known, arguments: {values: [2025], quote: false}}}]
  - name: rejected_rows
    config: {contract: {enforced: false}}
"""


@pytest.fixture(scope="module")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project with two marts, parsed, so that a whole run takes seconds."""
    project = tmp_path_factory.mktemp("parsed") / "project"
    marts = project / "models" / "marts"
    (marts / "goals").mkdir(parents=True)
    (marts / "quality").mkdir()
    (project / "seeds").mkdir()
    (project / "macros").mkdir()
    for name in ("dbt_project.yml", "profiles.yml", "seeds/measures.csv", "macros/generate_schema_name.sql"):
        shutil.copy(DBT_PROJECT / name, project / name)
    (marts / "goals" / "goal_attainment.sql").write_text(GOAL.replace("{{ year }}", "2025"), encoding="utf-8")
    (marts / "quality" / "rejected_rows.sql").write_text(REJECTED, encoding="utf-8")
    (marts / "marts.yml").write_text(YAML, encoding="utf-8")
    prepare_manifest(project)
    return project


@pytest.fixture
def tiny_project(parsed_project: Path, tmp_path: Path) -> Path:
    """A copy of the project, with its parse, that a test may change."""
    return Path(shutil.copytree(parsed_project, tmp_path / "project"))


def call(*arguments: str | Path) -> Result:
    """Call the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_job_publishes_the_national_goals(small_run_details: Any) -> None:  # noqa: ANN401
    """Without it, every part could work and the whole come to nothing."""
    outcome = small_run_details.outcome
    labels = {goal.label for goal in outcome.goals}
    assert "Net Promoter Score" in labels
    assert outcome.manifest.report_year == 2026
    stages = {"prepare", "deliveries", "landing", "warehouse", "expectations", "publication", "statement"}
    assert set(outcome.seconds) == stages
    for delivery in outcome.accepted:
        assert delivery.delivered_rows == delivery.accepted_rows + delivery.rejected_rows, delivery


def test_files_are_those_of_the_delivery_page(small_run: Path) -> None:
    """Without it, a program that reads the Parquet files would break when a column is renamed or retyped."""
    expected = {
        "goal_attainment": {
            "agreement": "VARCHAR", "measure": "VARCHAR", "goal_number": "VARCHAR", "house": "VARCHAR",
            "segment": "VARCHAR", "year": "INTEGER", "n": "INTEGER", "numerator": "DOUBLE", "denominator": "DOUBLE",
            "value": "DOUBLE", "ci_low": "DOUBLE", "ci_high": "DOUBLE", "target": "DOUBLE", "comparison": "VARCHAR",
            "status": "VARCHAR", "certainty": "VARCHAR", "computed_at": "TIMESTAMP",
        },
        "geographic_spread": {
            "house": "VARCHAR", "kommunekode": "VARCHAR", "year": "INTEGER", "companies_guided": "INTEGER",
            "contacts": "INTEGER", "population": "INTEGER", "expected_share": "DOUBLE",
            "expected_companies": "DOUBLE", "deviation_pct": "DOUBLE", "status": "VARCHAR",
        },
        "registration_practice": {
            "house": "VARCHAR", "rule": "VARCHAR", "month": "DATE", "checked": "INTEGER", "passed": "INTEGER",
            "severity": "VARCHAR",
        },
        "registration_findings": {
            "house": "VARCHAR", "rule": "VARCHAR", "entity": "VARCHAR", "record_id": "VARCHAR",
            "found_value": "VARCHAR", "explanation": "VARCHAR", "first_seen": "DATE", "last_seen": "DATE",
        },
        "rejected_rows": {
            "source": "VARCHAR", "entity": "VARCHAR", "delivery": "VARCHAR", "line": "BIGINT", "column": "VARCHAR",
            "value": "VARCHAR", "reason": "VARCHAR",
        },
    }  # fmt: skip
    found = {}
    with duckdb.connect() as con:
        for name in expected:
            rows = con.execute(f"describe from '{small_run / name}.parquet'").fetchall()
            found[name] = {row[0]: row[1] for row in rows}
    assert found == expected


def test_the_manifest_fits_the_files(small_run: Path) -> None:
    """Without it, a reader could not tell whether a publication is whole."""
    manifest = Manifest.model_validate_json((small_run / "manifest.json").read_bytes())
    assert {file.name for file in manifest.files} == {
        manifest.warehouse,
        "goal_attainment.parquet",
        "geographic_spread.parquet",
        "registration_practice.parquet",
        "registration_findings.parquet",
        "rejected_rows.parquet",
    }
    with duckdb.connect(str(small_run / "current.duckdb"), read_only=True) as con:
        for table in manifest.tables:
            rows = con.execute(f'select count(*) from "{table.table}"').fetchall()[0][0]
            assert rows == table.rows, table.table
            about = con.execute("select comment from duckdb_tables() where table_name = ?", [table.table]).fetchall()
            assert about[0][0], f"{table.table} has no description"


def test_the_next_run_reuses_and_a_broken_one_leaves_it(
    small_run_details: Any,  # noqa: ANN401
    tiny_project: Path,
    tmp_path: Path,
) -> None:
    """Without it, a mistake in a model would take yesterday's figures away from everyone."""
    output = tmp_path / "output"
    settings = RunSettings(output=str(output), deliveries=str(small_run_details.deliveries), year=2025)
    first = run(settings, project=tiny_project)
    assert first.reused == 0
    second = run(settings, project=tiny_project)
    assert second.reused == len(second.accepted)
    assert [goal.label for goal in second.goals] == ["Net Promoter Score"]

    published = (output / "current.duckdb").resolve()
    model = tiny_project / "models" / "marts" / "goals" / "goal_attainment.sql"
    model.write_text(GOAL.replace("{{ year }}", "1999"), encoding="utf-8")
    with pytest.raises(Exception, match="year_is_known") as caught:
        run(settings, project=tiny_project)
    expected = expected_error(caught.value)
    assert isinstance(expected, WarehouseBuildError)
    assert "den forrige udgave gælder stadig" in str(expected)
    failed, good, _ = nights(output)
    assert (failed.verdict, good.verdict) == ("failed", "published")
    assert failed.failure is not None
    assert failed.failure.stage == "warehouse"
    assert "year_is_known" in failed.failure.message
    assert [note.label for note in failed.notes] == ["year is known"]
    assert failed.landing is not None
    assert failed.landing.arrived == ()
    assert {(table.table, table.before, table.now) for table in good.tables} >= {("goal_attainment", 1, 1)}
    assert "Intet er offentliggjort" in (output / "natlog" / "seneste.html").read_text(encoding="utf-8")
    assert (output / "current.duckdb").resolve() == published
    assert json.loads((output / "manifest.json").read_bytes())["run_id"] == second.manifest.run_id


def test_reports_that_fail_do_not_take_the_publication_back(
    small_run_details: Any,  # noqa: ANN401
    tiny_project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without it, a mistake in a page layout would keep the figures of the day from everyone."""

    def fail(*_: object, **__: object) -> None:
        msg = "opgoerelse/2025: opgørelsen kunne ikke skrives."
        raise EditionError(msg)

    monkeypatch.setattr("exports.statement.specification.read_specifications", lambda _: ("a table",))
    monkeypatch.setattr("exports.statement.yearly.report", fail)
    settings = RunSettings(output=str(tmp_path), deliveries=str(small_run_details.deliveries), year=2025)
    outcome = run(settings, project=tiny_project)
    assert outcome.failures == {"statement": "opgoerelse/2025: opgørelsen kunne ikke skrives."}
    assert outcome.edition is None
    assert outcome.manifest.report_year == 2025
    assert [goal.label for goal in outcome.goals] == ["Net Promoter Score"]
    assert history_file(tmp_path).exists()
    (night,) = nights(tmp_path)
    assert night.verdict == "published_in_part"
    assert night.failure is not None
    assert night.failure.message == outcome.failures["statement"]
    # Settings are made anew: a copy of a Dagster resource keeps the configuration it was made with.
    unasked = RunSettings(output=str(tmp_path), deliveries=str(small_run_details.deliveries), year=2025, reports=False)
    without = run(unasked, project=tiny_project)
    assert without.failures == {}
    assert without.edition is None


def failing_once(real: Callable[..., Any], error: Exception) -> Callable[..., Any]:
    """Do the work, and fail at its end the first time: the worst moment for doing it again."""
    calls: list[int] = []

    def work(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        result = real(*args, **kwargs)
        calls.append(1)
        if len(calls) == 1:
            raise error
        return result

    return work


def failing_stream_once(real: Callable[..., Any], error: Exception) -> Callable[..., Any]:
    """Let dbt build everything and say so, and fail at its end the first time."""
    calls: list[int] = []

    def stream(invocation: DbtCliInvocation) -> Iterator[Any]:
        yield from real(invocation)
        calls.append(1)
        if len(calls) == 1:
            raise error

    return stream


def test_what_passes_by_itself_is_tried_again_and_comes_to_the_same(
    small_run_details: Any,  # noqa: ANN401
    tiny_project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without it, a disk that is busy for a moment would cost the night, or a second attempt would double the rows."""
    busy = PublicationError("Mappen er optaget.")
    busy.__cause__ = OSError(errno.EBUSY, "Device or resource busy")
    monkeypatch.setattr("orchestration.assets.landing.land", failing_once(land, WarehouseBusyError(tmp_path)))
    locked = DagsterDbtCliRuntimeError("Errors parsed from dbt logs:\n\nIO Error: Could not set lock on file")
    monkeypatch.setattr(DbtCliInvocation, "stream", failing_stream_once(DbtCliInvocation.stream, locked))
    monkeypatch.setattr("orchestration.assets.publication.publish", failing_once(publish, busy))
    settings = RunSettings(
        output=str(tmp_path),
        deliveries=str(small_run_details.deliveries),
        year=2025,
        attempts=2,
        backoff_seconds=0.01,
    )
    outcome = run(settings, project=tiny_project)
    once = {each.delivery: each.accepted_rows for each in small_run_details.outcome.accepted}
    assert {each.delivery: each.accepted_rows for each in outcome.accepted} == once
    with duckdb.connect(str(tmp_path / "current.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from goal_attainment").fetchall() == [(1,)]
    (night,) = nights(tmp_path)
    assert [(each.stage, each.attempt) for each in night.retries] == [
        ("landing", 1),
        ("warehouse", 1),
        ("publication", 1),
    ]
    assert "er i brug af et andet program" in night.retries[0].reason
    assert "Could not set lock" in night.retries[1].reason
    assert night.retries[2].reason == "Mappen er optaget."
    assert night.landing is not None
    assert len(night.landing.arrived) == len(once), "what the first attempt landed came in tonight too"
    assert night.origin == "hand"
    assert night.report_year == 2025
    assert set(read_taken(tmp_path).files) == set(once)


def test_the_live_port_is_loaded_at_the_end(
    small_run_details: Any,  # noqa: ANN401
    tiny_project: Path,
    tmp_path: Path,
    postgres: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without it, BI would read the figures of the day that somebody last loaded them by hand."""

    def fail(*_: object, **__: object) -> None:
        msg = "opgoerelse/2025: opgørelsen kunne ikke skrives."
        raise EditionError(msg)

    monkeypatch.setenv("ERHVERVSHUS_POSTGRES_URL", postgres)
    # What fails before it does not keep it from being loaded.
    monkeypatch.setattr("exports.statement.specification.read_specifications", lambda _: ("a table",))
    monkeypatch.setattr("exports.statement.yearly.report", fail)
    settings = RunSettings(output=str(tmp_path), deliveries=str(small_run_details.deliveries), year=2025)
    outcome = run(settings, project=tiny_project)
    assert outcome.failures == {"statement": "opgoerelse/2025: opgørelsen kunne ikke skrives."}
    assert outcome.live is not None
    assert (outcome.live.tables, outcome.live.changed) == (3, 3)
    assert outcome.seconds["postgres"] > 0
    with closing(dbapi.connect(postgres)) as con, closing(con.cursor()) as cursor:
        cursor.execute("select run_id from bi.publication_v1")
        assert cursor.fetchall() == [(outcome.manifest.run_id,)]


def test_a_live_port_that_is_down_does_not_take_the_publication_back(
    small_run_details: Any,  # noqa: ANN401
    tiny_project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Without it, a database that restarts would cost the figures of the day, or the log would hold its password."""
    monkeypatch.setenv("ERHVERVSHUS_POSTGRES_URL", "postgresql://bi:hemmelig42@127.0.0.1:1/bi")
    settings = RunSettings(output=str(tmp_path), deliveries=str(small_run_details.deliveries), year=2025)
    with caplog.at_level("DEBUG"):
        outcome = run(settings, project=tiny_project)
    assert outcome.manifest.report_year == 2025
    assert outcome.live is None
    assert list(outcome.failures) == ["postgres"]
    assert "databasen bi på 127.0.0.1:1: ingen forbindelse: ingen server svarer dér" in outcome.failures["postgres"]
    told = caplog.text + "".join(capfd.readouterr()) + repr(outcome)
    assert "ingen forbindelse" in told
    assert "hemmelig42" not in told


def test_lost_rows_stop_the_run(
    small_run_details: Any,  # noqa: ANN401
    tiny_project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without it, a defect in landing would become a wrong figure in the national statement."""
    monkeypatch.setattr("orchestration.checks.conservation_errors", lambda _: ["crm_forloeb: 3 er ikke 2 + 0"])
    settings = RunSettings(output=str(tmp_path), deliveries=str(small_run_details.deliveries))
    with pytest.raises(ConservationError, match="3 er ikke 2"):
        run(settings, project=tiny_project)
    assert not (tmp_path / "current.duckdb").exists()
    (night,) = nights(tmp_path)
    assert night.failure is not None
    assert "crm_forloeb: 3 er ikke 2 + 0" in night.failure.message


def test_an_impossible_figure_is_not_published(
    small_run_details: Any,  # noqa: ANN401
    tiny_project: Path,
    tmp_path: Path,
) -> None:
    """Without it, an NPS of 165 would stand in the national statement until someone laughed."""
    output = tmp_path / "output"
    settings = RunSettings(output=str(output), deliveries=str(small_run_details.deliveries), year=2025)
    first = run(settings, project=tiny_project)
    published = (output / "current.duckdb").resolve()
    assert first.checks.stopping == 0

    model = tiny_project / "models" / "marts" / "goals" / "goal_attainment.sql"
    model.write_text(GOAL.replace("{{ year }}", "2025").replace("65::double", "165::double"), encoding="utf-8")
    with pytest.raises(FormError, match="NPS ligger fra -100 til 100: 1 af 1 tal") as caught:
        run(settings, project=tiny_project)
    assert expected_error(caught.value) is caught.value
    assert (output / "current.duckdb").resolve() == published
    assert "intet er offentliggjort" in (output / "data-docs" / "index.html").read_text(encoding="utf-8")
    with duckdb.connect(str(history_file(output)), read_only=True) as con:
        statuses = con.execute(
            "select status from expectation_results where check_name = 'scores_are_possible' order by run_at"
        ).fetchall()
    assert statuses == [("passed",), ("failed",)]


def test_bad_practice_is_published_and_shown(small_run_details: Any) -> None:  # noqa: ANN401
    """Without it, a house that registers badly could hold every house's figures back."""
    outcome = small_run_details.outcome
    assert outcome.checks.stopping == 0
    assert outcome.checks.broken == 0, results_of(history_file(small_run_details.output))
    assert outcome.checks.warnings > 0
    assert outcome.data_docs.exists()


def test_nothing_usable_is_a_message(tmp_path: Path) -> None:
    """Without it, an empty folder would be published as a year without guidance."""
    empty = tmp_path / "in"
    empty.mkdir()
    result = call("run", "--output", tmp_path / "out", "--deliveries", empty)
    assert result.exit_code == 1
    assert "ingen brugbare leverancer" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out" / "current.duckdb").exists()


def test_a_held_output_is_a_message(tmp_path: Path) -> None:
    """Without it, two runs would build in one file."""
    empty = tmp_path / "in"
    empty.mkdir()
    with hold(tmp_path / "out"):
        result = call("run", "--output", tmp_path / "out", "--deliveries", empty)
    assert result.exit_code == 1
    assert "en anden kørsel er i gang" in result.output
    assert "Traceback" not in result.output
