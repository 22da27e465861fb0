"""Backups: what must be kept, as one file, and back into place."""
