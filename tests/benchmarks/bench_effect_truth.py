"""Known truth: how often intervals hold the planted effect, placebos hold 0, and a goal is "met" without any effect."""

import argparse
import sys
import time
from datetime import date
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
import effect_on_synthetic as synthetic

from dbt_project.effect import settings as effect_settings
from sources.synthetic.settings import SyntheticSettings, TrueEffect

TODAY = date(2026, 10, 31)
REPORT_YEAR = 2025
TARGETS = {"excess_revenue_growth": 10.0, "excess_employment_growth": 5.0, "excess_productivity_growth": 0.0}
FIGURES = """
select measure, match_group, house, definition, goal_year, scope, n_treated, att, se, ci_low, ci_high
from intermediate.int_effect_figures
where caliper_factor = 1 and goal_year = (select max(goal_year) from intermediate.int_effect_figures)
"""


def _headline_only() -> None:
    """The grid does not matter here: one search instead of three."""
    full = effect_settings.project_settings()
    grid = full.sensitivity.model_copy(
        update={"neighbours": (5,), "caliper_factors": (1.0,), "definitions": ("winsorised_5_95",)}
    )
    slim = full.model_copy(update={"sensitivity": grid})
    effect_settings.project_settings = lambda: slim  # type: ignore[assignment]


def simulate(models: list[synthetic.Model], seed: int, scale: float, effect: TrueEffect) -> pd.DataFrame:
    """One synthetic Denmark: its newest figures, with what is true of the national ones."""
    settings = SyntheticSettings(today=TODAY, seed=seed, scale=scale, effect=effect, clean=True)
    with synthetic.synthetic_warehouse(models, settings, REPORT_YEAR) as (con, truth):
        true = synthetic.true_effects(con, truth)
        figures = con.execute(FIGURES).df()
    keys = zip(figures["measure"], figures["scope"], figures["goal_year"], strict=True)
    headline = figures["definition"] == "winsorised_5_95"
    figures["truth"] = [true.get(key, 0.0) for key in keys]
    figures["truth"] = figures["truth"].where(headline, 0.0)
    return figures.assign(seed=seed, planted=effect.revenue > 0)


def main() -> None:
    """Run the seeds and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=0.5)
    parser.add_argument("--report-every", type=int, default=25)
    options = parser.parse_args()
    _headline_only()
    models = synthetic.compiled_models()
    parts, started = [], time.perf_counter()
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        parts += [simulate(models, seed, options.scale, effect) for effect in (TrueEffect(), TrueEffect(0, 0, 0))]
        done = seed + 1 - options.first_seed
        if done % options.report_every == 0 or done == options.seeds:
            print(f"\n{done} seeds, {time.perf_counter() - started:.0f} s", flush=True)
            report(pd.concat(parts, ignore_index=True))


def report(rows: pd.DataFrame) -> None:
    """Print the shares."""
    rows = rows[rows["att"].notna() & (rows["n_treated"] >= 30)]
    rows = rows.assign(
        error=rows["att"] - rows["truth"],
        holds=(rows["ci_low"] <= rows["truth"]) & (rows["truth"] <= rows["ci_high"]),
        met=rows["att"] >= rows["measure"].map(TARGETS),
        certain=rows["ci_low"] >= rows["measure"].map(TARGETS),
    )
    key = ["planted", "measure", "match_group", "definition", "scope"]
    national = rows[rows["house"] == "danmark"].groupby(key)
    columns = {
        "seeds": ("seed", "nunique"), "n": ("n_treated", "mean"), "truth": ("truth", "mean"), "att": ("att", "mean"),
        "bias": ("error", "mean"), "sd": ("error", "std"), "se": ("se", "mean"), "interval_holds_truth": ("holds",
        "mean"),
    }  # fmt: skip
    with pd.option_context("display.width", 220, "display.max_columns", 30, "display.max_rows", 200):
        print("National figures")
        print(national.agg(**columns).round(2).to_string())  # type: ignore[call-overload]
        nothing = rows[~rows["planted"] & (rows["definition"] == "winsorised_5_95")]
        print("Without any effect: share of figures that meet the target by luck, and that do so with certainty")
        scope = nothing["house"].where(nothing["house"] == "danmark", "a house").rename("of")
        lucky = nothing.groupby(["measure", scope, "scope"])
        print(lucky.agg(figures=("met", "size"), met=("met", "mean"), certain=("certain", "mean")).round(3).to_string())


if __name__ == "__main__":
    main()
