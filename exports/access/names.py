"""Names of roles, schemas and datasets."""

from __future__ import annotations

from enum import StrEnum

ENTITLEMENTS = "access_entitlements"
"""The mart that holds the rules."""


class RoleKind(StrEnum):
    """The kinds of roles, as the seed writes them."""

    ERST = "erst"
    HOUSE = "house"
    MUNICIPALITY = "municipality"
    PUBLIC = "public"


class Dataset(StrEnum):
    """What a rule is about: the published marts, or the released statement after disclosure control."""

    WAREHOUSE = "warehouse"
    STATEMENT = "statement"


MARTS_SCHEMA = "marts"
"""The base tables: read by Erhvervsstyrelsen alone, guarded by row-level security."""
STATEMENT_SCHEMA = "offentlig"
"""The tables of the released statement."""
SCOPE_SCHEMA = "adgang"
"""Which role sees which course, company and place; read by no reader."""
READER_SCHEMAS = {RoleKind.HOUSE: "hus", RoleKind.MUNICIPALITY: "kommune"}
"""Where the views of a kind of role lie. Erhvervsstyrelsen reads the base tables and the views of `bi`."""
