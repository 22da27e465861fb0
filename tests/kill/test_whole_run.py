"""The whole job, dbt included: killed again and again, on a disk that fills up, and after a restore: `make kill`.

KILLS=100 tries more moments; KILL_SEED=7 others.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from scenarios import whole_publication

from expectations.store import history_file
from exports.statement.edition import read_edition
from orchestration.progress import STAGES
from sources.synthetic import SyntheticSettings, write_deliveries

pytestmark = pytest.mark.kill

NIGHT = Path(__file__).parent / "night.py"
KILLS = int(os.environ.get("KILLS", "24"))
CHAIN = 4
"""How many kills follow each other before a run is left in peace."""
DIFFERENT = frozenset({"computed_at", "landed_at", "recorded_at", "published_at", "run_id", "delivery_id"})
"""What differs between any two runs: times, and numbers given in the order of arrival."""
STAGES_TRIED = tuple(stage for stage in STAGES if stage not in {"prepare", "postgres"})
"""No database is loaded here: PostgreSQL takes back by itself what a killed load has begun."""
_ORPHAN_SECONDS = 3.0


@dataclass(frozen=True)
class Night:
    """What is compared with: yesterday's output, today's deliveries and output, and what is in that."""

    yesterday: Path
    today: Path
    deliveries: Path
    expected: dict[str, Any]
    steps: int
    seconds: float


def night(deliveries: Path, output: Path, *fate: str) -> subprocess.Popen[str]:
    """Start a run."""
    command = [sys.executable, str(NIGHT), str(deliveries), str(output), *fate]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a run; its code and what was told, or its log when that is nothing."""
    out, err = process.communicate()
    return process.returncode, out or err[-3000:]


def published(output: Path) -> dict[str, Any]:
    """Read everything that a run comes to, without times and ids: marts, files, findings, the edition's tables."""
    content = whole_publication(output)
    assert content is not None
    found: dict[str, Any] = {}
    files = [f"'{output / file.name}'" for file in content.files if file.name.endswith(".parquet")]
    with closing(duckdb.connect(str(output / "current.duckdb"), read_only=True)) as con:
        for relation in (*(f'"{table.table}"' for table in content.tables), *files):
            columns = [row[0] for row in con.execute(f"describe from {relation}").fetchall()]
            kept = ", ".join(f'"{name}"' for name in columns if name not in DIFFERENT)
            key = relation.rpartition("/")[2]
            found[key] = con.execute(f"select {kept} from {relation} order by all").fetchall()
    with closing(duckdb.connect(str(history_file(output)), read_only=True)) as con:
        found["findings"] = con.execute("select * exclude recorded_at from findings order by all").fetchall()
    edition = read_edition(output, content.report_year)
    assert edition is not None
    found["edition"] = [(table.name, table.rows, table.hidden) for table in edition.tables]
    return found


def differences(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Name what differs, with a few of the rows."""
    keys = sorted({*found, *expected})
    return {
        key: [row for row in found.get(key, []) if row not in expected.get(key, [])][:3]
        for key in keys
        if found.get(key) != expected.get(key)
    }


@pytest.fixture(scope="module")
def the_night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Run yesterday's deliveries, bring today's, and run those without disturbance in a copy."""
    folder = tmp_path_factory.mktemp("night")
    write_deliveries(folder, SyntheticSettings(scale=0.01, today=date(2026, 10, 31)))
    deliveries, yesterday = folder / "deliveries", folder / "yesterday"
    assert finish(night(deliveries, yesterday))[0] == 0
    # Courses of an earlier delivery are delivered again, and one of activities is gone.
    (courses,) = (deliveries / "crm").glob("crm_forloeb__*.ndjson")
    rows = courses.read_bytes().splitlines(keepends=True)
    (deliveries / "crm" / "crm_forloeb__2026-11-01.ndjson").write_bytes(b"".join(rows[: len(rows) // 2]))
    min((deliveries / "crm").glob("crm_aktivitet__*")).unlink()
    today = folder / "today"
    shutil.copytree(yesterday, today, symlinks=True)
    began = time.monotonic()
    code, steps = finish(night(deliveries, today))
    assert code == 0, steps
    return Night(yesterday, today, deliveries, published(today), int(steps), time.monotonic() - began)


def moments(the_night: Night) -> Iterator[tuple[str, str]]:
    """Choose when to kill: each stage, and steps and times at random."""
    chance = random.Random(int(os.environ.get("KILL_SEED", "1")))  # noqa: S311 - not for secrets
    chosen = [("stage", stage) for stage in STAGES_TRIED]
    while len(chosen) < KILLS:
        chosen.append(("step", str(chance.randint(2, the_night.steps))))
        chosen.append(("time", f"{chance.uniform(1, the_night.seconds):.2f}"))
    chance.shuffle(chosen)
    yield from chosen[:KILLS]


def orphans(parent: int) -> list[str]:
    """Find dbt of a run that is gone."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"orchestration.dbt_process" in arguments and str(parent).encode() in arguments:
            found.append(path.parent.name)
    return found


def kill_at(the_night: Night, output: Path, way: str, when: str) -> bool:
    """Start a run and kill it; say whether it was killed, and not over before."""
    if way != "time":
        process = night(the_night.deliveries, output, "kill", when)
        code, _ = finish(process)
    else:
        process = night(the_night.deliveries, output)
        try:
            process.wait(float(when))
        except subprocess.TimeoutExpired:
            process.kill()
        code, _ = finish(process)
    assert code in {0, -signal.SIGKILL}
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while orphans(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not orphans(process.pid), "dbt goes on without its run"
    return code != 0


def test_killed_again_and_again(the_night: Night, tmp_path: Path) -> None:
    """Without it, the night after a power cut could publish other figures than it should."""
    before = published(the_night.yesterday)
    log: list[tuple[str, str, bool]] = []
    output = tmp_path / "output"
    for number, (way, when) in enumerate(moments(the_night), start=1):
        if not output.exists():
            shutil.copytree(the_night.yesterday, output, symlinks=True)
        standing = published(output)
        log.append((way, when, kill_at(the_night, output, way, when)))
        now = published(output)
        # Yesterday's, or today's when it was killed after the switch. Findings follow their publication in either case.
        marts = {key: rows for key, rows in now.items() if key not in {"findings", "edition"}}
        allowed = [{key: each[key] for key in marts} for each in (before, standing, the_night.expected)]
        assert marts in allowed, (log, differences(marts, allowed[0]), differences(marts, allowed[2]))
        if number % CHAIN == 0 or number == KILLS:
            code, said = finish(night(the_night.deliveries, output))
            assert code == 0, (log, said)
            assert not differences(published(output), the_night.expected), log
            left = {path.name for path in output.iterdir() if path.name.startswith(".")}
            assert left == {".build", ".data-docs", ".history", ".publications"}
            shutil.rmtree(output)
    assert sum(killed for *_, killed in log) >= KILLS // 2
    sys.stdout.write(f"{sum(killed for *_, killed in log)} kills: {log}\n")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    if not (sys.platform == "linux" and os.geteuid() == 0):
        pytest.skip("Only the administrator of a Linux machine may mount a disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_full_at_any_stage(the_night: Night, small_disk: Path) -> None:
    """Without it, a full disk at one stage could be a traceback, or take yesterday's publication with it."""
    output = small_disk / "output"
    shutil.copytree(the_night.yesterday, output, symlinks=True)
    before = published(output)
    # Today's deliveries are landed first, so that they meet the full disk; the reports come last.
    for stage in STAGES_TRIED[1:]:
        code, said = finish(night(the_night.deliveries, output, "fill", stage))
        (small_disk / "filler").unlink()
        expected = 3 if stage in {"statement", "role_exports"} else 1
        assert code == expected, (stage, said)
        assert "Der er ikke mere plads på disken" in said, (stage, said)
        assert str(output) in said, (stage, said)
        now = published(output)
        if expected == 1:
            assert not differences(now, before), stage
    code, said = finish(night(the_night.deliveries, output))
    assert code == 0, said
    assert not differences(published(output), the_night.expected)


def test_a_restored_backup_comes_to_the_same(the_night: Night, tmp_path: Path) -> None:
    """Without it, a backup could lack what the next run needs, and nobody would know before it is needed."""
    output = tmp_path / "output"
    shutil.copytree(the_night.today, output, symlinks=True)
    for arguments in (
        ("freeze", "--year", "2026", "--output", output),
        ("backup", "--to", tmp_path / "kopi.tar.zst", "--output", output, "--deliveries", the_night.deliveries),
        ("restore", "--from", tmp_path / "kopi.tar.zst", "--output", tmp_path / "new", "--deliveries", tmp_path / "in"),
    ):
        command = [Path(sys.executable).with_name("erhvervshus"), *arguments]
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    code, said = finish(night(tmp_path / "in", tmp_path / "new"))
    assert code == 0, said
    assert not differences(published(tmp_path / "new"), the_night.expected)
    for folder in (".history/statements/2026/1", "opgoerelse/2026"):
        old, new = (
            {p.relative_to(f): p for p in f.rglob("*") if p.is_file()}
            for f in (output / folder, tmp_path / "new" / folder)
        )
        assert old.keys() == new.keys()
        assert len(old) > 15
        for name, path in old.items():
            # The frozen statement, and the edition that was written of it: byte for byte.
            assert path.read_bytes() == new[name].read_bytes(), name


@pytest.mark.parametrize("protected", ["", ".history", ".publications", "opgoerelse"])
def test_an_output_that_is_read_only(protected: str, the_night: Night, small_disk: Path) -> None:
    """Without it, a run would work for a minute, and then end with a message without a remedy."""
    output = small_disk / "output"
    shutil.copytree(the_night.yesterday, output, symlinks=True)
    before = published(output)
    folder = output / protected
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        command = [str(Path(sys.executable).with_name("erhvervshus")), "run", "--year", "2026"]
        done = subprocess.run(
            [*command, "--output", str(output), "--deliveries", str(the_night.deliveries)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert f"Mappen er skrivebeskyttet ({folder}). Gør filsystemet skrivbart" in done.stderr
        assert "Traceback" not in done.stderr
        assert not differences(published(output), before)
    finally:
        subprocess.run(["umount", str(folder)], check=True)
