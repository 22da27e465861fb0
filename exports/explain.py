"""Where a figure comes from: its definition, its target, the base step by step, and the rows behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from exports.explain_effect import EffectExplanation, effect_steps, explain_effect, write_effect_rows
from exports.explained import ExplainError, FigureKey, Step, spreadsheet_safe, write_csv

__all__ = ["EffectExplanation", "ExplainError", "Explanation", "FigureKey", "Step", "explain", "opened", "write_rows"]

_EFFECT = "effect"
_FIRST_STEP = {
    "evaluation": "forløb i evalueringsåret",
    "awareness": "respondenter i husets område",
    "company": "virksomheder vejledt i året",
    "activity": "rækker fra CRM i året",
}


@dataclass(frozen=True)
class Explanation:
    """Everything that can be said of one figure.

    Attributes:
        key: The figure, with its agreement filled in.
        house_name: The house's name, or Danmark.
        label: The measure's Danish name.
        definition: Its Danish definition.
        unit: The unit of the value.
        family: What the measure is computed from, as `evaluation` or `effect`.
        agreement_label: The agreement's Danish name.
        goal_number: The goal's number in that agreement.
        source: Document and chapter of the goal.
        value: The figure, None without data.
        n: Units in the base, None for figures delivered without rows.
        numerator: What is counted.
        denominator: What it is divided by, None for counts.
        ci_low: Lower end of the 95 % interval.
        ci_high: Upper end.
        target: The target, or the path's value.
        comparison: `at_least` or `more_than`.
        status: Status of the goal.
        certainty: `certain`, `uncertain` or None.
        evaluation_year: The evaluation year the figure is computed from.
        steps: The base's waterfall; empty for figures delivered without rows.
        effect: What an effect rests on; None for other measures.
    """

    key: FigureKey
    house_name: str
    label: str
    definition: str
    unit: str
    family: str
    agreement_label: str
    goal_number: str
    source: str
    value: float | None
    n: int | None
    numerator: float | None
    denominator: float | None
    ci_low: float | None
    ci_high: float | None
    target: float
    comparison: str
    status: str
    certainty: str | None
    evaluation_year: int
    steps: tuple[Step, ...]
    effect: EffectExplanation | None = None


@contextmanager
def opened(build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the private build file for reading.

    Args:
        build: The file.

    Yields:
        A read-only connection.

    Raises:
        ExplainError: The file is missing, or a run is writing it.
    """
    if not build.is_file():
        msg = f"{build} findes ikke. Kør først: erhvervshus run --output {build.parent.parent}"
        raise ExplainError(msg)
    try:
        connection = duckdb.connect(str(build), read_only=True)
    except duckdb.IOException as error:
        msg = (
            f"{build} kan ikke læses nu, formentlig fordi en kørsel er i gang. Prøv igen, når den er færdig. ({error})"
        )
        raise ExplainError(msg) from error
    try:
        yield connection
    finally:
        connection.close()


def explain(connection: duckdb.DuckDBPyConnection, key: FigureKey) -> Explanation:
    """Explain one figure from the warehouse it was computed in.

    Args:
        connection: The build file.
        key: The figure.

    Returns:
        The explanation, with the waterfall from everything the measure looked at down to its base.

    Raises:
        ExplainError: There is no such measure, or no such figure; the message lists the ones there are.
    """
    figure = _figure(connection, key)
    found = FigureKey(key.measure, key.house, key.segment, key.year, figure["agreement"])
    return Explanation(
        key=found,
        house_name=figure["house_name"] or "Danmark",
        label=figure["label_da"],
        definition=figure["definition_da"],
        unit=figure["unit"],
        family=figure["family"],
        agreement_label=figure["agreement_label"],
        goal_number=figure["goal_number"],
        source=f"{figure['source_document']}, {_inside_a_sentence(figure['source_chapter'])}",
        value=figure["value"],
        n=figure["n"],
        numerator=figure["numerator"],
        denominator=figure["denominator"],
        ci_low=figure["ci_low"],
        ci_high=figure["ci_high"],
        target=figure["target"],
        comparison=figure["comparison"],
        status=figure["status"],
        certainty=figure["certainty"],
        evaluation_year=figure["evaluation_year"],
        steps=_base(connection, found, figure["family"]),
        effect=explain_effect(connection, found) if figure["family"] == _EFFECT else None,
    )


def write_rows(connection: duckdb.DuckDBPyConnection, key: FigureKey, path: Path) -> int:
    """Write every row the measure looked at, in the base or not, as CSV for a Danish spreadsheet.

    Semicolons, UTF-8 with byte order mark; `indgaar` says whether the row is in the base, `aarsag` why not. A text
    that a spreadsheet would run as a formula gets an apostrophe in front.

    Args:
        connection: The build file.
        key: The figure, with its agreement.
        path: The file to write; its folder is made.

    Returns:
        The number of rows written; 0 and no file for figures that are delivered without rows, and for effects that may
        not be shown.
    """
    if _family(connection, key.measure) == _EFFECT:
        return write_effect_rows(connection, key, path)
    if not _has_base(connection, key.measure):
        return 0
    relation = f"intermediate.int_{key.measure}_base"
    columns = connection.execute(f"describe {relation}").fetchall()
    # The key and the reason are written once, in words; they would repeat on every row.
    repeated = {"agreement", "measure", "house", "segment", "goal_year", "left_because"}
    selected = [
        spreadsheet_safe(f'base."{name}"', name) if kind == "VARCHAR" else f'base."{name}"'
        for name, kind, *_ in columns
        if name not in repeated
    ]
    rows = connection.execute(
        f"""
        select
            case when base.left_because is null then 'ja' else 'nej' end as indgaar,
            steps.left_da as aarsag,
            {", ".join(selected)}
        from {relation} as base
        left join seeds.base_steps as steps on base.left_because = steps.reason
        where {_SAME_FIGURE}
        order by base.left_because is not null, steps.sort_order, base.unit_id, base.record_id, base.course_id
        """,
        _parameters(key),
    )
    return write_csv(rows, path)


_SAME_FIGURE = (
    "base.agreement = $agreement and base.house = $house and base.segment = $segment and base.goal_year = $year"
)


def _inside_a_sentence(chapter: str) -> str:
    """Write the name of a chapter as it stands after a comma."""
    return chapter[:1].lower() + chapter[1:]


def _parameters(key: FigureKey) -> dict[str, Any]:
    """Name the figure for a query."""
    return {"agreement": key.agreement, "house": key.house, "segment": key.segment, "year": key.year}


def _family(connection: duckdb.DuckDBPyConnection, measure: str) -> str | None:
    """Say what a measure is computed from."""
    row = connection.execute("select family from seeds.measures where measure = ?", [measure]).fetchone()
    return None if row is None else str(row[0])


def _base(connection: duckdb.DuckDBPyConnection, key: FigureKey, family: str) -> tuple[Step, ...]:
    """Count the base's waterfall, where the warehouse keeps the rows behind the figure."""
    if family == _EFFECT:
        return effect_steps(connection, key)
    return _steps(connection, key, family) if _has_base(connection, key.measure) else ()


def _has_base(connection: duckdb.DuckDBPyConnection, measure: str) -> bool:
    """Say whether the warehouse keeps the rows behind a measure."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'intermediate' and table_name = ?",
        [f"int_{measure}_base"],
    ).fetchone()
    return found is not None


def _figure(connection: duckdb.DuckDBPyConnection, key: FigureKey) -> dict[str, Any]:
    """Read the figure with its definition; of several agreements the national one."""
    cursor = connection.execute(
        """
        select
            attainment.*, measures.label_da, measures.definition_da, measures.unit, measures.family,
            agreements.label_da as agreement_label, houses.name_da as house_name,
            agreement_measures.source_document, agreement_measures.source_chapter,
            attainment.year + agreement_measures.evaluation_year_offset as evaluation_year
        from goals.goal_attainment as attainment
        inner join seeds.measures as measures using (measure)
        inner join seeds.agreements as agreements using (agreement)
        inner join seeds.agreement_measures as agreement_measures using (agreement, measure)
        left join seeds.houses as houses on attainment.house = houses.house
        where
            attainment.measure = $measure and attainment.house = $house and attainment.segment = $segment
            and attainment.year = $year and ($agreement is null or attainment.agreement = $agreement)
        order by agreements.kind, attainment.agreement
        limit 1
        """,
        {"measure": key.measure, **_parameters(key)},
    )
    names = [column[0] for column in cursor.description]
    row = cursor.fetchone()
    if row is None:
        raise ExplainError(_what_there_is(connection, key))
    return dict(zip(names, row, strict=True))


def _what_there_is(connection: duckdb.DuckDBPyConnection, key: FigureKey) -> str:
    """Say in Danish which figures can be asked for instead of one that is not there."""
    measures = [
        row[0] for row in connection.execute("select distinct measure from goals.goal_attainment order by 1").fetchall()
    ]
    if key.measure not in measures:
        return f"Målingen {key.measure} findes ikke. Vælg en af: {', '.join(measures)}."
    rows = connection.execute(
        """
        select
            string_agg(distinct agreement, ', ' order by agreement),
            string_agg(distinct house, ', ' order by house),
            string_agg(distinct segment, ', ' order by segment),
            string_agg(distinct cast(year as varchar), ', ' order by cast(year as varchar))
        from goals.goal_attainment where measure = ?
        """,
        [key.measure],
    ).fetchone()
    agreements, houses, segments, years = rows if rows is not None else ("", "", "", "")
    asked = f"{key.measure} for {key.house}, segment {key.segment}, {key.year}"
    if key.agreement is not None:
        asked += f", {key.agreement}"
    return (
        f"Der er intet tal for {asked}. For {key.measure} findes aftaler: {agreements}; huse: {houses}; "
        f"segmenter: {segments}; år: {years}.{_when_an_effect_is_known(connection, key.measure)}"
    )


def _when_an_effect_is_known(connection: duckdb.DuckDBPyConnection, measure: str) -> str:
    """Say of effects why a year can be without one."""
    if _family(connection, measure) != _EFFECT:
        return ""
    return (
        " Effekten findes først for et år, når virksomhedernes regnskaber for året er komplette, og der er regnskaber "
        "fra før vejledningen."
    )


def _steps(connection: duckdb.DuckDBPyConnection, key: FigureKey, family: str) -> tuple[Step, ...]:
    """Count the base's waterfall; steps that nothing can leave by are not in it."""
    relation = f"intermediate.int_{key.measure}_base"
    left = connection.execute(
        f"""
        select steps.sort_order, steps.remaining_da, steps.left_da, count(*)
        from {relation} as base
        inner join seeds.base_steps as steps on base.left_because = steps.reason
        where {_SAME_FIGURE}
        group by steps.sort_order, steps.remaining_da, steps.left_da
        order by steps.sort_order
        """,
        _parameters(key),
    ).fetchall()
    total = connection.execute(
        f"select count(*) from {relation} as base where {_SAME_FIGURE}",
        _parameters(key),
    ).fetchone()
    remaining = int(total[0]) if total is not None else 0
    steps = [Step(_FIRST_STEP.get(family, "rækker"), remaining, None, 0)]
    for _, remaining_label, left_label, count in left:
        remaining -= count
        steps.append(Step(remaining_label, remaining, left_label, count))
    return tuple(steps)
