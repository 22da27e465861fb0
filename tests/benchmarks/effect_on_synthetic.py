"""The effect models on a synthetic Denmark in memory: generated, then the project's own compiled SQL and Python."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from runpy import run_path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sources.synthetic.accounts import Accounts, with_effect
from sources.synthetic.days import day_values
from sources.synthetic.industries import INDUSTRIES
from sources.synthetic.selection import PRE_STARTER
from sources.synthetic.settings import SyntheticSettings
from sources.synthetic.write import Block, Register, make_block, make_register

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
LAST_MODELS = ("int_effect_figures", "int_effect_balance")
HOUSES = ("hovedstaden", "sjaelland", "fyn", "sydjylland", "midtjylland", "nordjylland")
MEASURES = (
    ("excess_revenue_growth", "vaekst", "revenue"),
    ("excess_employment_growth", "vaekst", "employment"),
    ("excess_productivity_growth", "drift_survivors", "productivity"),
)

_EMPTY_COLUMNS = {
    "crm_forloeb": {
        "samtykke_deling": "varchar",
        "ledelsesvurdering_dato": "date",
        "forretningsudvikler": "varchar",
        "oprettet": "timestamp",
        "aendret": "timestamp",
    },
    "register_virksomhed": {"navn": "varchar", "branchekode_system": "varchar"},
}


@dataclass(frozen=True)
class Model:
    """One dbt model as it is run here: compiled SQL, or the Python file."""

    name: str
    relation: str
    is_view: bool
    code: str
    python: Path | None


@dataclass(frozen=True)
class Truth:
    """What the generator knows: the accounts without and with the planted effect."""

    register: Register
    without: Accounts
    planted: Accounts


class ModelContext:
    """What dbt hands a Python model: `ref` and `config`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, relations: dict[str, str]) -> None:
        """Resolve references in this connection."""
        self._con, self._relations = con, relations

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """Give the relation of a model."""
        return self._con.sql(f"select * from {self._relations[name]}")

    def config(self, **_: object) -> None:
        """Accept a model's own configuration."""


def compiled_models() -> list[Model]:
    """Compile the effect models and what they need, in the order they are built."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        work.mkdir()
        duckdb.connect(str(Path(folder) / "warehouse.duckdb")).close()
        options = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(work / "target")]
        selected = ["--select", *(f"+{name}" for name in LAST_MODELS), "--log-path", str(work / "logs")]
        dbt = str(Path(sys.executable).with_name("dbt"))
        subprocess.run([dbt, "--quiet", "compile", *options, *selected], cwd=work, check=True)
        manifest = json.loads((work / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    ordered: dict[str, None] = {}
    for name in LAST_MODELS:
        _visit(nodes, f"model.erhvervshus.{name}", ordered)
    return [_model(nodes[key]) for key in ordered]


def _visit(nodes: dict[str, Any], key: str, ordered: dict[str, None]) -> None:
    """Add a model after everything it needs."""
    for parent in nodes[key]["depends_on"]["nodes"]:
        if parent in nodes and parent not in ordered:
            _visit(nodes, parent, ordered)
    ordered[key] = None


def _model(node: dict[str, Any]) -> Model:
    path = PROJECT / node["original_file_path"]
    return Model(
        name=node["name"],
        relation=f"{node['schema']}.{node['name']}",
        is_view=node["config"]["materialized"] == "view",
        code=node.get("compiled_code") or "",
        python=path if path.suffix == ".py" else None,
    )


@contextmanager
def synthetic_warehouse(
    models: list[Model], settings: SyntheticSettings, report_year: int
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Truth]]:
    """Generate, fill the accepted tables, and build every effect model, all in memory.

    Yields:
        The connection, and what is true.
    """
    register = make_register(settings)
    block = make_block(settings, register, 0)
    planted = with_effect(register.accounts, block.treatments, settings.effect)
    truth = Truth(register, register.accounts, planted)
    con = duckdb.connect()
    try:
        con.execute("attach ':memory:' as warehouse; use warehouse")
        for schema in ("raw", "accepted", "staging", "intermediate", "seeds"):
            con.execute(f"create schema {schema}")
        con.execute(
            f"create table raw.run_context as select 'benchmark' as run_id, {report_year} as report_year, "
            f"date '{settings.today}' as today, timestamp '{settings.today}' as computed_at, '-' as code_version"
        )
        _fill(con, truth, block)
        _build(con, models)
        yield con, truth
    finally:
        con.close()


def _fill(con: duckdb.DuckDBPyConnection, truth: Truth, block: Block) -> None:
    """Puts the generated tables where landing would, one row per key, and the seeds."""
    for name, table in _accepted(truth, block).items():
        con.register("delivered", table)
        empty = "".join(f", cast(null as {kind}) as {column}" for column, kind in _EMPTY_COLUMNS.get(name, {}).items())
        con.execute(
            f"create table accepted.{name} as select *{empty}, false as is_withdrawn, 1 as _delivery_order, 1 as _line "
            "from delivered"
        )
        con.unregister("delivered")
    for seed in ("municipalities", "region_periods", "industry_groups"):
        con.execute(f"create table seeds.{seed} as from read_csv('{PROJECT / 'seeds' / seed}.csv', all_varchar = true)")
    con.execute("alter table seeds.industry_groups alter industry_group type integer")
    for column in ("valid_from", "valid_to"):
        con.execute(f"alter table seeds.region_periods alter {column} type date")


def _accepted(truth: Truth, block: Block) -> dict[str, pa.Table]:
    """The deliveries' entities, typed, that the effect models read."""
    companies, courses = truth.register.companies, block.guidance.courses
    company = pa.array(np.maximum(courses.company, 0), mask=courses.company == PRE_STARTER)
    row, column = np.nonzero(truth.planted.present)
    count = len(courses)
    units = {name: pa.array([], pa.string()) for name in ("p_nummer", "cvr_nummer", "kommunekode")}
    days = {name: pa.array([], pa.date32()) for name in ("startdato", "ophoersdato")}
    return {
        "crm_forloeb": pa.table(
            {
                "forloeb_id": pa.array(np.arange(count)).cast(pa.string()),
                "erhvervshus": pa.array(HOUSES).take(pa.array(courses.house)),
                "cvr_nummer": companies.cvr_text.take(company),
                "p_nummer": pa.nulls(count, pa.string()),
                "kundesegment": pa.array([None, "drift", "vaekst"]).take(pa.array(courses.segment)),
                "forloebstype": pa.array(["individuel", "kollektiv", "early_warning"]).take(pa.array(courses.kind)),
                "startdato": day_values(courses.start),
                "slutdato": day_values(courses.end),
            }
        ),
        "register_virksomhed": pa.table(
            {
                "cvr_nummer": companies.cvr_text,
                "virksomhedsform": pa.array(companies.form.astype(np.int32)),
                "startdato": day_values(companies.start),
                "ophoersdato": day_values(companies.end),
                "branchekode": pa.array([one.code for one in INDUSTRIES]).take(pa.array(companies.industry)),
                "kommunekode": pa.array(truth.register.geography.code).take(pa.array(companies.municipality)),
            }
        ),
        "register_penhed": pa.table({**units, **days}),
        "register_regnskab": pa.table(
            {
                "cvr_nummer": companies.cvr_text.take(pa.array(row)),
                "aar": pa.array((truth.planted.first_year + column).astype(np.int32)),
                "omsaetning_tkr": pa.array(truth.planted.revenue[row, column]),
                "aarsvaerk": pa.array(truth.planted.employees[row, column]),
            }
        ),
    }


def _build(con: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """Builds the models in order."""
    relations = {model.name: model.relation for model in models}
    for model in models:
        if model.python is None:
            con.execute(f"create {'view' if model.is_view else 'table'} {model.relation} as {model.code}")
        else:
            made = run_path(str(model.python))["model"](ModelContext(con, relations), con)
            con.register("made", made)
            con.execute(f"create table {model.relation} as from made")
            con.unregister("made")


_MATCHED_GUIDED = """
with matched as (
    select distinct match_group, end_year, treated_id from intermediate.int_effect_pairs where caliper_factor = 1
)
select units.* replace (numbers.cvr_number as cvr), bounds.* exclude (match_group, end_year)
from intermediate.int_effect_matched_units as units
inner join private.stg_register__company_numbers as numbers on units.cvr = numbers.cvr
inner join matched
    on units.match_group = matched.match_group and units.end_year = matched.end_year
    and units.unit_id = matched.treated_id
inner join intermediate.int_effect_bounds as bounds
    on units.match_group = bounds.match_group and units.end_year = bounds.end_year
where units.is_treated
"""


def true_effects(con: duckdb.DuckDBPyConnection, truth: Truth) -> dict[tuple[str, str, int], float]:
    """The planted effect on the headline's own scale, nationally, by measure, scope and goal year.

    The mean over the matched guided companies of their capped growth with the effect minus the same without it: both
    are known for a synthetic company.
    """
    cvr, plain = truth.register.companies.cvr, truth.without
    order = np.argsort(cvr)
    rows = con.execute(_MATCHED_GUIDED).df()
    at = order[np.searchsorted(cvr[order], rows["cvr"].to_numpy().astype(np.int64))]
    before, after = (rows[name].to_numpy() - plain.first_year for name in ("baseline_year", "goal_year"))
    alive = rows["survival"].to_numpy() > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(plain.revenue / plain.employees)
    growth = {
        "revenue": _per_cent(plain.revenue, at, before, after, alive),
        "employment": _per_cent(plain.employees, at, before, after, alive),
        "productivity": 100 * (level[at, after] - level[at, before]),
    }
    found: dict[tuple[str, str, int], float] = {}
    years = rows["goal_year"].to_numpy()
    for measure, group, kind in MEASURES:
        low, high = (rows[f"{kind}_growth_{end}"].to_numpy() for end in ("p05", "p95"))
        gain = rows[f"{kind}_winsorised_5_95"].to_numpy() - np.clip(growth[kind], low, high)
        mine = (rows["match_group"] == group).to_numpy()
        for year in np.unique(years):
            found[measure, "cohort", int(year)] = float(gain[mine & (years == year)].mean())
            found[measure, "pooled", int(year)] = float(gain[mine & (years <= year)].mean())
    return found


def _per_cent(
    levels: npt.NDArray[np.float64],
    row: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    after: npt.NDArray[np.int64],
    alive: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Growth in per cent; a closed company's is -100."""
    first, last = levels[row, before], levels[row, after]
    return np.where(alive, 100 * (last - first) / np.where(first > 0, first, np.nan), -100.0)
