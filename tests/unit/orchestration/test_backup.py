"""A backup holds what cannot be made again, and is brought back whole or not at all."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from expectations.migrations import MIGRATIONS
from expectations.store import history_file, opened_history
from exports.files import sha256_of
from exports.statement.edition import edition_folder, write_edition
from exports.statement.freeze import load_frozen, store_frozen
from exports.statement.statement import Freeze
from orchestration.backup.archive import CONTENTS, Contents, check_sum, read_archive
from orchestration.backup.inventory import KINDS, inventory, kind_of
from orchestration.backup.make import back_up
from orchestration.backup.restore import restore
from orchestration.cli import app
from orchestration.errors import BackupError, RunInProgressError
from orchestration.lock import hold

sys.path.insert(0, str(Path(__file__).parents[1] / "exports"))
import small_statement as small

KEY = b"k" * 64
DELIVERY = "crm/crm_forloeb__2026-11-01.csv"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with everything that must be kept, and with what need not be."""
    output = tmp_path / "output"
    with opened_history(history_file(output)) as con:
        con.execute(
            "insert into findings values ('fyn', 'r', 'e', 'F1', null, '2026-01-01', '2026-11-01', null, now())"
        )
    history = output / ".history"
    store_frozen(replace(small.statement(), freeze=Freeze(1, small.PUBLISHED_AT, None)), output, lineage=small.LINEAGE)
    (history / "pseudonym.key").write_bytes(KEY)
    (history / "pseudonym.key").chmod(0o600)
    (history / "erasures").mkdir()
    (history / "erasures" / "1.json").write_text("{}", encoding="utf-8")
    (history / "quality.before-9.duckdb").write_bytes(b"of an upgrade that was killed")
    comments = tmp_path / "comments.md"
    comments.write_text(small.COMMENTS, encoding="utf-8")
    write_edition(small.statement(), output, comments, final=True, renderers=small.QUICK)
    draft = small.statement(manifest=small.publication().model_copy(update={"report_year": 2024}))
    write_edition(draft, output, renderers=small.QUICK)
    (output / ".build").mkdir()
    (output / ".build" / "warehouse.duckdb").write_bytes(b"can be made again")
    (output / "manifest.json").write_text("{}", encoding="utf-8")
    return output


@pytest.fixture
def deliveries(tmp_path: Path) -> Path:
    """Two deliveries, a marker, a file that is being written, and a link that leads away."""
    folder = tmp_path / "in"
    for name in (DELIVERY, "crm/ikke_en_leverance.txt", f"{DELIVERY}.done", "crm/crm_tema__2026-11-01.csv.part"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}; æøå\n", encoding="utf-8")
    os.utime(folder / DELIVERY, ns=(10**18, 10**18 + 5))
    (folder / "crm" / "link.csv").symlink_to("/etc/hostname")
    (folder / ".hidden").touch()
    return folder


def contents_of(folder: Path) -> dict[str, Any]:
    """Read a folder: content and permissions, or where links lead."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink())
        if path.is_symlink()
        else (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def call(*arguments: str | Path) -> Result:
    """Call the program in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_inventory_names_what_must_be_kept(output: Path, deliveries: Path) -> None:
    """Without it, something that cannot be made again could be missing from every backup, and nobody would know."""
    found: dict[str, list[str]] = {kind.key: [] for kind in KINDS}
    for item in inventory(output, deliveries):
        found[item.kind.key].append(item.name)
    assert found["deliveries"] == [
        f"leverancer/{DELIVERY}",
        f"leverancer/{DELIVERY}.done",
        "leverancer/crm/ikke_en_leverance.txt",
    ]
    assert found["quality"] == ["historik/quality.duckdb"]
    assert f"historik/statements/2025/1/{small.GOALS}.parquet" in found["statements"]
    assert found["pseudonym_key"] == ["historik/pseudonym.key"]
    assert found["erasures"] == ["historik/erasures/1.json"]
    assert found["remembered"] == []
    # The draft of 2024 can be written again; the final edition of 2025 rests on comments that lie elsewhere.
    assert {name.split("/")[1] for name in found["final_editions"]} == {"2025"}
    (output / ".history" / "something-new.json").touch()
    assert [i.name for i in inventory(output, None) if i.kind.key == "remembered"] == ["historik/something-new.json"]
    with pytest.raises(LookupError):
        kind_of("etc/passwd")


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.zst"])
def test_everything_comes_back_as_it_was(ending: str, output: Path, deliveries: Path, tmp_path: Path) -> None:
    """Without it, a backup would be a hope."""
    target = tmp_path / f"kopi{ending}"
    made = back_up(output, deliveries, target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert made.sha256 == sha256_of(target) == check_sum(target)
    new, new_in = tmp_path / "new", tmp_path / "somewhere" / "new-in"
    restored = restore(target, new, new_in)
    assert restored.contents == made.contents
    assert restored.aside == ()
    wanted = {f"crm/{name}" for name in ("crm_forloeb__2026-11-01.csv", "crm_forloeb__2026-11-01.csv.done")}
    assert contents_of(new_in) == {
        name: content
        for name, content in contents_of(deliveries).items()
        if name in {*wanted, "crm/ikke_en_leverance.txt"}
    }
    assert (new_in / DELIVERY).stat().st_mtime_ns == 10**18 + 5
    old, back = contents_of(output / ".history"), contents_of(new / ".history")
    for each in (old, back):
        del each["quality.duckdb"]
    del old["quality.before-9.duckdb"]
    assert back == old
    assert back["pseudonym.key"] == (KEY, 0o600)
    with opened_history(history_file(new)) as con:
        assert con.execute("select record_id, first_seen::varchar from findings").fetchall() == [("F1", "2026-01-01")]
    assert load_frozen(new, 2025).lineage == small.LINEAGE
    assert (new / ".history" / "statements" / "2025" / "1").stat().st_mode & 0o777 == 0o555
    assert contents_of(edition_folder(new, 2025).resolve()) == contents_of(edition_folder(output, 2025).resolve())
    assert sorted(path.name for path in new.iterdir()) == [".build", ".history", "opgoerelse"]
    assert sorted(path.name for path in new_in.parent.iterdir()) == ["new-in"]


def rewrite(source: Path, change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]]) -> None:
    """Write a backup again with other members, as someone with a text editor and time would."""
    with tarfile.open(source) as archive:
        members = [(m.name, archive.extractfile(m).read()) for m in archive.getmembers()]  # type: ignore[union-attr]
    with tarfile.open(source, "w") as archive:
        for name, content in change(members):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def with_contents(members: list[tuple[str, bytes]], **changes: object) -> list[tuple[str, bytes]]:
    """Change the list of contents."""
    content = {**json.loads(members[-1][1]), **changes}
    return [*members[:-1], (CONTENTS, json.dumps(content).encode())]


def listed(members: list[tuple[str, bytes]], name: str, content: bytes) -> list[tuple[str, bytes]]:
    """Add a file, and list it with its right fingerprint."""
    import hashlib  # noqa: PLC0415

    files = json.loads(members[-1][1])["files"]
    entry = {
        "name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "mode": 420,
        "modified_ns": 0,
    }  # fmt: skip
    return [(name, content), *with_contents(members, files=[*files, entry])]


TAMPERED = {
    "a changed file": lambda m: [(n, c.replace(b"content", b"CONTENT")) for n, c in m],
    "a missing file": lambda m: m[1:],
    "a file too many": lambda m: [("historik/more.json", b"{}"), *m],
    "a file twice": lambda m: [m[0], *m],
    "no list": lambda m: m[:-1],
    "something after the list": lambda m: [*m, ("historik/late", b"")],
    "a list that is none": lambda m: [*m[:-1], (CONTENTS, b"[1")],
    "out of the folder": lambda m: listed(m, "leverancer/../../escaped", b"x"),
    "absolute": lambda m: listed(m, "/tmp/escaped", b"x"),  # noqa: S108 - must be refused
    "of no kind": lambda m: listed(m, "bin/escaped", b"x"),
    "of another system": lambda m: listed(m, "leverancer/..\\escaped", b"x"),
    "with a line break": lambda m: listed(m, "leverancer/a\nb", b"x"),
    "a root as a file": lambda m: listed(m, "historik", b"x"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_backup_changes_nothing(how: str, output: Path, deliveries: Path, tmp_path: Path) -> None:
    """Without it, someone who can write to the backups could write anywhere, or change a figure unseen."""
    target = tmp_path / "kopi.tar"
    back_up(output, deliveries, target)
    rewrite(target, TAMPERED[how])
    with pytest.raises(BackupError, match="fingeraftryk"):
        restore(target, tmp_path / "new", tmp_path / "new-in")
    target.with_name("kopi.tar.sha256").unlink()
    with pytest.raises(BackupError, match="beskadiget eller ikke en sikkerhedskopi") as caught:
        restore(target, tmp_path / "new", tmp_path / "new-in")
    assert "Intet er gendannet" in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["comments.md", "in", "kopi.tar", "output"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_links_and_devices_are_refused(kind: bytes, output: Path, deliveries: Path, tmp_path: Path) -> None:
    """Without it, a link in the archive could lead a later file out of the folder."""
    target = tmp_path / "kopi.tar"
    back_up(output, deliveries, target)
    target.with_name("kopi.tar.sha256").unlink()
    with tarfile.open(target) as archive:
        members = [(m, archive.extractfile(m).read()) for m in archive.getmembers()]  # type: ignore[union-attr]
    with tarfile.open(target, "w") as archive:
        strange = tarfile.TarInfo("leverancer/crm")
        strange.type, strange.linkname = kind, "/etc"
        archive.addfile(strange)
        for member, content in members:
            archive.addfile(member, io.BytesIO(content))
    with pytest.raises(BackupError, match="ikke en almindelig fil"):
        restore(target, tmp_path / "new", tmp_path / "new-in")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.zst"])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.9, 0.999])
def test_a_cut_or_damaged_backup_changes_nothing(
    ending: str, share: float, output: Path, deliveries: Path, tmp_path: Path
) -> None:
    """Without it, half of a backup could take the place of a whole history."""
    target = tmp_path / f"kopi{ending}"
    back_up(output, deliveries, target)
    whole = target.read_bytes()
    target.with_name(target.name + ".sha256").unlink()
    middle = int(len(whole) * share)
    flipped = whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]
    for damaged in (whole[:middle], flipped):
        target.write_bytes(damaged)
        try:
            read_archive(target)
        except BackupError as error:
            assert "beskadiget" in str(error)  # noqa: PT017 - some bytes of a tar archive mean nothing
        else:
            assert damaged is flipped or middle >= len(whole) - 10_240
            continue
        with pytest.raises(BackupError):
            restore(target, tmp_path / "new", tmp_path / "new-in")
        assert not (tmp_path / "new").exists()
        assert not (tmp_path / "new-in").exists()


def test_a_fingerprint_that_was_kept_elsewhere_is_compared(output: Path, deliveries: Path, tmp_path: Path) -> None:
    """Without it, someone who changes a backup could change the fingerprint beside it too."""
    made = back_up(output, deliveries, tmp_path / "kopi.tar")
    with pytest.raises(BackupError, match="--fingerprint"):
        restore(made.file, tmp_path / "new", tmp_path / "new-in", fingerprint="0" * 64)
    assert restore(made.file, tmp_path / "new", tmp_path / "new-in", fingerprint=made.sha256).aside == ()


def test_nothing_is_overwritten_unless_asked_for_and_nothing_is_deleted(
    output: Path, deliveries: Path, tmp_path: Path
) -> None:
    """Without it, a restore into the wrong folder would cost the history there."""
    target = tmp_path / "kopi.tar"
    back_up(output, deliveries, target)
    before = contents_of(output), contents_of(deliveries)
    with pytest.raises(BackupError, match="er ikke tom") as caught:
        restore(target, output, tmp_path / "new-in")
    assert "--force" in str(caught.value)
    with pytest.raises(BackupError, match="er ikke tom"):
        restore(target, tmp_path / "new", deliveries)
    assert (contents_of(output), contents_of(deliveries)) == before
    (deliveries / DELIVERY).write_text("changed", encoding="utf-8")
    aside = restore(target, output, deliveries, force=True).aside
    assert [path.name.partition(".foer-gendannelse-")[0] for path in aside] == ["in", ".history"]
    assert (aside[0] / DELIVERY).read_text(encoding="utf-8") == "changed"
    assert (aside[1] / "pseudonym.key").read_bytes() == KEY
    assert "content of" in (deliveries / DELIVERY).read_text(encoding="utf-8")


def test_an_erasure_after_the_backup_holds_on(output: Path, deliveries: Path, tmp_path: Path) -> None:
    """Without it, a restore would bring a person back who was erased since, and nobody would know."""
    target = tmp_path / "kopi.tar"
    back_up(output, deliveries, target)
    receipts = output / ".history" / "erasures"
    (receipts / "2.json").write_text('{"of": "today"}', encoding="utf-8")
    (receipts / "2.txt").write_text("Kvittering", encoding="utf-8")
    (receipts / ".P-1.begun").write_text("{}", encoding="utf-8")
    (receipts / "1.json").write_text('{"of": "yesterday, changed"}', encoding="utf-8")
    back = call("restore", "--from", target, "--output", output, "--deliveries", deliveries, "--force")
    assert {path.name: path.read_text(encoding="utf-8") for path in receipts.iterdir()} == {
        ".P-1.begun": "{}",
        "1.json": "{}",
        "2.json": '{"of": "today"}',
        "2.txt": "Kvittering",
    }
    said = " ".join(back.output.split())
    assert "1 kvittering for sletning er nyere end kopien" in said
    assert "indeholder personoplysninger. Slet det" in said


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """Without it, the backup one needs most, the old one, could not be used."""
    output = tmp_path / "output"
    history_file(output).parent.mkdir(parents=True)
    sql = Path(__file__).parents[2] / "fixtures" / "earlier" / "history-of-checks.sql"
    with closing(duckdb.connect(str(history_file(output)))) as con:
        con.execute(sql.read_text(encoding="utf-8"))
    # What an earlier version would have put into the archive: the file as it is.
    shutil.copy(history_file(output), tmp_path / "as-it-was.duckdb")
    target = tmp_path / "kopi.tar"
    back_up(output, None, target)
    target.with_name("kopi.tar.sha256").unlink()
    old = (tmp_path / "as-it-was.duckdb").read_bytes()
    rewrite(
        target, lambda m: listed([("x", b""), *with_contents(m, files=[])][1:][-1:], "historik/quality.duckdb", old)
    )
    restored = restore(target, tmp_path / "new", tmp_path / "new-in")
    assert restored.deliveries is None
    with opened_history(history_file(tmp_path / "new")) as con:
        assert con.execute("select max(version) from schema_versions").fetchall() == [(MIGRATIONS[-1].version,)]
        assert con.execute("select count(*) from findings").fetchall() == [(3,)]


@pytest.mark.parametrize("newer", ["format", "history", "statement"])
def test_a_backup_of_a_newer_version_changes_nothing(
    newer: str, output: Path, deliveries: Path, tmp_path: Path
) -> None:
    """Without it, an old program would put in place what it cannot read."""
    if newer == "history":
        with opened_history(history_file(output)) as con:
            con.execute("insert into schema_versions values (99, 'of tomorrow', now()::timestamp)")
        target = tmp_path / "kopi.tar"
        with pytest.raises(Exception, match="nyere version"):
            back_up(output, deliveries, target)
        return
    target = tmp_path / "kopi.tar"
    back_up(output, deliveries, target)
    target.with_name("kopi.tar.sha256").unlink()
    if newer == "format":
        rewrite(target, lambda m: with_contents(m, format=2, more="of tomorrow"))
    else:
        name = "historik/statements/2025/2/statement.json"
        rewrite(target, lambda m: listed(m, name, b'{"format": 2}'))
    with pytest.raises(Exception, match=r"nyere version|SHA256SUMS"):
        restore(target, tmp_path / "new", tmp_path / "new-in")
    assert not (tmp_path / "new-in").exists()
    assert [path.name for path in tmp_path.glob("new/*")] in ([], [".build"])


def test_a_field_of_tomorrow_is_passed_over(output: Path, tmp_path: Path) -> None:
    """Without it, no field could be added to the list without making every older program useless."""
    made = back_up(output, None, tmp_path / "kopi.tar")
    text = made.contents.model_dump_json().replace('"format":1', '"format":1,"more":"of tomorrow"')
    assert Contents.model_validate_json(text) == made.contents


def test_a_file_that_changes_meanwhile_makes_no_backup(
    output: Path, deliveries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, half of a delivery could be kept as the whole."""
    add = tarfile.TarFile.addfile

    def write_meanwhile(self: tarfile.TarFile, member: tarfile.TarInfo, source: Any = None) -> None:  # noqa: ANN401
        add(self, member, source)
        if member.name.endswith("2026-11-01.csv"):
            (deliveries / DELIVERY).write_text("longer than it was before, by far", encoding="utf-8")

    monkeypatch.setattr(tarfile.TarFile, "addfile", write_meanwhile)
    with pytest.raises(BackupError, match="blev ændret, mens"):
        back_up(output, deliveries, tmp_path / "kopi.tar")
    assert not list(tmp_path.glob("*kopi*"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kopi.zip", "skal ende på .tar, .tar.gz eller .tar.zst"),
        ("there.tar", "findes allerede"),
        ("nowhere/kopi.tar", "findes ikke"),
        ("in/crm/kopi.tar", "kan ikke ligge i det"),
        ("output/.history/kopi.tar", "kan ikke ligge i det"),
    ],
)
def test_targets_that_cannot_be_are_refused(
    name: str, message: str, output: Path, deliveries: Path, tmp_path: Path
) -> None:
    """Without it, a backup could replace the one before, or be taken for a delivery."""
    (tmp_path / "there.tar").touch()
    with pytest.raises(BackupError, match=message):
        back_up(output, deliveries, tmp_path / name)


def test_no_backup_while_a_run_goes_on_and_none_of_nothing(output: Path, tmp_path: Path) -> None:
    """Without it, a backup could hold half of a night."""
    with hold(output), pytest.raises(RunInProgressError):
        back_up(output, None, tmp_path / "kopi.tar")
    with pytest.raises(BackupError, match="intet at tage kopi af"):
        back_up(tmp_path / "empty", None, tmp_path / "kopi.tar")
    assert not (tmp_path / "empty").exists()


def test_the_commands_say_in_danish_what_they_did(output: Path, deliveries: Path, tmp_path: Path) -> None:
    """Without it, the person on duty would not know what is in the file, or how to go on after a restore."""
    shown = call("backup", "--list", "--output", output, "--deliveries", deliveries)
    assert shown.exit_code == 0, shown.output
    for kind in KINDS:
        assert kind.label_da in " ".join(shown.output.split()) or kind.key == "final_editions"
    assert "Tages ikke med:" in shown.output
    target = tmp_path / "kopi.tar.zst"
    made = call("backup", "--to", target, "--output", output, "--deliveries", deliveries)
    assert made.exit_code == 0, made.output
    assert sha256_of(target) in made.output
    assert "kopien fylder" in made.output
    back = call("restore", "--from", target, "--output", tmp_path / "new")
    assert back.exit_code == 0, back.output
    day = datetime.now(tz=UTC)
    assert f"{day.year} kl. " in back.output
    assert f"erhvervshus run --output {tmp_path / 'new'} --deliveries {tmp_path / 'new' / 'leverancer'}" in back.output
    # Nobody can know whether somebody was erased after the backup: it is said every time.
    assert f"Læg kvitteringerne for sletning i {tmp_path / 'new' / '.history' / 'erasures'}" in back.output
    again = call("restore", "--from", target, "--output", tmp_path / "new")
    assert again.exit_code == 1
    assert "er ikke tom" in again.output
    assert call("backup", "--output", output).exit_code == 2
    gone = call("restore", "--from", tmp_path / "gone.tar", "--output", tmp_path / "newer")
    assert gone.exit_code == 1
    assert "kan ikke læses" in gone.output
