"""What of an erased company lies among the files handed out: warehouses of earlier runs, and files of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from exports.switch import CURRENT, PUBLICATIONS, remove_old, standing
from sources.sql_text import literal, quoted

_ROW_FILES = ("*.csv", "*.parquet")
# What stands without rows of companies: the private build, the history with its frozen figures, and the editions.
_NOT_ROWS = frozenset({".build", ".history", "opgoerelse", "data-docs"})


def remove_leftovers(output: Path, keys: Collection[str]) -> tuple[str, ...]:
    """Remove warehouses that are published no more, and files of rows that name a company.

    Args:
        output: The output folder, after a run without the company.
        keys: What names the company and its records: its number or pseudonym, and the ids of its courses.

    Returns:
        The files that are gone, relative to the output folder.
    """
    gone = []
    current = (output / CURRENT).resolve()
    for old in sorted(output.glob("warehouse-*.duckdb")):
        if old.resolve() != current:
            old.unlink()
            gone.append(old.name)
    # Without its warehouse nothing else of an old publication is of use.
    if (output / PUBLICATIONS).is_dir():
        remove_old(output, keep=1)
    # A file that many roles have is one on disk, and is read once; a connection for each would take most of the time.
    named: dict[tuple[int, int], bool] = {}
    with closing(duckdb.connect()) as con:
        for path in _files_of_rows(output):
            found = path.stat()
            place = (found.st_dev, found.st_ino)
            if place not in named:
                named[place] = _names_any(con, path, keys)
            if named[place]:
                path.unlink()
                gone.append(path.relative_to(output).as_posix())
    return tuple(gone)


def _files_of_rows(output: Path) -> Iterator[Path]:
    """List the files that may hold rows of companies.

    The publication that stands was made without the company: a word in it that is like one of its ids is another's, and
    the file may not go. The links in the output folder lead to it.
    """
    published = output / PUBLICATIONS / (standing(output) or "")
    for pattern in _ROW_FILES:
        for path in sorted(output.rglob(pattern)):
            elsewhere = path.relative_to(output).parts[0] not in _NOT_ROWS and path.parent != published
            if elsewhere and not path.is_symlink():
                yield path


def _names_any(con: duckdb.DuckDBPyConnection, path: Path, keys: Collection[str]) -> bool:
    """Whether a text of a file is one of the keys, or lists it."""
    reader = (
        f"read_parquet({literal(path)})"
        if path.suffix == ".parquet"
        else f"read_csv({literal(path)}, delim=';', header=true, all_varchar=true, quote='\"', ignore_errors=true)"
    )
    kinds = con.execute(f"describe select * from {reader}").fetchall()
    texts = [quoted(column) for column, kind, *_ in kinds if kind == "VARCHAR"]
    if not texts:
        return False
    tests = " or ".join(f"list_has_any(string_split_regex({text}, '[,:| ]+'), $keys)" for text in texts)
    found = con.execute(f"select count(*) from {reader} where {tests}", {"keys": sorted(keys)}).fetchone()
    return bool(found and found[0])
