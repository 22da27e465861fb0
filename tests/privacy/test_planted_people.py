"""People planted in every field are nowhere in what a run hands out; and an erased company is nowhere at all.

Slow: five whole runs. `make privacy` runs it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterInstance

from orchestration.assembly import build_defs
from orchestration.jobs import JOB
from orchestration.service.alerts import AlertSettings, alerts
from orchestration.settings import RunSettings
from sources.synthetic import SyntheticSettings, write_deliveries
from tests.conftest import SMALL_SCALE
from tests.privacy.planted import (
    COMPANY_CVR,
    COMPANY_P_NUMBER,
    DAY,
    IDENTITIES,
    OWNER_CVR,
    plant,
)
from tests.privacy.scan import Hit, scan

pytestmark = pytest.mark.privacy

# What dbt writes beside the build file (compiled SQL, results, its log with everything at DEBUG) is looked at too.
PRIVATE = (
    ".build/warehouse.duckdb", ".build/warehouse.duckdb.wal", ".build/taken.json", ".history/pseudonym.key"
)  # fmt: skip
YEAR = "2026"
KEY_VARIABLE = "ERHVERVSHUS_PSEUDONYM_KEY"
MARTS = "select * from main.{} order by all"


@dataclass(frozen=True)
class Ran:
    """A run over planted deliveries, everything that was printed, and Dagster's own storage."""

    root: Path
    output: Path
    deliveries: Path
    printed: Mapping[str, bytes]


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the program as people do."""
    program = Path(sys.executable).parent / "erhvervshus"
    environment = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    return subprocess.run([program, *arguments], cwd=cwd, env=environment, capture_output=True, check=False)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run everything that shows something to somebody, over planted deliveries."""
    root = tmp_path_factory.mktemp("planted")
    write_deliveries(root, SyntheticSettings(scale=SMALL_SCALE, today=date(2026, 10, 31)))
    deliveries, output = root / "deliveries", root / "output"
    plant(deliveries)
    at = ("--output", str(output))
    printed: dict[str, bytes] = {}

    def say(name: str, *arguments: str, may_fail: bool = False) -> None:
        done = command(*arguments, cwd=root)
        printed[f"{name} (stdout)"], printed[f"{name} (stderr)"] = done.stdout, done.stderr
        assert may_fail or done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]

    say("run", "run", *at, "--deliveries", str(deliveries), "--year", YEAR, "--verbose")
    say("quality", "quality", *at)
    for house in ("fyn", "erst"):
        say(f"quality {house}", "quality", *at, "--house", house)
    for measure, house, segment in (
        ("nps", "fyn", "vaekst"), ("entrepreneurs_guided", "fyn", "all"), ("awareness", "fyn", "all"),
        ("excess_revenue_growth", "danmark", "vaekst"), ("participants", "midtjylland", "all"),
    ):  # fmt: skip
        say(
            f"explain {measure}", "explain", measure, "--house", house, "--segment", segment, *at, "--verbose",
            "--year", "2025" if measure == "awareness" else YEAR,
            may_fail=measure == "excess_revenue_growth",
        )  # fmt: skip
    say("freeze", "freeze", "--year", YEAR, *at)
    say("settings", "settings")
    say("fortegnelse", "fortegnelse", *at)
    recipients = root / "recipients.yml"
    recipients.write_text(
        "owners:\n"
        + "".join(
            f'  {owner}:\n    - {{name: mail, url: "json://127.0.0.1:9"}}\n' for owner in ("erst", "fyn", "sydjylland")
        ),
        encoding="utf-8",
    )
    # It must be there: Dagster makes only what lies in it.
    (root / "dagster").mkdir()
    with warnings.catch_warnings(), DagsterInstance.local_temp(str(root / "dagster")) as instance:
        # As in orchestration.run: Dagster announces what is new in it.
        warnings.simplefilter("ignore")
        settings = RunSettings(output=str(output), deliveries=str(deliveries), year=int(YEAR), reports=False)
        job = build_defs(settings=settings).resolve_job_def(JOB)
        assert job.execute_in_process(instance=instance).success
        told = AlertSettings(output=str(output), recipients=str(recipients))
        assert alerts.execute_in_process(instance=instance, resources={"alert_settings": told}).success
    return Ran(root, output, deliveries, printed)


def _said(hits: list[Hit]) -> list[str]:
    return sorted({f"{hit.text} in {hit.place}" for hit in hits})


def test_the_planted_people_are_in_the_deliveries_and_the_build(ran: Ran) -> None:
    """Without it the tests below could pass because nobody was planted, or because nothing is seen."""
    texts = [one.text for one in IDENTITIES]
    seen = {hit.text for hit in scan(ran.deliveries, texts).hits}
    assert seen == set(texts)
    built = {hit.text for hit in scan(ran.output / ".build", texts).hits}
    assert {OWNER_CVR, "Quirina Zachodnik", "kquux17", "0203721234", "Wenzel Qvortrup"} <= built


def test_no_planted_person_is_in_anything_handed_out(ran: Ran) -> None:
    """Without it a name, a number or an id would reach a reader, a log, a finding or Dagster."""
    looked = scan(ran.output, [one.text for one in IDENTITIES], leave_out=PRIVATE, extra=dict(ran.printed))
    storage = scan(ran.root / "dagster", [one.text for one in IDENTITIES])
    print(f"{len(IDENTITIES)} identities, {looked.places + storage.places} places")  # noqa: T201
    assert looked.places > 1000
    assert storage.places > 10
    assert _said(looked.hits + storage.hits) == []


def test_what_may_be_shown_is_shown(ran: Ran) -> None:
    """Without it nothing at all could be published, and the test above would still pass."""
    found = {
        hit.text for hit in scan(ran.output, [COMPANY_CVR, COMPANY_P_NUMBER, "Plantet Selskab"], leave_out=PRIVATE).hits
    }
    assert found == {COMPANY_CVR, COMPANY_P_NUMBER, "Plantet Selskab"}


def test_the_key_is_in_no_other_file(ran: Ran) -> None:
    """Without it everyone with a log or a manifest could make the pseudonyms of all numbers."""
    key = (ran.output / ".history" / "pseudonym.key").read_text(encoding="ascii").strip()
    assert (ran.output / ".history" / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    looked = scan(ran.output, [key], leave_out=[".history/pseudonym.key"], extra=dict(ran.printed))
    assert _said(looked.hits + scan(ran.root / "dagster", [key]).hits) == []


def _tree(folder: Path) -> dict[str, str]:
    """Fingerprint every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_an_erased_company_is_nowhere(ran: Ran, tmp_path: Path) -> None:
    """Without it a person who asks to be erased would still stand in a file, a finding or yesterday's warehouse."""
    output, deliveries = tmp_path / "output", tmp_path / "deliveries"
    shutil.copytree(ran.output, output, symlinks=True)
    shutil.copytree(ran.deliveries, deliveries)
    frozen = _tree(output / ".history" / "statements")
    assert frozen
    at = ("--output", str(output), "--deliveries", str(deliveries))
    before = _tree(deliveries)
    dry = command("erase", "--cvr", OWNER_CVR, "--dry-run", *at, cwd=tmp_path)
    assert dry.returncode == 0, dry.stderr.decode()
    assert "crm_aktivitet: 2" in dry.stdout.decode()
    assert _tree(deliveries) == before

    # Killed at several moments, and taken up again.
    program = Path(sys.executable).parent / "erhvervshus"
    for seconds in (4.0, 7.0, 12.0):
        process = subprocess.Popen(
            [program, "erase", "--cvr", OWNER_CVR, *at],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = command("erase", "--cvr", f"DK {OWNER_CVR}", "--by", "Dataansvarlig", *at, cwd=tmp_path)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]

    words = (OWNER_CVR, "Quirina Zachodnik")
    printed = {"stdout": done.stdout, "stderr": done.stderr}
    # A name in a text of somebody else cannot be found by a number: the receipt says so, and one was planted.
    # So it says of a delivery that has no header, and cannot be read.
    headless = f"crm/crm_tema__{DAY}__uden.csv"
    left = [hit for hit in scan(deliveries, words).hits if hit.text == OWNER_CVR]
    assert _said(left) == [f"{OWNER_CVR} in {headless}"]
    handed_out = scan(output, words, leave_out=[".build"], extra=printed)
    assert _said(handed_out.hits) == []
    assert _said([hit for hit in scan(output / ".build", words).hits if hit.text == OWNER_CVR]) == []
    assert _tree(output / ".history" / "statements") == frozen
    (receipt,) = (output / ".history" / "erasures").glob("*.json")
    said = json.loads(receipt.read_bytes())
    assert said["company"].startswith("P-")
    assert said["done_by"] == "Dataansvarlig"
    assert said["unreadable"] == [headless]
    assert said["rows"]["crm_forloeb"] >= 1
    assert not list((output / ".history" / "erasures").glob("*.begun"))
    with duckdb.connect(str(output / "current.duckdb"), read_only=True) as con:
        gone = con.execute("select count(*) from fct_guidance_course where course_id = 'QF1'").fetchone()
        kept = con.execute("select count(*) from fct_guidance_course where course_id = 'QF4'").fetchone()
    assert (gone, kept) == ((0,), (1,))

    # An old file that brings the rows again changes nothing; a course registered later is a new matter.
    shutil.copy(
        ran.deliveries / "crm" / "crm_forloeb__2026-10-31__a.csv", deliveries / "crm" / "crm_forloeb__2026-10-30__b.csv"
    )
    (deliveries / "crm" / "crm_forloeb__2026-12-31__c.csv").write_text(
        "forloeb_id;erhvervshus;cvr_nummer;forloebstype;startdato;oprettet\n"
        f"QF90;fyn;{OWNER_CVR};individuel;2099-01-01;2099-01-01T10:00:00\n",
        encoding="utf-8",
    )
    again = command("run", *at, "--year", YEAR, "--no-reports", cwd=tmp_path)
    assert again.returncode == 0, again.stderr.decode()
    with duckdb.connect(str(output / "current.duckdb"), read_only=True) as con:
        rows = con.execute("select course_id from fct_guidance_course where course_id in ('QF1', 'QF90')").fetchall()
    assert rows == [("QF90",)]
