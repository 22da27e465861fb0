"""The rules as they are published: which rows and columns a kind of role sees of a table, and which roles there are.

A row rule is defined here once, by what a row is recognised by and where its owners are listed. PostgreSQL gets it as a
predicate (`RowRule.predicate`), DuckDB as a join with all roles at once (`RowRule.owners`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from exports.access.errors import AccessError
from exports.access.names import ENTITLEMENTS, SCOPE_SCHEMA, Dataset, RoleKind
from sources.sql_text import literal, quoted

EVERY_COLUMN = "*"
NOTHING, EVERYTHING = "none", "all"
_MUNICIPALITY_COLUMNS = ("municipality_code", "kommunekode")
_MUNICIPALITY = "<municipality>"


@dataclass(frozen=True)
class Role:
    """A role that people are given.

    Attributes:
        name: Its name in PostgreSQL and of its folder, as `hus_fyn`.
        kind: What kind it is.
        scope: The house or municipality whose rows are its own; None for `erst` and `offentlig`.
    """

    name: str
    kind: RoleKind
    scope: str | None


@dataclass(frozen=True)
class RowRule:
    """Which rows are a role's own.

    Attributes:
        kind: Whose rule it is.
        keys: What a row is recognised by: columns of the table, each with the column of `listed` that it equals.
        listed: The table of schema `adgang` that lists owners; None when the one key itself is the owner.
        condition: Which rows of `listed` count, in terms of alias `s`; may name `{table}`.
    """

    kind: RoleKind
    keys: Mapping[str, str]
    listed: str | None = None
    condition: str = "true"

    def _matches(self, columns: Sequence[str]) -> list[tuple[str, str]]:
        """Pair columns of a table with those of the list of owners."""
        places = [name for name in _MUNICIPALITY_COLUMNS if name in columns]
        return [(places[0] if own == _MUNICIPALITY and places else own, listed) for own, listed in self.keys.items()]

    def needs(self, columns: Sequence[str]) -> tuple[str, ...]:
        """List the columns of a table that the rule reads.

        Args:
            columns: The table's columns.

        Returns:
            Their names.
        """
        return tuple(own for own, _ in self._matches(columns))

    def predicate(self, table: str, columns: Sequence[str], own: str) -> str:
        """Write the rule as a condition on a row.

        Args:
            table: The table.
            columns: Its columns.
            own: What is compared with a row's owner, as `= 'fyn'`.

        Returns:
            SQL that is true for the rows that are seen. It reads columns without a prefix.
        """
        matches = self._matches(columns)
        if self.listed is None:
            return f"{quoted(matches[0][0])} {own}"
        row = ", ".join(quoted(name) for name, _ in matches)
        listed = ", ".join(f"s.{quoted(name)}" for _, name in matches)
        return (
            f"({row}) in (select {listed} from {SCOPE_SCHEMA}.{quoted(self.listed)} as s "
            f"where s.scope {own} and {self.condition.format(table=literal(table))})"
        )

    def owners(self, table: str, columns: Sequence[str]) -> tuple[str, str]:
        """Write the rule as a join: which owners each row has.

        Args:
            table: The table, which has alias `t`.
            columns: Its columns.

        Returns:
            A relation with alias `s` to join and the condition of the join; the owner is `s.scope`.
        """
        matches = self._matches(columns)
        if self.listed is None:
            return "(select distinct scope from roles) as s", f"t.{quoted(matches[0][0])} = s.scope"
        names = ", ".join(dict.fromkeys([*(f"s.{quoted(name)}" for _, name in matches), "s.scope"]))
        relation = (
            f"(select distinct {names} from {SCOPE_SCHEMA}.{quoted(self.listed)} as s "
            f"where {self.condition.format(table=literal(table))}) as s"
        )
        return relation, " and ".join(f"t.{quoted(own)} = s.{quoted(listed)}" for own, listed in matches)


ROW_RULES: Mapping[str, RowRule] = {
    "own_house": RowRule(RoleKind.HOUSE, {"house": "scope"}),
    "own_house_course": RowRule(RoleKind.HOUSE, {"course_id": "course_id"}, "house_courses"),
    "own_house_company": RowRule(RoleKind.HOUSE, {"cvr": "cvr"}, "house_courses"),
    "own_municipality_consented": RowRule(RoleKind.MUNICIPALITY, {"course_id": "course_id"}, "consented_courses"),
    "own_municipality_company": RowRule(RoleKind.MUNICIPALITY, {"cvr": "cvr"}, "consented_courses", "not s.is_person"),
    "own_municipality_disclosed": RowRule(
        RoleKind.MUNICIPALITY,
        {"house": "house", _MUNICIPALITY: "scope", "year": "year"},
        "disclosed_places",
        "s.table_name = {table}",
    ),
}
"""Every rule but `none` and `all`, which need no definition."""


@dataclass(frozen=True)
class Entitlement:
    """What a kind of role sees of a table.

    Attributes:
        kind: The kind of role.
        dataset: Where the table is from.
        table: The table.
        rule: `none`, `all`, or the name of a row rule.
        visible: The columns that are seen; `*` alone is every column.
        person: Those of them that are empty where the company belongs to a person.
        reason: Why, in Danish.
    """

    kind: RoleKind
    dataset: Dataset
    table: str
    rule: str
    visible: tuple[str, ...]
    person: frozenset[str]
    reason: str

    def columns(self, present: Sequence[str]) -> tuple[str, ...]:
        """List the columns that are seen.

        Args:
            present: The table's columns in order.

        Returns:
            The columns in the table's order.

        Raises:
            AccessError: The rule names a column the table does not have: it may have another name now.
        """
        if self.visible == (EVERY_COLUMN,):
            return tuple(present)
        self._require({*self.visible, *self.person}, present)
        return tuple(name for name in present if name in self.visible)

    def row_rule(self, present: Sequence[str]) -> RowRule | None:
        """Find the definition of the row rule.

        Args:
            present: The table's columns.

        Returns:
            The definition; None for `all` and `none`.

        Raises:
            AccessError: The table lacks a column that the rule reads.
        """
        rule = ROW_RULES.get(self.rule)
        if rule is not None:
            self._require(set(rule.needs(present)), present)
        return rule

    def _require(self, wanted: set[str], present: Sequence[str]) -> None:
        """Refuse columns that are not there."""
        for name in sorted(wanted - set(present)):
            msg = (
                f"{ENTITLEMENTS}: {self.kind} og {self.table}: reglen nævner kolonnen {name}, som tabellen ikke har. "
                "Ret dbt_project/seeds/entitlements.csv, og kør igen."
            )
            raise AccessError(msg)

    def expression(self, column: str, table: str) -> str:
        """Write a column as it is seen.

        Args:
            column: The column.
            table: The table's alias.

        Returns:
            SQL. A column of a person's company is let through only where the course is known to be no person's.
        """
        own = f"{table}.{quoted(column)}"
        if column not in self.person:
            return own
        return (
            f"case when {table}.course_id in (select s.course_id from {SCOPE_SCHEMA}.consented_courses as s "
            f"where not s.is_person) then {own} end"
        )


@dataclass(frozen=True)
class Rules:
    """All rules and roles of a publication.

    Attributes:
        entitlements: The rules.
        roles: The roles, by kind and name.
    """

    entitlements: tuple[Entitlement, ...]
    roles: tuple[Role, ...]

    def of(self, kind: RoleKind, dataset: Dataset) -> dict[str, Entitlement]:
        """List what a kind of role sees; what is not listed it does not see.

        Args:
            kind: The kind of role.
            dataset: Of which dataset.

        Returns:
            The rules that show something, by table.
        """
        return {
            each.table: each
            for each in self.entitlements
            if each.kind == kind and each.dataset == dataset and each.rule != NOTHING
        }

    def roles_of(self, *kinds: RoleKind) -> tuple[Role, ...]:
        """List the roles of some kinds.

        Args:
            kinds: The kinds.

        Returns:
            The roles.
        """
        return tuple(role for role in self.roles if role.kind in kinds)

    def role(self, name: str) -> Role:
        """Find a role.

        Args:
            name: Its name.

        Returns:
            The role.

        Raises:
            AccessError: There is none of that name.
        """
        for role in self.roles:
            if role.name == name:
                return role
        msg = f"Rollen {name} findes ikke. Roller hedder erst, offentlig, hus_<hus> og kommune_<kode>, fx kommune_0461."
        raise AccessError(msg)


def read_rules(con: duckdb.DuckDBPyConnection, schema: str = "main") -> Rules:
    """Read rules and roles from the publication itself.

    Args:
        con: A connection that sees the published tables.
        schema: Their schema, with its catalog where it needs one.

    Returns:
        The rules and the roles of the publication's houses and municipalities.

    Raises:
        AccessError: The publication has no rules, or a rule cannot be used.
    """
    try:
        rows = con.execute(
            f"""
            select role_kind, dataset, table_name, row_rule, visible_columns, coalesce(person_columns, ''), reason_da
            from {schema}.{quoted(ENTITLEMENTS)} order by all
            """
        ).fetchall()
        houses = con.execute(f"select house from {schema}.dim_house order by house").fetchall()
        places = con.execute(
            f"select distinct municipality_code from {schema}.dim_municipality order by municipality_code"
        ).fetchall()
    except duckdb.CatalogException as error:
        msg = (
            f"Udgaven har ingen regler for adgang: tabellen {ENTITLEMENTS}, dim_house eller dim_municipality mangler. "
            "Kør `erhvervshus run` med den nyeste version."
        )
        raise AccessError(msg) from error
    return Rules(
        entitlements=tuple(_entitlement(*row) for row in rows),
        roles=(
            Role("erst", RoleKind.ERST, None),
            *(Role(f"hus_{house}", RoleKind.HOUSE, house) for (house,) in houses),
            *(Role(f"kommune_{code}", RoleKind.MUNICIPALITY, code) for (code,) in places),
            Role("offentlig", RoleKind.PUBLIC, None),
        ),
    )


def _entitlement(kind: str, dataset: str, table: str, rule: str, visible: str, person: str, reason: str) -> Entitlement:
    """Read one rule, and refuse one that says more than it may or that nobody has defined."""
    entitlement = Entitlement(
        kind=RoleKind(kind),
        dataset=Dataset(dataset),
        table=table,
        rule=rule,
        visible=tuple(visible.split()),
        person=frozenset(person.split()),
        reason=reason,
    )
    if wrong := "; ".join(_faults(entitlement)):
        msg = f"{ENTITLEMENTS}: {kind} og {table}: {wrong}. Ret dbt_project/seeds/entitlements.csv, og kør igen."
        raise AccessError(msg)
    return entitlement


def _faults(entitlement: Entitlement) -> Iterable[str]:
    """Say what is wrong with a rule."""
    rule = entitlement.rule
    partial = rule not in {NOTHING, EVERYTHING}
    if partial and rule not in ROW_RULES:
        yield f"rækkereglen {rule} findes ikke"
    elif partial and ROW_RULES[rule].kind != entitlement.kind:
        yield f"rækkereglen {rule} er ikke for {entitlement.kind}"
    if partial and entitlement.dataset == Dataset.STATEMENT:
        yield "den frigivne opgørelse vises helt eller slet ikke"
    if entitlement.kind == RoleKind.PUBLIC and entitlement.dataset == Dataset.WAREHOUSE and rule != NOTHING:
        yield "offentligheden ser kun den frigivne opgørelse"
    if entitlement.kind == RoleKind.MUNICIPALITY and partial and EVERY_COLUMN in entitlement.visible:
        yield "en kommune skal have sine kolonner nævnt ved navn"
    if entitlement.person and rule != "own_municipality_consented":
        yield "kolonner kan kun tømmes på forløb med samtykke"
    if entitlement.kind == RoleKind.ERST and (rule != EVERYTHING or EVERY_COLUMN not in entitlement.visible):
        yield "Erhvervsstyrelsen ser alt"
