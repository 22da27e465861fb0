"""Time and peak memory of making the synthetic Denmark: `python tests/benchmarks/bench_synthetic.py [scale ...]`."""

import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sources.synthetic import SyntheticSettings, default_today, write_deliveries

DEFAULT_SCALES = (0.01, 1.0, 10.0)


def measure(scale: float) -> None:
    """Makes one Denmark in this process and prints a line about it."""
    settings = SyntheticSettings(today=default_today(datetime.now(tz=UTC).date()), scale=scale)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_deliveries(Path(folder), settings)
        seconds = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"scale {scale:>8g}  {seconds:8.2f} s  peak {peak:8.0f} MiB  files {size / 2**20:8.1f} MiB")


def main() -> None:
    """Measures every scale in a process of its own, so that peaks do not mix."""
    for scale in [float(text) for text in sys.argv[1:]] or DEFAULT_SCALES:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(scale,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
