"""Measure landing: seconds and peak memory for register rows, per format and number of rows.

Run it as a script: `python tests/benchmarks/bench_landing.py --rows 2000000 10000000`. Each measurement runs in a
process of its own, so that peak memory is that of one landing.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from sources.landing import conservation_errors, land, open_warehouse

FORMS = ("csv", "csv.gz", "parquet", "csv-messy", "ndjson")


def write(folder: Path, form: str, rows: int) -> Path:
    """Write register rows as a delivery of a format; `csv-messy` has a malformed line, so that Python reads it."""
    ending = form.removesuffix("-messy")
    path = folder / "register" / f"register_regnskab__2026-01-01.{ending}"
    path.parent.mkdir(parents=True)
    number = "::VARCHAR" if form == "ndjson" else ""
    query = f"""
        SELECT (90000000 + i // 7)::VARCHAR AS cvr_nummer, 2019 + i % 7 AS aar,
            replace(((hash(i) % 10000000) / 100)::DECIMAL(12, 2)::VARCHAR, '.', ','){number} AS omsaetning_tkr,
            replace(((hash(i + 1) % 1000) / 10)::DECIMAL(8, 1)::VARCHAR, '.', ','){number} AS aarsvaerk
        FROM range({rows}) AS t(i)
    """
    options = {
        "csv": "FORMAT csv, HEADER, DELIMITER ';'",
        "csv.gz": "FORMAT csv, HEADER, DELIMITER ';', COMPRESSION gzip",
        "parquet": "FORMAT parquet",
        "ndjson": "FORMAT json",
    }[ending]
    duckdb.connect().execute(f"COPY ({query}) TO '{path}' ({options})")
    if form == "csv-messy":
        with path.open("a", encoding="utf-8") as out:
            out.write("90000000;2030\n")
    return path


def measure(folder: Path) -> dict[str, float]:
    """Land a folder into a new build file; return seconds, peak memory in MB, and rows."""
    con = open_warehouse(folder / "out" / "warehouse.duckdb")
    started = time.perf_counter()
    report = land(con, folder)
    landed = time.perf_counter()
    errors = conservation_errors(con)
    recounted = time.perf_counter()
    land(con, folder)
    again = time.perf_counter()
    con.close()
    if errors:
        raise SystemExit("\n".join(errors))
    return {
        "rows": report.delivered_rows,
        "land_s": landed - started,
        "recount_s": recounted - landed,
        "again_s": again - recounted,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Print one line per format and number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000])
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    print(f"{'format':<10}{'rows':>12}{'MB':>8}{'land s':>9}{'recount s':>11}{'again s':>9}{'peak MB':>9}")
    for form in arguments.forms:
        for rows in arguments.rows:
            with tempfile.TemporaryDirectory() as name:
                path = write(Path(name), form, rows)
                done = subprocess.run(
                    [sys.executable, __file__, "--measure", name], check=True, capture_output=True, text=True
                )
                got = json.loads(done.stdout)
                size = path.stat().st_size / 1e6
            print(
                f"{form:<10}{got['rows']:>12,}{size:>8.0f}{got['land_s']:>9.2f}{got['recount_s']:>11.2f}"
                f"{got['again_s']:>9.2f}{got['peak_mb']:>9.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
