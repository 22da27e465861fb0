"""The geographic spread: a tile map of the municipalities, and where fewer are guided than people suggest."""

from __future__ import annotations

from typing import Any

from exports.report.blocks import bullets, note, number_cell, paragraph
from exports.report.charts import tile_map
from exports.report.document import Align, Block, Cell, Column, Figure, Section, Table
from exports.report.figures import areas, hidden, real, whole
from exports.report.national.edition import Edition
from exports.report.phrases import (
    ABSENT,
    area_name,
    capital,
    count,
    listing,
    number,
    sentence,
    short_name,
    signed,
)
from exports.report.tile_map import Tile, positions

_TOLERANCE = 10.0
_OUTSIDE, _UNKNOWN, _TOTAL = "outside_area", "unknown", "total"
_LEGEND = (
    ("above", "+", "Over 10 pct. flere, end befolkningen tilsiger"),
    ("within", "", "Inden for 10 pct."),
    ("below", "−", "Over 10 pct. færre, end befolkningen tilsiger"),
    ("absent", "·", "Ingen data, eller skjult"),
)
_SIGNS = {kind: sign for kind, sign, _ in _LEGEND}


def geography(edition: Edition) -> Section:
    """Write the chapter on geographic spread.

    Args:
        edition: The edition.

    Returns:
        The chapter.
    """
    rows = edition.rows("statement_spread", year=edition.year)
    own = own_municipalities(edition)
    blocks: list[Block] = [
        paragraph(
            "Erhvervshusenes vejledning skal nå ud til virksomheder i alle dele af landet. Her holdes antallet af "
            "virksomheder, som hvert hus har vejledt individuelt eller gennem Early Warning i en kommune, op mod "
            "kommunens andel af befolkningen i husets område.",
            lead=True,
        )
    ]
    known = [row for row in own if row["companies_guided"] is not None]
    if not known:
        blocks.append(paragraph(f"Der er ingen data om geografisk spredning for {edition.year}."))
    else:
        blocks += [
            paragraph(_overview(own, edition.year)),
            _map(own, edition.year),
            _table(rows),
            *_below(own),
            note(
                "Hvad kortet ikke siger",
                "Befolkningens størrelse er et groft mål for, hvor mange virksomheder man kan vente at vejlede: "
                "kommuner med mange arbejdspladser eller mange små virksomheder kan have et andet behov. I små "
                "kommuner kan én eller to virksomheder flytte kommunen fra én kategori til en anden. En virksomhed "
                "tæller i den kommune, hvor dens P-nummer lå på dagen for vejledningen.",
            ),
        ]
    return Section(id="spredning", title="Geografisk spredning", blocks=tuple(blocks), new_page=True)


def own_municipalities(edition: Edition) -> list[dict[str, Any]]:
    """Read the year's municipalities, each of the house whose area it lies in.

    Args:
        edition: The edition.

    Returns:
        Their rows, without what lies outside the areas, is unknown, or is a total.
    """
    rows = edition.rows("statement_spread", year=edition.year)
    return [row for row in rows if row["municipality_code"] not in {_OUTSIDE, _UNKNOWN, _TOTAL}]


def kind_of(row: dict[str, Any]) -> str:
    """Say what a municipality's tile shows.

    Args:
        row: The municipality's row.

    Returns:
        `above`, `below`, `within`, or `absent` without a figure.
    """
    deviation = real(row["deviation_pct"])
    if hidden(row) or deviation is None:
        return "absent"
    if deviation > _TOLERANCE:
        return "above"
    return "below" if deviation < -_TOLERANCE else "within"


def _overview(rows: list[dict[str, Any]], year: int) -> str:
    """Count the municipalities of each kind."""
    kinds = [kind_of(row) for row in rows]
    within, above, below = (kinds.count(kind) for kind in ("within", "above", "below"))
    absent = len(kinds) - within - above - below
    parts = [
        f"inden for 10 pct. af det antal, befolkningen tilsiger, i {count(within, 'kommune', 'kommuner')}",
        f"mere end 10 pct. over i {number(above)}",
        f"mere end 10 pct. under i {number(below)}",
    ]
    text = sentence(f"i {year} ligger antallet af vejledte virksomheder {listing(parts)}")
    if absent:
        text += " " + sentence(f"for {count(absent, 'kommune', 'kommuner')} vises tallet ikke, eller der er ingen data")
    return text


def _map(rows: list[dict[str, Any]], year: int) -> Figure:
    """Draw the map."""
    found = {str(row["municipality_code"]): row for row in rows}
    kinds = {place.code: kind_of(found[place.code]) if place.code in found else "absent" for place in positions()}
    tiles = [
        Tile(place.column, place.row, place.short, _SIGNS[kinds[place.code]], kinds[place.code])
        for place in positions()
    ]
    listed = [
        f"{meaning.lower()}: {listing([place.name for place in positions() if kinds[place.code] == kind]) or 'ingen'}"
        for kind, _, meaning in _LEGEND
        if kind != "within"
    ]
    caption = f"Vejledte virksomheder i forhold til befolkningen, {year}"
    return Figure(
        id="figur-spredning",
        caption=caption,
        svg=tile_map(tiles, _LEGEND),
        alternative=capital("; ".join(listed)) + ". De øvrige kommuner ligger inden for 10 pct.",
        data=municipality_table(rows, caption),
        notes=(
            "Hver flise er en kommune; de er lige store og ligger omtrent, som kommunerne gør. Tegnet på flisen "
            "siger det samme som farven.",
        ),
    )


def municipality_table(rows: list[dict[str, Any]], caption: str) -> Table:
    """Make the table behind the map.

    Args:
        rows: Rows of house and municipality.
        caption: The title.

    Returns:
        The table, folded.
    """
    made = tuple(
        (
            Cell(str(row["municipality_name"]), header=True),
            Cell(short_name(str(row["house"]))),
            number_cell(whole(row["population"])),
            number_cell(whole(row["companies_guided"])),
            number_cell(real(row["expected_companies"]), 1),
            _deviation(row),
        )
        for row in sorted(rows, key=lambda row: (areas().index(str(row["house"])), str(row["municipality_name"])))
    )
    return Table(
        id="figur-spredning-data",
        caption=caption,
        columns=(
            Column("Kommune", width=1.6),
            Column("Erhvervshus", width=1.2),
            Column("Befolkning", Align.RIGHT),
            Column("Vejledte virksomheder", Align.RIGHT),
            Column("Forventet antal", Align.RIGHT),
            Column("Afvigelse (pct.)", Align.RIGHT),
        ),
        rows=made,
        compact=True,
        collapsed=True,
    )


def _deviation(row: dict[str, Any]) -> Cell:
    """Show a deviation with its sign."""
    value = real(row["deviation_pct"])
    return Cell(ABSENT) if value is None else Cell(signed(value, 1), sort=value)


def _table(rows: list[dict[str, Any]]) -> Table:
    """Count per house: companies, municipalities of each kind, and companies that lie nowhere in the area."""
    made = []
    for house in areas()[1:]:
        mine = [row for row in rows if row["house"] == house]
        if not mine:
            continue
        kinds = [kind_of(row) for row in mine if row["municipality_code"] not in {_OUTSIDE, _UNKNOWN, _TOTAL}]
        special = {str(row["municipality_code"]): whole(row["companies_guided"]) for row in mine}
        made.append(
            (
                Cell(short_name(house), header=True),
                number_cell(special.get(_TOTAL)),
                *(number_cell(kinds.count(kind)) for kind in ("above", "within", "below", "absent")),
                number_cell(special.get(_OUTSIDE, 0)),
                number_cell(special.get(_UNKNOWN, 0)),
            )
        )
    return Table(
        id="tabel-spredning",
        caption="Kommuner efter afvigelse fra det antal, befolkningen tilsiger",
        columns=(
            Column("Erhvervshus", width=1.9),
            Column("Vejledte virksomheder i området", Align.RIGHT, 1.2),
            Column("Kommuner over 10 pct.", Align.RIGHT),
            Column("Inden for 10 pct.", Align.RIGHT),
            Column("Under −10 pct.", Align.RIGHT),
            Column("Uden tal", Align.RIGHT),
            Column("Virksomheder uden for området", Align.RIGHT, 1.2),
            Column("Ukendt kommune", Align.RIGHT),
        ),
        rows=tuple(made),
    )


def _below(rows: list[dict[str, Any]]) -> list[Block]:
    """List the municipalities where fewer are guided."""
    items = []
    for house in areas()[1:]:
        names = [
            f"{row['municipality_name']} ({signed(float(row['deviation_pct']))} pct.)"
            for row in sorted(rows, key=lambda row: real(row["deviation_pct"]) or 0.0)
            if row["house"] == house and kind_of(row) == "below"
        ]
        if names:
            items.append(sentence(f"{area_name(house)}: {listing(names)}"))
    if not items:
        return [paragraph("Ingen kommuner ligger mere end 10 pct. under det antal, befolkningen tilsiger.")]
    return [paragraph("Mere end 10 pct. under det antal, befolkningen tilsiger, ligger:"), bullets(items)]
