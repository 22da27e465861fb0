"""Persons in a run: the key of their pseudonyms, erasing a company, and rows that are older than their period."""
