"""The reports of a real run as a screen reader meets them: two checkers of PDF/UA find nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
LEVELS = ("error", "warning", "info")


@pytest.mark.parametrize("name", ["national", "kontrakt-sydjylland"])
def test_two_checkers_of_pdf_ua_find_nothing_in_the_reports_of_a_run(
    small_run: Path, tmp_path: Path, name: str
) -> None:
    """The sample has few tables and no charts: what makes a real report hard to read aloud shows in a real one only."""
    path, found = small_run / "opgoerelse" / "2026" / f"{name}.pdf", tmp_path / "found.json"
    subprocess.run([BIN / "outloud", path, "--fail-on", "never", "--quiet", "--json", found], check=True)
    (file,) = json.loads(found.read_text(encoding="utf-8"))["results"]
    assert file["error"] is None
    assert file["findings"] == []
    assert file["counts"] == dict.fromkeys(LEVELS, 0)
    checked = subprocess.run([BIN / "pdfua", "check", "--format", "json", path], check=False, capture_output=True)
    assert checked.returncode == 0, checked.stdout.decode()
    assert json.loads(checked.stdout)["findings"] == []
