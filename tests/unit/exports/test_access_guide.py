"""The guide in a role's folder: what its people need to read the files and to keep to the rules."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from exports.access.guide import GuideFile, guide_text, read_labels
from exports.access.names import RoleKind

WHEN = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
COURSES = GuideFile(
    "fct_guidance_course.parquet", 1234, "fct_guidance_course", ("course_id", "cvr", "unnamed"),
    frozenset({"cvr", "elsewhere"}), "Kommunen følger sine virksomheder.",
)  # fmt: skip


def _manifest(path: Path) -> Path:
    columns = {
        name: {"config": {"meta": {"label_da": label}}} for name, label in (("course_id", "Forløb"), ("cvr", "CVR"))
    }
    columns["unnamed"] = {"config": {"meta": {}}}
    model = {"name": "fct_guidance_course", "resource_type": "model", "columns": columns}
    path.write_text(json.dumps({"nodes": {"a": model, "b": {"resource_type": "test"}}}), encoding="utf-8")
    return path


def test_the_guide_names_files_columns_and_care(tmp_path: Path) -> None:
    """Without it a municipality would get files with English columns and no word of what they may be used for."""
    labels = read_labels(_manifest(tmp_path / "manifest.json"))
    text = guide_text("kommune_0461", RoleKind.MUNICIPALITY, WHEN, None, [COURSES], labels)
    for words in (
        "# Filer til rollen kommune_0461", "21. november 2026 kl. 05.30", "endnu ikke frigivet en opgørelse",
        "Del dem ikke uden for kommunen", "1.234 rækker. Kommunen følger sine virksomheder.",
        "Kolonner: `course_id` (Forløb), `cvr` (CVR), `unnamed`.", "Tomme for personligt ejede virksomheder: `cvr`.",
    ):  # fmt: skip
        assert words in text
    assert "den frigivne opgørelse for 2025" in guide_text("offentlig", RoleKind.PUBLIC, WHEN, 2025, [], labels)


def test_every_kind_of_role_is_told_what_it_may_do() -> None:
    """Without it a new kind of role would get files without a word on sharing them."""
    said = {kind: guide_text("r", kind, WHEN, None, [], {}) for kind in RoleKind}
    assert len(set(said.values())) == len(RoleKind)
    assert "må deles" in said[RoleKind.PUBLIC]
