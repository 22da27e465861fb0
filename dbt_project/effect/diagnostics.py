"""What a reader of the effect goals must be warned of: balance, placebo and reuse of controls, in Danish."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from dbt_project.effect.settings import EffectSettings
from dbt_project.effect.units import require_columns

_FIGURE = ("measure", "house", "goal_year", "scope")


@dataclass(frozen=True)
class Finding:
    """The outcome of one check.

    Attributes:
        passed: Whether all is well.
        message_da: One or two sentences for the reader, in Danish.
        figures: What was counted and measured, by name.
        rows: The offending figures, as text; at most twenty.
    """

    passed: bool
    message_da: str
    figures: dict[str, float] = field(default_factory=dict)
    rows: tuple[str, ...] = ()


def check_balance(balance: pd.DataFrame, settings: EffectSettings) -> Finding:
    """Say whether every figure compares like with like.

    Args:
        balance: The mart `effect_balance`: `match_group`, `house`, `goal_year`, `scope`, `covariate_da`, `n_treated`,
            `smd_after`.
        settings: The method.

    Returns:
        Not passed when a figure with enough companies to be published has a difference over the limit that blocks it.

    Raises:
        EffectInputError: A column is missing.
    """
    names = ("match_group", "house", "goal_year", "scope", "covariate_da", "n_treated", "smd_after")
    require_columns(balance, names, "effect_balance")
    limits = settings.publication
    judged = balance[(balance["n_treated"] >= limits.minimum_treated) & balance["smd_after"].notna()]
    size = judged["smd_after"].abs()
    blocked = judged[size > limits.balance_blocks]
    largest = float(size.max()) if len(judged) else 0.0
    return Finding(
        passed=blocked.empty,
        message_da=(
            f"Den største forskel efter matchning er {_danish(largest)} standardafvigelser (grænsen er "
            f"{_danish(limits.balance_blocks)}). {_count(len(blocked), 'egenskab', 'egenskaber')} over grænsen."
        ),
        figures={
            "largest_difference": largest,
            "compared": float(len(judged)),
            "over_good": float((size >= limits.balance_good).sum()),
            "blocked": float(len(blocked)),
        },
        rows=_texts(blocked, ("match_group", "house", "goal_year", "scope", "covariate_da", "smd_after")),
    )


def check_placebo(placebo: pd.DataFrame) -> Finding:
    """Say whether nothing is found where nothing can be: in growth before the guidance, nationally.

    Args:
        placebo: The mart `effect_placebo`: `measure`, `house`, `goal_year`, `scope`, `att`, `ci_low`, `ci_high`,
            `holds_zero`.

    Returns:
        Not passed when the interval of a national figure does not hold 0.

    Raises:
        EffectInputError: A column is missing.
    """
    require_columns(placebo, (*_FIGURE, "att", "ci_low", "ci_high", "holds_zero"), "effect_placebo")
    national = placebo[(placebo["house"] == "danmark") & (placebo["scope"] == "cohort")]
    found = national[~national["holds_zero"].astype(bool)]
    if national.empty:
        message = "Placebotesten kan ikke laves: Der mangler regnskaber fra fire år før basisåret."
    elif found.empty:
        message = "De to grupper voksede ens før vejledningen (placebotesten indeholder nul)."
    else:
        message = (
            "De to grupper voksede ikke ens før vejledningen: Placebotesten indeholder ikke nul for "
            f"{_count(len(found), 'landstal', 'landstal')}. Mervæksten skal læses med forbehold."
        )
    return Finding(
        passed=found.empty,
        message_da=message,
        figures={"tested": float(len(national)), "not_zero": float(len(found))},
        rows=_texts(found, (*_FIGURE, "att", "ci_low", "ci_high")),
    )


def check_reuse(estimates: pd.DataFrame, settings: EffectSettings) -> Finding:
    """Say whether a national figure rests on a few controls used over and over.

    Args:
        estimates: The mart `effect_estimate`: `measure`, `house`, `goal_year`, `scope`, `n_treated`, `n_controls`,
            `max_reuse`.
        settings: The method.

    Returns:
        Not passed when one control stands in for too large a share of the guided companies.

    Raises:
        EffectInputError: A column is missing.
    """
    require_columns(estimates, (*_FIGURE, "n_treated", "n_controls", "max_reuse"), "effect_estimate")
    limits = settings.publication
    national = estimates[(estimates["house"] == "danmark") & (estimates["n_treated"] >= limits.minimum_treated)]
    share = 100.0 * national["max_reuse"] / national["n_treated"]
    heavy = national[share > limits.reuse_percent]
    largest = float(share.max()) if len(national) else 0.0
    return Finding(
        passed=heavy.empty,
        message_da=(
            f"Den mest brugte sammenlignelige virksomhed står for {_danish(largest)} pct. af de vejledte virksomheder "
            f"(grænsen er {_danish(limits.reuse_percent)} pct.)."
        ),
        figures={
            "largest_share_percent": largest,
            "largest_reuse": float(national["max_reuse"].max()) if len(national) else 0.0,
            "over_limit": float(len(heavy)),
        },
        rows=_texts(heavy, (*_FIGURE, "n_treated", "n_controls", "max_reuse")),
    )


def _danish(number: float) -> str:
    """A number with two decimals and a decimal comma."""
    return f"{number:.2f}".replace(".", ",")


def _count(number: int, singular: str, plural: str) -> str:
    """A number of things."""
    return f"{number} {singular if number == 1 else plural}"


def _texts(table: pd.DataFrame, columns: Iterable[str]) -> tuple[str, ...]:
    """The first rows of a table, one text each."""
    return tuple(", ".join(map(str, row)) for row in table[list(columns)].head(20).itertuples(index=False, name=None))
