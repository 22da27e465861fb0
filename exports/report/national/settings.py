"""The settings that decided a statement's figures, as numbers for sentences."""

from __future__ import annotations

from dbt_project.effect.settings import project_settings
from exports.report.phrases import exact
from exports.statement.assemble import effect_settings
from exports.statement.limits import Limits
from exports.statement.statement import Statement


def value_of(statement: Statement, name: str) -> float:
    """Read a setting that is a number, as the statement carries it.

    Args:
        statement: The statement.
        name: The setting, as `disclosure_respondents` or `effect.publication.minimum_treated`.

    Returns:
        Its value; of a statement that does not carry it, the value that holds now.

    Raises:
        KeyError: There is no such setting.
    """
    carried = statement.settings.get(name)
    return float(_now()[name] if carried is None else carried)


def written(statement: Statement, name: str) -> str:
    """Write a setting that is a number, for a sentence.

    Args:
        statement: The statement.
        name: The setting.

    Returns:
        The number, as `5` or `0,25`.

    Raises:
        KeyError: There is no such setting.
    """
    return exact(value_of(statement, name))


def _now() -> dict[str, str]:
    """Read the settings that hold now."""
    limits = Limits()
    return {
        **effect_settings(project_settings()),
        "disclosure_respondents": str(limits.respondents),
        "disclosure_companies": str(limits.companies),
        "disclosure_dominance": str(limits.dominance),
        "disclosure_protection": str(limits.protection),
    }
