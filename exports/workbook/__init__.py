"""The workbook: the statement as an Excel file with real tables, real numbers and Danish headings."""

from exports.workbook.book import write_workbook

__all__ = ["write_workbook"]
