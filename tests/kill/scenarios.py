"""What is killed: one scenario for each thing the product puts in place, with how to tell that nothing was lost."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from expectations.data_docs import write_data_docs
from expectations.finding_history import store_findings
from expectations.migrations import MIGRATIONS, version_of
from expectations.result_history import RunFacts, record
from expectations.results import CheckResult
from expectations.retention import forget_old
from expectations.store import history_file, opened_history
from expectations.suite import load_suites
from exports.files import sha256_of
from exports.publish import Manifest, RunInfo, publish
from exports.statement import freeze as freezing
from exports.statement import yearly
from exports.statement.edition import edition_folder, read_edition, write_edition
from exports.statement.freeze import load_frozen, versions
from orchestration.backup.archive import check_sum, read_archive
from orchestration.backup.make import back_up
from orchestration.backup.restore import restore
from orchestration.errors import BackupError
from sources.landing import conservation_errors, land, open_warehouse, record_run

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "exports"))
import small_statement as small

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Scenario(ABC):
    """Something that is put in place, and may be killed while it is."""

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """Make what is there before: yesterday's."""

    @abstractmethod
    def act(self, folder: Path) -> None:
        """Do what is killed; done again, it is the next run."""

    def look(self, folder: Path) -> None:
        """Be a reader after the kill, and before the next run; of what is private there is none."""
        assert folder.is_dir()

    @abstractmethod
    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """Read what the next run came to, without what differs between any two runs."""


def rows(path: Path, queries: Mapping[str, str]) -> dict[str, list[str]]:
    """Read tables of a DuckDB file as text."""
    with closing(duckdb.connect(str(path), read_only=True)) as con:
        return {
            name: [str(row) for row in con.execute(f"from ({query}) order by all").fetchall()]
            for name, query in queries.items()
        }


class Landing(Scenario):
    """A folder of deliveries in which a file is new, one changed, one gone, one broken and one of rejects."""

    head = "forloeb_id;erhvervshus;cvr_nummer;startdato\n"

    def _write(self, folder: Path, name: str, text: str) -> Path:
        path = folder / "in" / "crm" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    def prepare(self, folder: Path) -> None:
        """Land the first day, then bring the second."""
        courses = "".join(f"F{n};fyn;{10_000_000 + n};2026-01-0{n % 9 + 1}\n" for n in range(200))
        self._write(folder, "crm_forloeb__2026-11-16.csv", self.head + courses + "F900;fyn;x;31-02-2026\n")
        changed = self._write(folder, "crm_forloeb__2026-11-15.csv", self.head + "F901;fyn;11111111;2026-01-01\n")
        gone = self._write(folder, "crm_forloeb__2026-11-14.csv", self.head + "F902;fyn;11111111;2026-01-01\n")
        broken = self._write(folder, "crm_forloeb__2026-11-13.csv.gz", self.head + "F903;fyn;22222222;2026-01-01\n")
        self.act(folder)
        self._write(folder, changed.name, self.head + "F901;fyn;33333333;2026-02-01\nF904;fyn;;2026-01-01\n")
        gone.unlink()
        broken.write_bytes(broken.read_bytes()[:-9])
        self._write(folder, "crm_forloeb__2026-11-17.csv", self.head + "F1;fyn;44444444;2026-03-01\n;fyn;;\n")
        nd = '{"aktivitet_id":"A1","forloeb_id":"F1","timer":"1,5"}\n{"aktivitet_id":"A2"\n'
        self._write(folder, "crm_aktivitet__2026-11-17.ndjson", nd)

    def act(self, folder: Path) -> None:
        """Land the folder."""
        with closing(open_warehouse(folder / "out" / "warehouse.duckdb")) as con:
            land(con, folder / "in")
            record_run(con, run_id="r", report_year=2025, code_version="1")

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """Every row that later steps see, and the register."""
        path = folder / "out" / "warehouse.duckdb"
        with closing(open_warehouse(path)) as con:
            errors = conservation_errors(con)
        assert not errors, errors
        assert sorted(each.name for each in path.parent.iterdir()) == [path.name], list(path.parent.iterdir())
        return rows(
            path,
            {
                "courses": "select * exclude (_delivery_id) from accepted.crm_forloeb",
                "activities": "select * exclude (_delivery_id) from accepted.crm_aktivitet",
                "raw": "select * exclude (_delivery_id) from raw.crm_forloeb",
                "register": "select * exclude (delivery_id, landed_at) from raw.deliveries",
                "rejected": "select * exclude (delivery_id) from raw.rejected_rows",
                "run": "select report_year, today from raw.run_context",
            },
        )


class FirstLanding(Landing):
    """The same into a folder without a build file."""

    def prepare(self, folder: Path) -> None:
        """Bring both days, and land nothing."""
        super().prepare(folder)
        shutil.rmtree(folder / "out")


class Publication(Scenario):
    """Two marts, one of them a file too, over the publication of yesterday."""

    keep = 2

    def prepare(self, folder: Path) -> None:
        """Publish yesterday's, and build today's."""
        nodes = {
            name: {
                "resource_type": "model", "schema": schema, "alias": name, "description": f"About {name}.",
                "columns": {}, "config": {"meta": {"publish": {"parquet": name != "dim_house"}}},
            }
            for schema, name in (("goals", "goal_attainment"), ("goals", "goal_trend"), ("core", "dim_house"))
        }  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
        self._build(folder, 1)
        publish(folder / "build.duckdb", folder / "out", RunInfo("yesterday", "1", folder / "manifest.json", NOW))
        self._build(folder, 2)

    def _build(self, folder: Path, value: int) -> None:
        with duckdb.connect(str(folder / "build.duckdb")) as con:
            con.execute(
                f"""
                create schema if not exists core; create schema if not exists goals; create schema if not exists raw;
                create or replace table core.dim_house as select unnest(['fyn', 'danmark']) as house;
                create or replace table goals.goal_attainment as select range as n, {value} as value from range(3000);
                create or replace table goals.goal_trend as select {value} as value;
                create or replace table raw.run_context as select 2025 as report_year, date '2026-10-31' as today;
                create or replace table raw.deliveries as select 'crm' as source, 'crm_forloeb' as entity,
                'd' as delivery, date '2026-10-31' as extracted_on, 'abc' as fingerprint, 'accepted' as status,
                1 as delivered_rows, 1 as accepted_rows, 0 as rejected_rows, 0 as rejected_values,
                null::varchar as error
                """
            )

    def act(self, folder: Path) -> None:
        """Publish today's; each time it is a run of its own."""
        made = len(list((folder / "out").glob("warehouse-*"))) + len(list((folder / "out").glob(".publish-*")))
        run = RunInfo(f"today-{made}", "1", folder / "manifest.json", NOW + timedelta(days=1, seconds=made))
        publish(folder / "build.duckdb", folder / "out", run, keep=self.keep)

    def look(self, folder: Path) -> None:
        """Read every file by its name: all of one publication, or nothing where there was none before."""
        whole_publication(folder / "out")

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """What is published; nothing of a killed run is left."""
        output = folder / "out"
        content = whole_publication(output)
        assert content is not None
        labels = {path.name for path in (output / ".publications").iterdir()} - {"current"}
        warehouses = {path.name for path in output.glob("warehouse-*")}
        assert warehouses == {f"warehouse-{label}.duckdb" for label in labels}, (warehouses, labels)
        assert len(warehouses) <= self.keep
        left = {path.name for path in output.iterdir()} - warehouses
        found = rows(output / "current.duckdb", {name.table: f"from {name.table}" for name in content.tables})
        return [sorted(left), found, {f.name: f.sha256 for f in content.files if f.name.endswith(".parquet")}]


def whole_publication(output: Path) -> Manifest | None:
    """Read a publication as others do, and make sure that all of it is of one run."""
    if not (output / "manifest.json").exists():
        return None
    content = Manifest.model_validate_json((output / "manifest.json").read_bytes())
    for file in content.files:
        assert sha256_of(output / file.name) == file.sha256, f"{file.name} is of another publication"
    assert (output / "current.duckdb").resolve().name == content.warehouse
    with closing(duckdb.connect(str(output / "current.duckdb"), read_only=True)) as con:
        assert con.execute("select run_id from _publication").fetchall() == [(content.run_id,)]
    return content


class FirstPublication(Publication):
    """The same into an empty folder."""

    keep = 1

    def prepare(self, folder: Path) -> None:
        """Build, and publish nothing."""
        super().prepare(folder)
        shutil.rmtree(folder / "out")


class PublicationOverAnEarlierVersion(Publication):
    """The same over a publication of the form before each had a folder."""

    def prepare(self, folder: Path) -> None:
        """Publish yesterday's, and take its folder away."""
        super().prepare(folder)
        output = folder / "out"
        warehouse = (output / "current.duckdb").resolve().name
        for link in [path for path in output.iterdir() if path.is_symlink()]:
            content = link.read_bytes()
            link.unlink()
            if link.name == "current.duckdb":
                link.symlink_to(warehouse)
            else:
                link.write_bytes(content)
        shutil.rmtree(output / ".publications")

    def look(self, folder: Path) -> None:
        """There was a publication, so there is one."""
        assert whole_publication(folder / "out") is not None


def finding_build(path: Path, today: date, findings: list[tuple[str, date]]) -> Path:
    """Write the private build file of a run, as far as the history reads it."""
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(str(path))) as con:
        con.execute("create schema raw; create schema practice")
        con.execute("create table raw.run_context as select ?::date as today", [today])
        con.execute(
            "create table practice.practice_finding_history (house varchar, rule varchar, entity varchar, "
            "record_id varchar, found_value varchar, first_seen date, last_seen date, closed_on date)"
        )
        con.executemany(
            "insert into practice.practice_finding_history values ('fyn', 'r', 'crm_forloeb', ?, null, ?, ?, null)",
            [(record_id, first, today) for record_id, first in findings],
        )
    return path


def check(status: str) -> CheckResult:
    """Make a result of a check."""
    return CheckResult(
        suite="goals", check="c", label_da="l", concerns="form", severity="warning", asset="a", status=status,
        checked=1, unexpected=0, observed=None, message_da="m", remedy_da="r", reason="w", since="2026-01-01",
        offenders=(), expectation={"type": "t", "kwargs": {}}, error=None,
    )  # fmt: skip


class History(Scenario):
    """The results, the findings and the forgetting of a run, as they follow each other in the job."""

    def prepare(self, folder: Path) -> None:
        """Keep Monday's."""
        history = history_file(folder)
        build = finding_build(folder / "build.duckdb", MONDAY, [(f"F{n}", MONDAY) for n in range(500)])
        record(history, RunFacts("monday", MONDAY, NOW), (check("passed"),))
        store_findings(build, history, run_id="monday", code_version="1")
        with opened_history(history) as con:
            con.execute(
                "insert into alert_states values ('fyn', 'r', null, 'snooze', null, 'A', '', now(), current_date)"
            )
        finding_build(folder / "build.duckdb", TUESDAY, [(f"F{n}", MONDAY) for n in range(100, 600)])

    def act(self, folder: Path) -> None:
        """Keep Tuesday's."""
        history = history_file(folder)
        record(history, RunFacts("tuesday", TUESDAY, NOW + timedelta(days=1)), (check("failed"), check("passed")))
        store_findings(folder / "build.duckdb", history, run_id="tuesday", code_version="1")
        forget_old(history, TUESDAY, TUESDAY)

    def look(self, folder: Path) -> None:
        """Monday's or Tuesday's findings, whole."""
        with opened_history(history_file(folder)) as con:
            days = con.execute("select distinct last_seen, count(*) over () from findings").fetchall()
            runs = con.execute("select max(today) from finding_runs").fetchall()
        assert days == [(runs[0][0], 500)]

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """All that is remembered."""
        path = history_file(folder)
        assert [each.name for each in path.parent.iterdir()] == [path.name], list(path.parent.iterdir())
        return rows(
            path,
            {
                "findings": "select * exclude recorded_at from findings",
                "runs": "select * exclude recorded_at from finding_runs",
                "results": "select * from expectation_results",
                "states": "select * exclude (said_at, day) from alert_states",
            },
        )


class Migration(Scenario):
    """A history of the first version that is brought up to date."""

    def prepare(self, folder: Path) -> None:
        """Make a file as the first state of the program did, without a version."""
        path = history_file(folder)
        path.parent.mkdir()
        with closing(duckdb.connect(str(path))) as con:
            con.execute(MIGRATIONS[0].sql)
            con.execute("insert into alert_told select 'fyn', 'r', range, 1, '2026-10-01' from range(2000)")

    def act(self, folder: Path) -> None:
        """Open it."""
        with opened_history(history_file(folder)):
            pass

    def look(self, folder: Path) -> None:
        """It is of the old version or of the new, whole."""
        with closing(duckdb.connect(str(history_file(folder)))) as con:
            columns = len(con.execute("describe alert_told").fetchall())
            assert (version_of(con), columns) in {(0, 5), (MIGRATIONS[-1].version, 6)}
            assert con.execute("select count(*) from alert_told").fetchall() == [(2000,)]

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """All that is remembered, and nothing beside it."""
        path = history_file(folder)
        assert [each.name for each in path.parent.iterdir()] == [path.name], list(path.parent.iterdir())
        return rows(path, {"told": "from alert_told", "versions": "select version, name from schema_versions"})


def whole_edition(folder: Path) -> dict[str, str] | None:
    """Read an edition as others do, and make sure that all of it is of one."""
    edition = read_edition(folder, 2025)
    if edition is None:
        return None
    here = edition_folder(folder, 2025)
    for file in edition.files:
        assert sha256_of(here / file.name) == file.sha256, f"{file.name} is of another edition"
    return {file.name: file.sha256 for file in edition.files}


class Edition(Scenario):
    """The files of a year over those of yesterday."""

    def prepare(self, folder: Path) -> None:
        """Write yesterday's."""
        write_edition(small.statement([small.goals()]), folder, renderers=small.QUICK)

    def act(self, folder: Path) -> None:
        """Write today's."""
        write_edition(small.statement(), folder, renderers=small.QUICK)

    def look(self, folder: Path) -> None:
        """There was an edition, so there is one."""
        assert whole_edition(folder) is not None

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """What is published; nothing of a killed run is left."""
        left = sorted(path.name for path in (folder / "opgoerelse").iterdir())
        return [left, whole_edition(folder)]


class Freeze(Edition):
    """A year that is frozen over a draft of yesterday."""

    def prepare(self, folder: Path) -> None:
        """Write yesterday's, and publish today's."""
        super().prepare(folder)
        (folder / "manifest.json").write_text(small.publication().model_dump_json(), encoding="utf-8")
        (folder / "current.duckdb").touch()

    def act(self, folder: Path) -> None:
        """Freeze the year; one that is frozen already is published again, as the person at the keyboard would do."""
        yearly.assembled = lambda *_: small.statement()  # type: ignore[assignment]
        dbt = folder / "dbt.json"
        if versions(folder, 2025):
            yearly.report(folder, 2025, lambda: dbt, renderers=small.QUICK)
        else:
            yearly.freeze(folder, 2025, dbt, small.LINEAGE, now=NOW, renderers=small.QUICK)

    def look(self, folder: Path) -> None:
        """A version that is there is whole."""
        super().look(folder)
        for version in versions(folder, 2025):
            load_frozen(folder, 2025, version)

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """The frozen version, its edition, and nothing else."""
        assert versions(folder, 2025) == (1,)
        frozen = folder / ".history" / "statements" / "2025"
        assert [path.name for path in frozen.iterdir()] == ["1"]
        return [super().outcome(folder), (frozen / "1" / "SHA256SUMS").read_text(encoding="utf-8")]


class DataDocs(Scenario):
    """The pages of a run over those of yesterday."""

    def _write(self, folder: Path, run_id: str, status: str) -> None:
        suites = [suite for suite in load_suites() if suite.name == "goals"]
        write_data_docs(folder, RunFacts(run_id, MONDAY, NOW), suites, [check(status)], {})

    def prepare(self, folder: Path) -> None:
        """Write yesterday's."""
        self._write(folder, "yesterday", "failed")

    def act(self, folder: Path) -> None:
        """Write today's."""
        self._write(folder, "today", "passed")

    def look(self, folder: Path) -> None:
        """There are pages, whole."""
        for page in ("index.html", "goals.html"):
            assert (folder / "data-docs" / page).read_text(encoding="utf-8").rstrip().endswith("</html>"), page

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """The pages, and nothing of a killed run."""
        left = sorted(path.name for path in folder.iterdir()), len(list((folder / ".data-docs").iterdir()))
        return [*left, {path.name: sha256_of(path) for path in (folder / "data-docs").iterdir()}]


class Backup(Scenario):
    """A backup of deliveries, history and a frozen statement, beside one of yesterday."""

    def prepare(self, folder: Path) -> None:
        """Make what is kept."""
        Landing().prepare(folder)
        shutil.rmtree(folder / "out")
        (folder / "output").mkdir()
        History().prepare(folder / "output")
        statement = replace(small.statement(), freeze=freezing.Freeze(1, NOW, None))
        freezing.store_frozen(statement, folder / "output", lineage=small.LINEAGE)
        (folder / "output" / ".history" / "pseudonym.key").write_bytes(b"k" * 64)

    def act(self, folder: Path) -> None:
        """Take it; a file that is there is whole, and is not written again."""
        if not (folder / "kopi.tar.gz").exists():
            back_up(folder / "output", folder / "in", folder / "kopi.tar.gz")

    def look(self, folder: Path) -> None:
        """A backup that is there can be restored."""
        target = folder / "kopi.tar.gz"
        if target.exists():
            read_archive(target)
            check_sum(target)

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """What it holds; nothing beside it."""
        left = sorted(path.name for path in folder.iterdir())
        contents = read_archive(folder / "kopi.tar.gz")
        return [left, [(f.name, f.sha256) for f in contents.files if not f.name.endswith(".duckdb")]]


class Restore(Scenario):
    """A backup that is brought back into a folder without anything."""

    def prepare(self, folder: Path) -> None:
        """Take the backup."""
        Backup().prepare(folder)
        Backup().act(folder)

    def act(self, folder: Path) -> None:
        """Bring it back; done already, there is nothing to do."""
        try:
            restore(folder / "kopi.tar.gz", folder / "new", folder / "new-in")
        except BackupError as error:
            if "ikke tom" not in str(error) or not (folder / "new" / ".history").is_dir():
                raise

    def look(self, folder: Path) -> None:
        """A history, or deliveries, that are there are whole."""
        if (folder / "new" / ".history").is_dir():
            load_frozen(folder / "new", 2025)
            with opened_history(history_file(folder / "new")) as con:
                assert con.execute("select count(*) from findings").fetchall() == [(500,)]
        if (folder / "new-in").is_dir():
            assert {path.name for path in (folder / "new-in" / "crm").iterdir()} == {
                path.name for path in (folder / "in" / "crm").iterdir()
            }

    def outcome(self, folder: Path) -> Any:  # noqa: ANN401
        """Everything is there as it was."""
        new, old = folder / "new", folder / "output"
        files = {
            path.relative_to(folder).as_posix(): sha256_of(path)
            for root in (folder / "new-in", new / ".history")
            for path in sorted(root.rglob("*"))
            if path.is_file() and path != history_file(new)
        }
        for name, digest in files.items():
            assert sha256_of(folder / name.replace("new-in", "in").replace("new/", f"{old.name}/")) == digest
        query = {"findings": "from findings", "states": "select * exclude (said_at, day) from alert_states"}
        assert rows(history_file(new), query) == rows(history_file(old), query)
        # What was read through is removed the next time; nothing depends on it.
        shutil.rmtree(new / ".build", ignore_errors=True)
        return [sorted(files), rows(history_file(new), query)]


SCENARIOS: dict[str, type[Scenario]] = {
    "landing": Landing,
    "first landing": FirstLanding,
    "publication": Publication,
    "first publication": FirstPublication,
    "publication over an earlier version": PublicationOverAnEarlierVersion,
    "history": History,
    "migration": Migration,
    "edition": Edition,
    "freeze": Freeze,
    "data docs": DataDocs,
    "backup": Backup,
    "restore": Restore,
}
