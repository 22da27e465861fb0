"""`laes-mig.md` of a role's folder: what the files are, which rows they have and why, what columns are called."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from expectations.wording import COPENHAGEN, long_date, number
from exports.access.names import RoleKind

GUIDE = "laes-mig.md"

Labels = Mapping[str, Mapping[str, str]]
"""The Danish names of columns, by table and column."""

_CARE = {
    RoleKind.ERST: "Filerne har alle rækker. Del dem ikke uden for styrelsen.",
    RoleKind.HOUSE: "Filerne har oplysninger om enkelte virksomheder. Del dem ikke uden for erhvervshuset. Tallene er "
    "før diskretionering og må ikke offentliggøres.",
    RoleKind.MUNICIPALITY: "Filerne har oplysninger om enkelte virksomheder, der har givet samtykke til deling med "
    "kommunen. Del dem ikke uden for kommunen.",
    RoleKind.PUBLIC: "Filerne har kun tal, der er frigivet, og må deles.",
}


@dataclass(frozen=True)
class GuideFile:
    """A file of the folder.

    Attributes:
        name: Its path in the folder.
        rows: Its rows.
        table: The table it is of.
        columns: Its columns.
        emptied: Those that are empty where a company belongs to a person.
        reason: Why the role sees these rows.
    """

    name: str
    rows: int
    table: str
    columns: tuple[str, ...]
    emptied: frozenset[str]
    reason: str


def read_labels(manifest: Path) -> Labels:
    """Read what columns are called.

    Args:
        manifest: dbt's manifest.

    Returns:
        The Danish names.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {
        node["name"]: {
            name: label
            for name, column in node["columns"].items()
            if (label := column["config"]["meta"].get("label_da"))
        }
        for node in nodes
        if node["resource_type"] == "model"
    }


def guide_text(
    role: str,
    kind: RoleKind,
    published_at: datetime,
    statement_year: int | None,
    files: Sequence[GuideFile],
    labels: Labels,
) -> str:
    """Write the guide.

    Args:
        role: The role's name.
        kind: Its kind.
        published_at: When the publication was made, with time zone.
        statement_year: The year of the released statement; None before one is released.
        files: The files, in order.
        labels: What columns are called.

    Returns:
        Markdown, in Danish.
    """
    local = published_at.astimezone(COPENHAGEN)
    released = (
        f"Mappen opgoerelse har den frigivne opgørelse for {statement_year}."
        if statement_year is not None
        else "Der er endnu ikke frigivet en opgørelse, så mappen opgoerelse er der ikke."
    )
    lines = [
        f"# Filer til rollen {role}",
        "",
        f"Af datavarehuset, offentliggjort {long_date(local.date())} kl. {local:%H.%M}. {released}",
        "",
        _CARE[kind],
        "",
        "Filerne er i formatet Parquet, som læses af blandt andet Power BI, Excel (Power Query), R og Python. Et tomt "
        "felt er en oplysning, der ikke findes, eller som rollen ikke ser. `manifest.json` har filernes fingeraftryk "
        "(SHA-256).",
        "",
    ]
    for file in files:
        known = labels.get(file.table, {})
        listed = [f"`{name}` ({known[name]})" if name in known else f"`{name}`" for name in file.columns]
        emptied = [f"`{name}`" for name in file.columns if name in file.emptied]
        rows = "1 række" if file.rows == 1 else f"{number(file.rows)} rækker"
        lines += [f"## {file.name}", "", f"{rows}. {file.reason}", "", f"Kolonner: {', '.join(listed)}.", ""]
        if emptied:
            lines += [f"Tomme for personligt ejede virksomheder: {', '.join(emptied)}.", ""]
    return "\n".join(lines)
