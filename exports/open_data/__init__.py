"""Open data: the statement's tables as CSV and Parquet, with a dictionary, a data package and a catalogue."""

from exports.open_data.folder import write_open_data

__all__ = ["write_open_data"]
