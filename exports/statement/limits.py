"""The limits of disclosure control: how few is too few, and how uncertain a hidden figure must stay."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Settings of disclosure control (domain: uncertainty and disclosure).

    Attributes:
        respondents: A cell of fewer respondents is hidden.
        companies: A cell of fewer companies is hidden.
        dominance: A cell of money is hidden when its largest company has a larger share of it than this (0 to 1).
        protection: How wide the interval of a hidden count must stay, in multiples of the limit of its unit.
    """

    respondents: int = 5
    companies: int = 3
    dominance: float = 0.75
    protection: float = 1.0

    def of(self, unit: str) -> int | None:
        """Return the limit of a unit.

        Args:
            unit: What is counted, as `respondents`.

        Returns:
            The number from which on a cell is shown; None for units that are no people or companies.
        """
        return {"respondents": self.respondents, "companies": self.companies}.get(unit)

    @staticmethod
    def is_unit(name: str) -> bool:
        """Tell whether a name is a unit that has a limit, and not a column that says the unit row by row.

        Args:
            name: What a table's disclosure rule says is counted; a table may have a column of the same name.

        Returns:
            Whether it is a unit.
        """
        return name in {"respondents", "companies"}
