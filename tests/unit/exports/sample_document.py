"""A document that uses every block, long tables, wide pages, hidden cells and text that looks like code."""

from __future__ import annotations

from datetime import date

from exports.report.document import (
    Align,
    Bullets,
    Cell,
    Column,
    Document,
    Figure,
    Inline,
    Mark,
    Note,
    NoteKind,
    Paragraph,
    Section,
    Table,
    Terms,
    Text,
)

HOUSES = ("Danmark", "Hovedstaden", "Sjælland", "Fyn", "Sydjylland", "Midtjylland", "Nordjylland")
HOSTILE = (
    '#import "x": * $x^2$ <b>fed</b> *stjerne* _streg_ `kode` \\ @henvis {{ 7 * 7 }} {% raw %} & "citat" '
    "</script><script>alert(1)</script>"
)
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="640" height="260" viewBox="0 0 640 260">
<defs><clipPath id="clip0"><rect width="600" height="220" x="20.123456" y="10"/></clipPath></defs>
<g clip-path="url(#clip0)" role="graphics-object" aria-label="x">{bars}</g>
<line x1="120" x2="600" y1="60.5" y2="60.5" stroke="#1a1a1a" stroke-dasharray="4 3"/>
<text x="600" y="52" text-anchor="end" font-family="IBM Plex Sans" font-size="12" fill="#1a1a1a">Mål: 92 pct.</text>
<script>alert(1)</script></svg>"""


def _text(text: str, **style: object) -> Text:
    """A run of text."""
    return Text(text, **style)  # type: ignore[arg-type]


def words(*parts: str | Text) -> Inline:
    """A line of texts."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def drawing() -> str:
    """A bar chart with a bar and a name for each house."""
    bars = "".join(
        f'<rect x="{120 + 70 * place}" y="{60 + 9 * place}" width="40" height="{150 - 9 * place}" fill="#0059b3"/>'
        f'<text x="{140 + 70 * place}" y="225" text-anchor="middle" font-family="IBM Plex Sans" font-size="11">'
        f"{house[:9]}</text>"
        for place, house in enumerate(HOUSES)
    )
    return SVG.replace("{bars}", bars)


def small_table(anchor: str = "tabel-status", *, collapsed: bool = False, rows: int = 7) -> Table:
    """A table with a status of every kind and a hidden cell."""
    marks = (Mark.MET, Mark.NOT_MET, Mark.ON_PATH, Mark.BEHIND_PATH, Mark.NO_DATA, Mark.HIDDEN)
    texts = ("Opfyldt", "Ikke opfyldt", "På sporet", "Bagud", "Ingen data", "–")
    return Table(
        anchor,
        "Status for målene og virksomhedernes tilfredshed, alle huse",
        (
            Column("Erhvervshus", width=1.6),
            Column("Resultat", Align.RIGHT),
            Column("Mål", Align.RIGHT),
            Column("Status", width=1.4),
        ),
        tuple(
            (
                Cell(HOUSES[place % 7] + (f" {place // 7}" if place >= 7 else ""), header=True),
                Cell("–")
                if place % 6 == 5
                else Cell(f"{1000 + place}.234,{place % 10} pct.", sort=1000234 + place * 1000.1),
                Cell("92 pct.", sort=92.0),
                Cell(texts[place % 6], mark=marks[place % 6]),
            )
            for place in range(rows)
        ),
        notes=(
            "– : færre end 5 svar eller 3 virksomheder, eller skjult, fordi tallet ellers kunne beregnes af andre.",
            "Kilde: evalueringer i 2025.",
        ),
        collapsed=collapsed,
    )


def wide_table() -> Table:
    """A table with a column for every house and rows that fill several pages across."""
    return Table(
        "tabel-bilag",
        "Alle kommuner: vejledte virksomheder fordelt på hus og målgruppe",
        (
            Column("Kommune", width=2),
            *(Column(house, Align.RIGHT) for house in HOUSES),
            Column("Bemærkning til registreringen", width=2.4),
        ),
        tuple(
            (
                Cell(f"Kommune {place:03}", header=True),
                *(Cell(str(place * 7 + column), sort=float(place * 7 + column)) for column in range(7)),
                Cell(
                    "Virksomhedsudviklingsforløb med specialiseret vejledning i to kommuner." if place % 9 == 0 else ""
                ),
            )
            for place in range(98)
        ),
        compact=True,
    )


def contract_table() -> Table:
    """Rows with long texts, one of them longer than a page."""
    long = "Huset har gennemført kurset to gange, og 48 virksomheder deltog. Evalueringen viser høj tilfredshed. " * 4
    return Table(
        "tabel-kontrakt",
        "Kontraktens mål og resultater",
        (
            Column("Mål", width=1.2),
            Column("Beskrivelse", width=2),
            Column("Resultat", width=1.3),
            Column("Kommentar", width=3),
        ),
        tuple(
            (
                Cell(f"Mål {place}", header=True),
                Cell("Andel virksomheder, der svarer, at vejledningen gav værdi."),
                Cell("54,3 pct.", mark=Mark.MET if place % 2 else Mark.NOT_MET),
                Cell(long * (1 + 6 * (place == 4))),
            )
            for place in range(1, 7)
        ),
    )


def picture(anchor: str = "figur-tilfredshed") -> Figure:
    """A figure with its data."""
    return Figure(
        anchor,
        "Tilfredshed i de seks huse og i Danmark",
        drawing(),
        "Søjler for syv områder. Danmark ligger højest med 95 pct., Nordjylland lavest med 88 pct. Målet er 92 pct.",
        small_table(f"{anchor}-data"),
        notes=("Stregen er målet.",),
    )


def prose(sentences: int) -> Paragraph:
    """A paragraph of some sentences."""
    return Paragraph(
        words("Erhvervshusene vejleder virksomheder i hele landet, og tilfredsheden måles hvert år. " * sentences)
    )


def sample(*, draft: bool = True) -> Document:
    """A document that uses everything."""
    inside = Section(
        "maal-1-udvikling",
        "Udviklingen siden aftalens begyndelse",
        (
            prose(4),
            Bullets(
                (
                    words("Første punkt."),
                    words("Andet punkt med ", _text("fed", bold=True), " og ", _text("kursiv", italic=True), "."),
                )
            ),
            small_table("tabel-udvikling", rows=60),
        ),
        (
            Section(
                "maal-1-dybt",
                "Et niveau dybere",
                (prose(3), small_table("tabel-dyb")),
                (Section("maal-1-dybest", "Endnu et niveau", (prose(1),)),),
            ),
        ),
    )
    return Document(
        title="National målopgørelse 2025",
        subtitle="De seks erhvervshuses resultater i forhold til aftalen om resultater 2024-2027",
        publisher="Erhvervshusene",
        published_on=date(2026, 11, 21),
        summary="Resultater for hvert mål, hvert hus og hele landet i 2025.",
        keywords=("erhvervshuse", "målopgørelse", "2025"),
        facts=(
            ("Opgørelsesår", "2025"),
            ("Aftale", "Aftale om resultater 2024-2027"),
            ("Data til og med", "31. december 2025"),
        ),
        sections=(
            Section(
                "sammenfatning",
                "Sammenfatning",
                (
                    Paragraph(words("Husene opfyldte otte af ti mål i 2025. Det er ét mere end året før."), lead=True),
                    Paragraph(
                        words(
                            "Se ",
                            _text("tabellen", link="#tabel-status"),
                            ", ",
                            _text("figurens tal", link="#figur-tilfredshed-data"),
                            " eller ",
                            _text("aftalen", link="https://example.org/aftale"),
                            ".",
                        )
                    ),
                    small_table(),
                    Note(NoteKind.NOTE, "Hvad tallet ikke siger", words("Tilfredshed er ikke effekt.")),
                    Note(NoteKind.WARNING, "Ikke repræsentativt", words("Kun 12 pct. svarede.")),
                    Note(
                        NoteKind.PLACEHOLDER,
                        "Kommentar mangler",
                        words("Erhvervshus Fyn har ikke opfyldt målet. Analytikeren skal skrive hvorfor."),
                    ),
                ),
                numbered=False,
            ),
            Section("maal-1", "Mål 1: Tilfredshed med vejledningen", (prose(5), picture()), (inside,), new_page=True),
            Section("kontrakt", "Kontrakten", (prose(1), contract_table()), new_page=True),
            Section(
                "metode",
                "Metode og definitioner",
                (
                    Paragraph(words(HOSTILE)),
                    Bullets((words("Først."), words("Så.")), ordered=True),
                    Terms((("Kørsel", words("4711")), ("Kode", words("a1b2c3d")))),
                    Terms(
                        (("En meget lang betegnelse for en indstilling", words("Værdi " * 30)), ("Kort", words("x")))
                    ),
                    small_table("tabel-foldet", collapsed=True),
                    prose(2),
                ),
                new_page=True,
            ),
            Section(
                "bilag",
                "Bilag: Alle tabeller",
                (prose(1), wide_table()),
                (Section("bilag-a", "Kontrakten", (picture("figur-bilag"),)),),
                numbered=False,
                new_page=True,
                landscape=True,
            ),
            Section("herkomst", "Herkomst", (prose(2),), numbered=False, new_page=True),
        ),
        draft=draft,
    )
