"""Looks for texts in everything a folder holds: bytes of files, what archives pack, and cells of tables."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import pikepdf

_TABLES = frozenset({".duckdb", ".parquet"})
_ARCHIVES = (".xlsx", ".zip")


@dataclass(frozen=True)
class Hit:
    """A planted text and where it stands."""

    text: str
    place: str


@dataclass
class Scan:
    """What was looked at, and what was found."""

    places: int
    hits: list[Hit]


def encodings(text: str) -> tuple[bytes, ...]:
    """Return the simple ways a text can be written: in other case and code pages, escaped, in hex and base64."""
    written = {text, text.lower(), text.upper(), text.replace(" ", "_"), text.replace(" ", "")}
    found = {one.encode(code, "ignore") for one in written for code in ("utf-8", "cp1252", "utf-16-le")}
    found |= {json.dumps(text)[1:-1].encode(), quote(text).encode(), text.encode().hex().encode()}
    # Of base64 the part that does not depend on what stands before.
    found.add(base64.b64encode(text.encode())[: len(text.encode()) // 3 * 4])
    if re.fullmatch(r"\d{8}", text):
        found.add(" ".join(text[place : place + 2] for place in range(0, 8, 2)).encode())
    return tuple(one for one in found if len(one) >= 6)


def scan(
    folder: Path, texts: Iterable[str], *, leave_out: Iterable[str] = (), extra: dict[str, bytes] | None = None
) -> Scan:
    """Look for texts in every file of a folder.

    Args:
        folder: The folder.
        texts: What may not be there.
        leave_out: Paths relative to the folder that are private; nothing below them is looked at.
        extra: More to look at, as what a program printed, by name.

    Returns:
        How many places were looked at, and every hit.
    """
    wanted = {text: encodings(text) for text in texts}
    hits, places = [], 0
    for name, content in contents(folder, tuple(leave_out)):
        places += 1
        hits += [Hit(text, name) for text, ways in wanted.items() if any(way in content for way in ways)]
    for name, content in (extra or {}).items():
        places += 1
        hits += [Hit(text, name) for text, ways in wanted.items() if any(way in content for way in ways)]
    return Scan(places, hits)


def contents(folder: Path, leave_out: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield everything there is to look at: names of files, bytes, unpacked parts, and columns of tables."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(name == one or name.startswith(f"{one}/") for one in leave_out):
            continue
        yield f"{name} (name)", name.encode()
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        yield name, content
        if path.suffix in _TABLES:
            yield from _cells(path, name)
        elif path.suffix in {".db", ".sqlite"}:
            yield from _sqlite(path, name)
        else:
            yield from _unpacked(name, content)


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is packed inside a file."""
    if name.endswith(".gz"):
        yield f"{name} (unpacked)", gzip.decompress(content)
    elif name.endswith(_ARCHIVES):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield f"{name}:{part}", archive.read(part)
    elif name.endswith(".pdf"):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for number, thing in enumerate(pdf.objects):
                if isinstance(thing, pikepdf.Stream):
                    try:
                        yield f"{name}:{number}", thing.read_bytes()
                    except (pikepdf.PdfError, zlib.error):
                        continue


def _cells(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the columns of every table, as text: what is compressed on disk cannot be seen in its bytes."""
    with closing(duckdb.connect()) as con:
        if path.suffix == ".parquet":
            tables = [("file", f"read_parquet('{path}')")]
        else:
            con.execute(f"attach '{path}' as looked_at (read_only)")
            tables = [
                (table, f'looked_at."{schema}"."{table}"')
                for schema, table in con.execute(
                    "select schema_name, table_name from duckdb_tables() where database_name = 'looked_at'"
                ).fetchall()
            ]
        for table, relation in tables:
            for column, *_ in con.execute(f"describe select * from {relation}").fetchall():
                values = con.execute(
                    f'select string_agg(distinct cast("{column}" as varchar), chr(10)) from {relation}'
                ).fetchone()
                yield f"{name}:{table}.{column}", str(values[0] if values else "").encode()


def _sqlite(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the tables of an SQLite file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
        for (table,) in con.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = con.execute(f'select * from "{table}"').fetchall()
            yield f"{name}:{table}", repr(rows).encode()
