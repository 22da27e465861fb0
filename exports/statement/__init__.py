"""The yearly statement: the tables that are published together, after disclosure control, and their provenance."""
