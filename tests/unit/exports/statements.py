"""A small synthetic statement: every table, with figures that follow from the options, for tests of reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from exports.publish import Manifest, PublishedDelivery
from exports.statement.specification import ColumnSpecification, Disclosure, TableSpecification
from exports.statement.statement import IS_HIDDEN, Freeze, Statement, StatementTable

HOUSES = ("hovedstaden", "sjaelland", "fyn", "sydjylland", "midtjylland", "nordjylland")
AREAS = ("danmark", *HOUSES)

_DTYPES = {"integer": "Int64", "double": "Float64", "varchar": "string", "boolean": "boolean", "date": "datetime64[ns]"}

# Table: columns with their types, the key, and the count that disclosure looks at.
_TABLES: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "statement_goals": (
        "agreement measure goal_number house segment year:i unit unit_kind n:i numerator:d denominator:d value:d "
        "ci_low:d ci_high:d target:d comparison status certainty",
        ("agreement", "measure", "house", "segment", "year"),
        "n",
    ),
    "statement_measures": (
        "agreement measure goal_number goal_title label unit segment_scope comparison definition "
        "evaluation_year_offset:i goal_text goal_text_document goal_text_chapter source_document source_chapter",
        ("agreement", "measure"),
        None,
    ),
    "statement_published_figures": (
        "measure house segment year:i value:d source_document source_chapter",
        ("measure", "house", "segment", "year"),
        None,
    ),
    "statement_response_rates": (
        "house segment year:i evaluations_sent:i evaluations_answered:i response_rate:d",
        ("house", "segment", "year"),
        "evaluations_answered",
    ),
    "statement_spread": (
        "house municipality_code municipality_name year:i companies_guided:i population:i expected_share:d "
        "expected_companies:d deviation_pct:d status",
        ("house", "municipality_code", "year"),
        "companies_guided",
    ),
    "statement_effect": (
        "measure segment house goal_year:i scope n_eligible:i n_treated:i n_controls:i max_reuse:i matched_share:d "
        "treated_mean:d control_mean:d att:d se:d ci_low:d ci_high:d lowest_att:d highest_att:d largest_imbalance:d "
        "target:d verdict certainty is_publishable:b reason is_goal_figure:b settings_fingerprint",
        ("measure", "house", "goal_year", "scope"),
        "n_treated",
    ),
    "statement_effect_balance": (
        "match_group segment house goal_year:i scope covariate label n_treated:i smd_before:d smd_after:d "
        "variance_ratio:d assessment",
        ("match_group", "house", "goal_year", "scope", "covariate"),
        "n_treated",
    ),
    "statement_effect_sensitivity": (
        "measure segment house goal_year:i scope definition label neighbours:i caliper_factor:d n_treated:i att:d "
        "ci_low:d ci_high:d is_headline:b",
        ("measure", "house", "goal_year", "scope", "definition", "neighbours", "caliper_factor"),
        "n_treated",
    ),
    "statement_effect_placebo": (
        "measure segment house goal_year:i scope n_treated:i att:d ci_low:d ci_high:d holds_zero:b",
        ("measure", "house", "goal_year", "scope"),
        "n_treated",
    ),
    "statement_effect_survival": (
        "segment house goal_year:i scope n:i survived_share:d control_survived_share:d difference:d ci_low:d ci_high:d",
        ("segment", "house", "goal_year", "scope"),
        "n",
    ),
    "statement_effect_small_companies": (
        "segment house goal_year:i companies:i closed:i companies_with_outcome:i median_revenue_change_tkr:d "
        "mean_revenue_change_tkr:d median_full_time_equivalents_change:d mean_full_time_equivalents_change:d "
        "largest_share:d",
        ("segment", "house", "goal_year"),
        "companies_with_outcome",
    ),
    "statement_effect_waterfall": (
        "arm segment house goal_year:i step:i reason label companies:i",
        ("arm", "segment", "house", "goal_year", "reason"),
        "companies",
    ),
    "statement_practice": (
        "house rule year:i label dimension severity checked:i passed:i share:d",
        ("house", "rule", "year"),
        "checked",
    ),
    "statement_practice_scores": (
        "house dimension checked:i passed:i share_pct:d change_since_last_month:d change_since_last_year:d",
        ("house", "dimension"),
        "checked",
    ),
}

# Agreement: measure, goal, unit, kind of the base, segments, target, offset.
_MEASURES: dict[str, tuple[tuple[str, str, str, str, tuple[str, ...], float, int], ...]] = {
    "2019-2020": (
        ("nps", "1", "score", "respondents", ("all",), 60, 0),
        ("companies_guided", "5", "companies", "companies", ("all",), 840, 0),
    ),
    "2021-2023": (
        ("awareness", "1", "per cent", "respondents", ("all",), 50, 0),
        ("nps", "3", "score", "respondents", ("vaekst", "drift"), 70, -1),
        ("excess_revenue_growth", "7", "percentage points", "companies", ("vaekst",), 10, 0),
    ),
    "2024-2027": (
        ("entrepreneurs_guided", "1", "companies", "companies", ("all",), 100, 0),
        ("awareness", "2", "per cent", "respondents", ("all",), 50, 0),
        ("awareness_of_offers", "2", "per cent", "respondents", ("all",), 55, 0),
        ("nps", "3", "score", "respondents", ("vaekst", "drift"), 70, 0),
        ("excess_revenue_growth", "5", "percentage points", "companies", ("vaekst",), 10, 0),
        ("excess_productivity_growth", "5", "percentage points", "companies", ("drift",), 0, 0),
    ),
}
_LABELS = {
    "nps": "Net Promoter Score",
    "companies_guided": "Vejledte virksomheder",
    "awareness": "Kendskab til erhvervshuset",
    "awareness_of_offers": "Kendskab til husets tilbud blandt kendere",
    "entrepreneurs_guided": "Vejledte virksomheder under 3 år",
    "excess_revenue_growth": "Mervækst i omsætning",
    "excess_productivity_growth": "Mervækst i produktivitet",
}
_BASE = {"score": 71.5, "per cent": 50.5, "companies": 103.0, "percentage points": 6.5}


@dataclass(frozen=True)
class Options:
    """What the statement is like.

    Attributes:
        year: The report year.
        hidden: House and measure of figures that are hidden.
        missing: House and measure of figures that are missing.
        without: Houses without any rows.
        effect: Whether there are effect figures.
        empty: Whether the tables have no rows but those of the goals' words.
        shift: What every figure of the report year is moved by.
        municipalities: Code, name and house of the municipalities of the spread.
        freeze: That it is frozen.
        settings: The settings it carries.
    """

    year: int = 2025
    hidden: Collection[tuple[str, str]] = ()
    missing: Collection[tuple[str, str]] = ()
    without: Collection[str] = ()
    effect: bool = True
    empty: bool = False
    shift: float = 0.0
    municipalities: tuple[tuple[str, str, str], ...] = (
        ("0461", "Odense", "fyn"),
        ("0420", "Assens", "fyn"),
        ("0751", "Aarhus", "midtjylland"),
        ("0400", "Bornholm", "hovedstaden"),
    )
    freeze: Freeze | None = None
    settings: Mapping[str, str] = field(
        default_factory=lambda: {"disclosure_respondents": "5", "disclosure_dominance": "0.75", "unknown": "x"}
    )


def make_statement(options: Options | None = None) -> Statement:
    """Make a statement.

    Args:
        options: What it is like; the defaults of `Options` when not given.

    Returns:
        A statement with every table that the national report reads.
    """
    options = options or Options()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
    rows["statement_measures"] = _measures()
    if not options.empty:
        rows["statement_goals"] = _goals(options)
        rows["statement_published_figures"] = [
            {
                "measure": "awareness",
                "house": house,
                "segment": "all",
                "year": 2020,
                "value": 33.0,
                "source_document": "Resultatkontrakt 2021",
                "source_chapter": "Mål 1",
            }
            for house in _areas(options)
        ]
        rows["statement_response_rates"] = _rates(options)
        rows["statement_spread"] = _spread(options)
        rows["statement_practice"], rows["statement_practice_scores"] = _practice(options)
        if options.effect:
            rows |= _effect(options)
    tables = {name: _table(name, index, rows[name]) for index, name in enumerate(_TABLES, start=1)}
    return Statement(
        year=options.year,
        today=date(2026, 10, 31),
        tables=tables,
        publication=Manifest(
            run_id="7a3172ee-4599-4066-8e30-e2431e7eb076",
            published_at=datetime(2026, 11, 21, 11, 19, 13, tzinfo=UTC),
            code_version="0.1.0+4bede9f0f42a",
            report_year=options.year,
            today="2026-10-31",
            warehouse="warehouse-20261121T111913Z-7a3172ee.duckdb",
            files=(),
            tables=(),
            deliveries=(
                PublishedDelivery(
                    source="crm",
                    entity="crm_forloeb",
                    delivery="crm/crm_forloeb__2026-10-31.csv",
                    extracted_on="2026-10-31",
                    fingerprint="17b1e9b94692dbb239a9f1ce6252f3f383574b897421b590725dc6329aa269ad",
                    status="accepted",
                    delivered_rows=1234,
                    accepted_rows=1233,
                    rejected_rows=1,
                    rejected_values=0,
                    error=None,
                ),
            ),
        ),
        settings=options.settings,
        freeze=options.freeze,
    )


def agreement_of(year: int) -> str | None:
    """Name the national agreement of a year.

    Args:
        year: The year.

    Returns:
        Its code; None when there is none.
    """
    for code in _MEASURES:
        first, last = (int(part) for part in code.split("-"))
        if first <= year <= last:
            return code
    return None


def _areas(options: Options) -> list[str]:
    """List the areas that have rows."""
    return [area for area in AREAS if area not in options.without]


def _measures() -> list[dict[str, Any]]:
    """Make the words of every goal."""
    return [
        {
            "agreement": agreement,
            "measure": measure,
            "goal_number": number,
            "goal_title": None if agreement == "2019-2020" else f"Titel {number}",
            "label": _LABELS[measure],
            "unit": unit,
            "segment_scope": "each" if len(segments) > 1 else segments[0],
            "comparison": "more_than" if measure == "excess_productivity_growth" else "at_least",
            "definition": f"Definition af {_LABELS[measure].lower()}.",
            "evaluation_year_offset": offset,
            "goal_text": f"Målet er mindst {target}.",
            "goal_text_document": f"Aftale {agreement}",
            "goal_text_chapter": f"Mål {number}",
            "source_document": f"Aftale {agreement}",
            "source_chapter": f"Mål {number}",
        }
        for agreement, measures in _MEASURES.items()
        for measure, number, unit, _, segments, target, offset in measures
    ]


def _goals(options: Options) -> list[dict[str, Any]]:
    """Make the figures of every agreement up to the report year; houses and years differ a little."""
    made = []
    for agreement, measures in _MEASURES.items():
        first, last = (int(part) for part in agreement.split("-"))
        areas = [area for area in _areas(options) if agreement != "2019-2020" or area == "sydjylland"]
        made += [
            _figure(options, (agreement, measure, number, unit, kind, target), house, segment, year)
            for measure, number, unit, kind, segments, target, _ in measures
            for segment in segments
            for year in range(first, min(last, options.year) + 1)
            for house in areas
            if options.effect or not measure.startswith("excess_")
            if (house, measure) not in options.missing or year != options.year
        ]
    return made


def _figure(
    options: Options,
    what: tuple[str, str, str, str, str, float],
    house: str,
    segment: str,
    year: int,
) -> dict[str, Any]:
    """Make one figure."""
    agreement, measure, number, unit, kind, target = what
    step = AREAS.index(house) - 3
    counted = unit == "companies"
    value = _BASE[unit] * (6.0 if counted and house == "danmark" else 1.0) + step * 1.3 + (year - 2025) * 0.9
    value += options.shift if year == options.year else 0.0
    value = float(round(value)) if counted else value
    goal = target * (6.0 if counted and house == "danmark" else 1.0)
    path = measure == "entrepreneurs_guided"
    reached = value > goal if measure == "excess_productivity_growth" else value >= goal
    low, high = (None, None) if counted else (value - 4.0, value + 3.5)
    is_hidden = (house, measure) in options.hidden and year == options.year
    shown: dict[str, Any] = {
        "n": int(value) if counted else 120 + step,
        "numerator": value,
        "denominator": None if counted else 100.0,
        "value": value,
        "ci_low": low,
        "ci_high": high,
        "status": ("on_path" if reached else "behind_path") if path else ("met" if reached else "not_met"),
        "certainty": None if low is None else ("certain" if low > goal or (high or 0) < goal else "uncertain"),
    }
    return {
        "agreement": agreement,
        "measure": measure,
        "goal_number": number,
        "house": house,
        "segment": segment,
        "year": year,
        "unit": unit,
        "unit_kind": kind,
        **(dict.fromkeys(shown) if is_hidden else shown),
        "target": goal,
        "comparison": "more_than" if measure == "excess_productivity_growth" else "at_least",
        IS_HIDDEN: is_hidden,
    }


def _rates(options: Options) -> list[dict[str, Any]]:
    """Make the response rates."""
    return [
        {
            "house": house,
            "segment": segment,
            "year": year,
            "evaluations_sent": 200,
            "evaluations_answered": 101,
            "response_rate": 50.5,
        }
        for year in (options.year - 1, options.year)
        for house in _areas(options)
        for segment in ("all", "drift", "vaekst")
    ]


def _spread(options: Options) -> list[dict[str, Any]]:
    """Make the spread: one municipality above, one below, one within, one hidden, and so on round."""
    deviations = (-20.0, 15.0, 3.0, None)
    made: list[dict[str, Any]] = []
    for index, (code, name, house) in enumerate(options.municipalities):
        deviation = deviations[index % len(deviations)]
        made.append(
            {
                "house": house,
                "municipality_code": code,
                "municipality_name": name,
                "year": options.year,
                "companies_guided": None if deviation is None else 40,
                "population": 50_000,
                "expected_share": 0.25,
                "expected_companies": None if deviation is None else 40 / (1 + deviation / 100),
                "deviation_pct": deviation,
                "status": None if deviation is None else "within",
                IS_HIDDEN: deviation is None,
            }
        )
    made += [
        {
            "house": house,
            "municipality_code": code,
            "municipality_name": name,
            "year": options.year,
            "companies_guided": number,
            IS_HIDDEN: False,
        }
        for house in dict.fromkeys(house for _, _, house in options.municipalities)
        for code, name, number in (("total", "Hele huset", 100), ("outside_area", "Uden for husets område", 4))
    ]
    return made


def _practice(options: Options) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Make the registration practice."""
    rules = [
        {
            "house": house,
            "rule": rule,
            "year": options.year,
            "label": label,
            "dimension": "validity",
            "severity": "warning",
            "checked": 100,
            "passed": passed,
            "share": float(passed),
        }
        for house in _areas(options)
        for rule, label, passed in (
            ("cvr_valid", "CVR-nummeret er gyldigt", 97),
            ("theme_registered", "Tema er registreret", 100),
        )
    ]
    scores = [
        {
            "house": house,
            "dimension": dimension,
            "checked": 100,
            "passed": 96,
            "share_pct": 96.0,
            "change_since_last_month": 0.1,
            "change_since_last_year": -0.4,
        }
        for house in _areas(options)
        for dimension in ("completeness", "validity", "consistency", "timeliness")
    ]
    return rules, scores


def _effect(options: Options) -> dict[str, list[dict[str, Any]]]:
    """Make the tables of the effect."""
    year = options.year
    kinds = (("excess_revenue_growth", "vaekst", 10.0), ("excess_productivity_growth", "drift", 0.0))
    places = [(house, scope) for house in _areas(options) for scope in ("cohort", "pooled")]
    estimates = []
    for measure, segment, target in kinds:
        for house, scope in places:
            shown = (house, measure) not in options.hidden or scope == "pooled"
            found = {"n_treated": 80, "att": 11.2, "se": 1.5, "ci_low": 8.1, "ci_high": 14.3, "n_controls": 350}
            estimates.append(
                {
                    "measure": measure,
                    "segment": segment,
                    "house": house,
                    "goal_year": year,
                    "scope": scope,
                    **(found if shown else {}),
                    "target": target,
                    "verdict": "met" if shown else None,
                    "is_publishable": shown,
                    "reason": None if shown else "Færre end 30 sammenlignede virksomheder.",
                    "is_goal_figure": scope == "cohort",
                    "settings_fingerprint": "607875092a574b62",
                    IS_HIDDEN: False,
                }
            )
    return {
        "statement_effect": estimates,
        "statement_effect_balance": [
            {
                "match_group": segment,
                "segment": segment,
                "house": house,
                "goal_year": year,
                "scope": scope,
                "covariate": covariate,
                "label": label,
                "n_treated": 80,
                "smd_before": 0.3,
                "smd_after": 0.02,
                "variance_ratio": 1.1,
                "assessment": "good",
            }
            for _, segment, _ in kinds
            for house, scope in places
            for covariate, label in (("log_revenue", "Omsætning"), ("log_age", "Alder"))
        ],
        "statement_effect_sensitivity": [
            {
                "measure": measure,
                "segment": segment,
                "house": "danmark",
                "goal_year": year,
                "scope": "cohort",
                "definition": definition,
                "label": label,
                "neighbours": neighbours,
                "caliper_factor": 1.0,
                "n_treated": 80,
                "att": 11.2 - neighbours / 3,
                "ci_low": 8.0,
                "ci_high": 14.0,
                "is_headline": definition == "winsorised_5_95" and neighbours == 5,
            }
            for measure, segment, _ in kinds
            for definition, label in (("winsorised_5_95", "Vækst i pct."), ("symmetric", "Symmetrisk vækst"))
            for neighbours in (1, 5)
        ],
        "statement_effect_placebo": [
            {
                "measure": measure,
                "segment": segment,
                "house": house,
                "goal_year": year,
                "scope": scope,
                "n_treated": 60,
                "att": 1.2,
                "ci_low": -1.0 if segment == "vaekst" else 0.2,
                "ci_high": 3.4,
                "holds_zero": segment == "vaekst",
            }
            for measure, segment, _ in kinds
            for house, scope in places
        ],
        "statement_effect_survival": [
            {
                "segment": segment,
                "house": house,
                "goal_year": year,
                "scope": scope,
                "n": 80,
                "survived_share": 96.0,
                "control_survived_share": None if segment == "early_warning" else 95.0,
                "difference": None if segment == "early_warning" else 1.0,
                "ci_low": None if segment == "early_warning" else -1.0,
                "ci_high": None if segment == "early_warning" else 3.0,
            }
            for segment in ("vaekst", "drift", "early_warning")
            for house, scope in places
        ],
        "statement_effect_small_companies": [
            {
                "segment": segment,
                "house": house,
                "goal_year": year,
                "companies": 40,
                "closed": 3,
                "companies_with_outcome": 37,
                "median_revenue_change_tkr": 12.0,
                "mean_revenue_change_tkr": None,
                "median_full_time_equivalents_change": 0.0,
                "mean_full_time_equivalents_change": 0.12,
                "largest_share": None,
            }
            for segment in ("vaekst", "drift")
            for house in _areas(options)
        ],
        "statement_effect_waterfall": [
            {
                "arm": "treated",
                "segment": segment,
                "house": house,
                "goal_year": year,
                "step": step,
                "reason": reason,
                "label": label,
                "companies": companies,
            }
            for segment in ("vaekst", "drift")
            for house in _areas(options)
            for step, reason, label, companies in (
                (0, "delivered", "Leverede forløb", 200),
                (1, "no_cvr", "Forløb uden CVR-nummer", 40),
                (2, "below_floor", "Under bundgrænsen", 80),
                (3, "no_match", "Uden en sammenlignelig virksomhed", 0),
                (9, "matched", "Sammenlignede virksomheder", 80),
            )
        ],
    }


def _table(name: str, order: int, rows: list[dict[str, Any]]) -> StatementTable:
    """Put rows into a table of its own specification."""
    written, key, count = _TABLES[name]
    kinds = {"i": "integer", "d": "double", "b": "boolean"}
    columns = []
    for part in written.split():
        column, _, kind = part.partition(":")
        columns.append(
            ColumnSpecification(
                name=column,
                type=kinds.get(kind, "varchar"),
                label_da=column.replace("_", " ").capitalize(),
                label_en=column.replace("_", " ").capitalize(),
                description=f"The {column}.",
                description_da=f"Kolonnen {column}.",
            )
        )
    specification = TableSpecification(
        name=name,
        title_da=name.removeprefix("statement_").replace("_", " ").capitalize(),
        title_en=name,
        description=f"Table {name}.",
        description_da=f"Tabellen {name}.",
        order=order,
        key=key,
        disclosure=None if count is None else Disclosure(count=count, unit="companies", hides=(count,)),
        columns=tuple(columns),
    )
    frame = pd.DataFrame(
        {
            column.name: pd.Series([row.get(column.name) for row in rows], dtype=_DTYPES[column.type])
            for column in columns
        }
    )
    if count is not None:
        frame[IS_HIDDEN] = pd.Series([bool(row.get(IS_HIDDEN, False)) for row in rows], dtype="boolean")
    return StatementTable(specification, frame.sort_values(list(key)).reset_index(drop=True))
