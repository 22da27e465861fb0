"""The contract report of a house: what its contract asks for and what came of it."""

from exports.report.contract.report import contract_report, unmet_goals

__all__ = ["contract_report", "unmet_goals"]
