r"""From delivered text to typed values: one SQL expression per contract type.

The expressions are generated from the contract and used twice, for the rejection check of landing and for the
views in schema `accepted`, so that "rejected" and "accepted" can never mean two different things.

Every function takes the SQL text of a *cleaned* column (see `clean_sql`: trimmed, empty is NULL) and returns the SQL
text of an expression that is NULL exactly when the value is NULL or cannot be read. No expression raises.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from sources.contract import WITHDRAWN_COLUMN, Column, ColumnType, Entity, fold
from sources.sql_text import literal, quoted

MAX_TEXT_LENGTH: Final = 32_767
"""Characters a text may have: what a spreadsheet cell can hold."""

MAX_SHOWN_LENGTH: Final = 200
"""Characters of a rejected value or line that are kept in the list of rejected rows."""

SQL_TYPES: Final = MappingProxyType[ColumnType, str](
    {
        "text": "VARCHAR",
        "cvr": "VARCHAR",
        "p_number": "VARCHAR",
        "code": "VARCHAR",
        "integer": "INTEGER",
        "year": "INTEGER",
        "decimal": "DECIMAL(18,9)",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "yes_no": "VARCHAR",
        "municipality": "VARCHAR",
        "industry": "VARCHAR",
    }
)
"""The SQL type of each contract type in schema `accepted`."""

# No-break, figure, narrow no-break space and byte order mark: what spreadsheets and web pages leave around values.
_SPACES: Final = " \t\r\n\v\f\u00a0\u2007\u202f\ufeff"
_SPACE_CLASS: Final = r"[\s\x{00A0}\x{2007}\x{202F}\x{FEFF}]"
_YES: Final = ("ja", "true", "1", "sand")
_NO: Final = ("nej", "false", "0", "falsk")


def clean_sql(given: str) -> str:
    """Return the delivered text without surrounding space (also no-break space); NULL when nothing is left."""
    return f"nullif(trim({given}, {literal(_SPACES)}), '')"


def fold_sql(x: str) -> str:
    """Return text as codes are compared: composed, lower case, single spaces, æ/ø/å as ae/oe/aa."""
    spaced = f"regexp_replace(lower(nfc_normalize({x})), {literal(_SPACE_CLASS + '+')}, ' ', 'g')"
    return f"replace(replace(replace({spaced}, 'æ', 'ae'), 'ø', 'oe'), 'å', 'aa')"


def _matches(x: str, pattern: str) -> str:
    return f"regexp_full_match({x}, {literal(pattern)})"


def _text(column: Column, x: str) -> str:
    del column
    return f"CASE WHEN length({x}) <= {MAX_TEXT_LENGTH} THEN {x} END"


def _identity_number(column: Column, x: str) -> str:
    """Read a CVR or P-number: digits, however a spreadsheet or a person has dressed them.

    The exponent form is read only when its digits are all there (`1.2345678E7`, or one trailing zero dropped):
    a spreadsheet that shows `1,23E+07` has lost the number, and another company must not be put in its place.
    How many digits there are is a rule of registration practice, not of reading.
    """
    del column
    bare = f"regexp_replace(upper({x}), {literal(_SPACE_CLASS)}, '', 'g')"
    bare = f"regexp_replace(regexp_replace({bare}, '^DK[-:.]?', ''), '[.,]0+$', '')"
    exponent = f"try_cast(regexp_extract({bare}, {literal('E[+]?([0-9]+)$')}, 1) AS INTEGER)"
    decimals = f"length(regexp_extract({bare}, '[.,]([0-9]+)E', 1))"
    digits = f"replace(replace(regexp_extract({bare}, '^([0-9.,]+)E', 1), '.', ''), ',', '')"
    is_exponent = _matches(bare, "[1-9][.,][0-9]+E[+]?[0-9]{1,2}")
    return (
        f"CASE WHEN {_matches(x, '[0-9]+')} THEN {x} "
        f"WHEN {_matches(bare, '[0-9]+')} THEN {bare} "
        f"WHEN {is_exponent} AND {decimals} <= {exponent} AND {decimals} >= {exponent} - 1 "
        f"THEN rpad({digits}, {exponent} + 1, '0') END"
    )


def _code(column: Column, x: str) -> str:
    exact = ", ".join(literal(code) for code in column.codes)
    written = {fold(text): code for code, label in column.codes.items() for text in (code, label)}
    whens = " ".join(f"WHEN {literal(text)} THEN {literal(code)}" for text, code in written.items())
    return f"CASE WHEN {x} IN ({exact}) THEN {x} ELSE CASE {fold_sql(x)} {whens} END END"


def _yes_no(column: Column, x: str) -> str:
    del column
    yes = ", ".join(literal(text) for text in _YES)
    no = ", ".join(literal(text) for text in _NO)
    return f"CASE WHEN lower({x}) IN ({yes}) THEN 'ja' WHEN lower({x}) IN ({no}) THEN 'nej' END"


def _within(column: Column, value: str) -> str:
    tests = []
    if column.minimum is not None:
        tests.append(f"{value} {'>' if column.exclusive_minimum else '>='} {column.minimum}")
    if column.maximum is not None:
        tests.append(f"{value} <= {column.maximum}")
    return f"CASE WHEN {' AND '.join(tests)} THEN {value} END" if tests else value


def _integer(column: Column, x: str) -> str:
    """Read a whole number, also `7.0` and `7,0`; not `1.000`, which may mean a thousand."""
    pattern = r"[+-]?[0-9]{1,10}([.,](0{1,2}|0{4,}))?"
    value = f"try_cast(regexp_extract({x}, '^[+-]?[0-9]+') AS INTEGER)"
    return f"CASE WHEN {_matches(x, pattern)} THEN {_within(column, value)} END"


def _year(column: Column, x: str) -> str:
    is_year = _matches(x, "[1-9][0-9]{3}([.,]0+)?")
    return f"CASE WHEN {is_year} THEN {_within(column, f'try_cast(left({x}, 4) AS INTEGER)')} END"


def _decimal(column: Column, x: str) -> str:
    """Read a decimal number with comma or point.

    A single separator is the decimal one; of two different ones the last is. The others must then stand as
    thousands separators do (`1.234.567,8`, `1,234.5`, `1 234,5`): `12.34,5` is not guessed at.
    """
    plain = _matches(x, r"[+-]?[0-9]+(\.[0-9]+)?")
    one_separator = _matches(x, r"[+-]?([0-9]*[.,][0-9]+|[0-9]+([.,][0-9]+)?[eE]([+]?[0-9]{1,2}|-[0-9]{1,3}))")
    points = _matches(x, r"[+-]?[0-9]{1,3}((\.[0-9]{3})+,[0-9]+|(\.[0-9]{3}){2,})")
    commas = _matches(x, r"[+-]?[0-9]{1,3}((,[0-9]{3})+\.[0-9]+|(,[0-9]{3}){2,})")
    spaces = _matches(x, rf"[+-]?[0-9]{{1,3}}({_SPACE_CLASS}[0-9]{{3}})+([.,][0-9]+)?")
    without_spaces = f"regexp_replace({x}, {literal(_SPACE_CLASS)}, '', 'g')"
    normal = (
        f"CASE WHEN {plain} THEN {x} "
        f"WHEN {one_separator} THEN replace({x}, ',', '.') "
        f"WHEN {points} THEN replace(replace({x}, '.', ''), ',', '.') "
        f"WHEN {commas} THEN replace({x}, ',', '') "
        f"WHEN {spaces} THEN replace({without_spaces}, ',', '.') END"
    )
    return _within(column, f"try_cast({normal} AS {SQL_TYPES['decimal']})")


_MIDNIGHT: Final = r"([T ]00:00(:00([.,]0+)?)?(Z|[+]00(:?00)?)?)?"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"


def _date(column: Column, x: str) -> str:
    """Read `YYYY-MM-DD` or `DD-MM-YYYY`, and a midnight that a spreadsheet has added; real days of years 1-9999."""
    del column
    turned = f"substr({x}, 7, 4) || '-' || substr({x}, 4, 2) || '-' || left({x}, 2)"
    year_first = _matches(x, rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_MIDNIGHT}")
    day_first = _matches(x, rf"[0-9]{{2}}-[0-9]{{2}}-[0-9]{{4}}{_MIDNIGHT}")
    return (
        f"CASE WHEN {year_first} AND left({x}, 4) <> '0000' THEN try_cast(left({x}, 10) AS DATE) "
        f"WHEN {day_first} AND substr({x}, 7, 4) <> '0000' THEN try_cast({turned} AS DATE) END"
    )


def _timestamp(column: Column, x: str) -> str:
    """Read ISO 8601 as Danish local time; an offset is converted, a date alone is its midnight."""
    del column
    normal = f"replace(replace(upper({x}), 'T', ' '), ',', '.')"
    day = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    is_local = _matches(x, rf"{day}([Tt ]{_CLOCK})?")
    has_offset = _matches(x, rf"{day}[Tt ]{_CLOCK} ?([Zz]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)")
    danish = f"timezone('Europe/Copenhagen', try_cast({normal} AS TIMESTAMPTZ))"
    return (
        f"CASE WHEN left({x}, 4) = '0000' THEN NULL WHEN {is_local} THEN try_cast({normal} AS TIMESTAMP) "
        f"WHEN {has_offset} THEN {danish} END"
    )


def _municipality(column: Column, x: str) -> str:
    """Read a municipality code: a spreadsheet has dropped its leading zero, or made it `101.0`."""
    del column
    is_code = _matches(x, "[0-9]{3,4}([.,]0+)?")
    return f"CASE WHEN {is_code} THEN lpad(regexp_extract({x}, '^[0-9]+'), 4, '0') END"


def _industry(column: Column, x: str) -> str:
    """Read a 6-digit industry code: dotted as `62.01.00`, or with the leading zero dropped.

    A shorter code (`62.01`) is a class, not an industry, and is not filled up with zeros to another one.
    """
    del column
    digits = _matches(x, "[0-9]{5,6}([.,]0)?")
    dotted = _matches(x, r"[0-9]{1,2}\.[0-9]{2}\.[0-9]{2}")
    return (
        f"CASE WHEN {digits} THEN lpad(regexp_extract({x}, '^[0-9]+'), 6, '0') "
        f"WHEN {dotted} THEN lpad(replace({x}, '.', ''), 6, '0') END"
    )


_CASTS: Final = MappingProxyType[ColumnType, Callable[[Column, str], str]](
    {
        "text": _text,
        "cvr": _identity_number,
        "p_number": _identity_number,
        "code": _code,
        "integer": _integer,
        "year": _year,
        "decimal": _decimal,
        "date": _date,
        "timestamp": _timestamp,
        "yes_no": _yes_no,
        "municipality": _municipality,
        "industry": _industry,
    }
)

WITHDRAWN: Final = Column(
    name=WITHDRAWN_COLUMN, type="yes_no", personal_data="none", description="Whether the key is withdrawn."
)
"""The withdrawal mark, read as any other column."""


def cast_sql(column: Column, x: str) -> str:
    """Return the SQL expression that reads a cleaned column by its contract.

    Args:
        column: The column of the contract.
        x: SQL text of the cleaned value (`clean_sql`), evaluated several times.

    Returns:
        SQL text of type `SQL_TYPES[column.type]`; NULL when there is no value or it cannot be read.
    """
    return _CASTS[column.type](column, x)


_EXPECTATIONS: Final = MappingProxyType[ColumnType, str](
    {
        "text": "højst 32.767 tegn",
        "cvr": "et CVR-nummer (kun cifre)",
        "p_number": "et P-nummer (kun cifre)",
        "code": "en af værdierne {codes}",
        "integer": "et helt tal{bounds}",
        "year": "et årstal med fire cifre{bounds}",
        "decimal": "et tal{bounds} med decimalkomma eller -punktum",
        "date": "en dato, der findes, skrevet ÅÅÅÅ-MM-DD eller DD-MM-ÅÅÅÅ",
        "timestamp": "et tidspunkt efter ISO 8601, som 2026-11-21T09:30:00",
        "yes_no": "ja eller nej",
        "municipality": "en kommunekode med fire cifre",
        "industry": "en branchekode med seks cifre",
    }
)


def _expectation(column: Column) -> str:
    """Say in Danish what the column should hold."""
    bounds = ""
    if column.minimum is not None:
        bounds += f" {'over' if column.exclusive_minimum else 'fra'} {column.minimum}"
    if column.maximum is not None:
        bounds += f" {'til' if column.minimum is not None else 'højst'} {column.maximum}"
    return _EXPECTATIONS[column.type].format(codes=", ".join(column.codes), bounds=bounds)


def reason(column: Column, *, key: bool) -> str:
    """Return the Danish reason why a value of the column was rejected.

    Args:
        column: The column.
        key: Whether the column is part of the entity's key, so that the whole row is rejected.
    """
    consequence = "Feltet er en del af nøglen, så hele rækken er afvist." if key else "Værdien er udeladt."
    return f"Værdien kan ikke læses: forventet {_expectation(column)}. {consequence}"


EMPTY_KEY_REASON: Final = "Feltet er tomt. Det er en del af nøglen, så hele rækken er afvist."
"""The Danish reason for a row without a key."""


def _given(entity: Entity, also: str, where: str) -> str:
    """Select the cleaned columns of the entity's raw table, under their own names."""
    columns = [*entity.columns, WITHDRAWN]
    cleaned = ", ".join(f"{clean_sql(quoted(c.name))} AS {quoted(c.name)}" for c in columns)
    return f"SELECT {cleaned}{also} FROM raw.{quoted(entity.name)}{where}"


def accepted_view_sql(entity: Entity) -> str:
    """Return the statement that makes the view `accepted.<entity>`.

    One row per delivered row whose key is complete and readable; not one per key: the newest row of a key has the
    highest `_delivery_order`, and of those the highest `_line`.
    """
    typed = ", ".join(f"{cast_sql(c, quoted(c.name))} AS {quoted(c.name)}" for c in entity.columns)
    withdrawn = f"coalesce({cast_sql(WITHDRAWN, quoted(WITHDRAWN.name))} = 'ja', false) AS is_withdrawn"
    complete = " AND ".join(f"typed.{quoted(name)} IS NOT NULL" for name in entity.key)
    return (
        f"CREATE OR REPLACE VIEW accepted.{quoted(entity.name)} AS "
        f"WITH given AS ({_given(entity, ', _delivery_id, _line', '')}), "
        f"typed AS (SELECT {typed}, {withdrawn}, _delivery_id, _line FROM given) "
        "SELECT typed.* EXCLUDE (_line), deliveries.delivery_order AS _delivery_order, "
        "deliveries.extracted_on AS _extracted_on, typed._line "
        "FROM typed JOIN raw.deliveries AS deliveries "
        "ON deliveries.delivery_id = typed._delivery_id AND deliveries.status = 'accepted' "
        f"WHERE {complete}"
    )


def rejected_values_sql(entity: Entity) -> str:
    """Return the query that finds every unreadable value of one delivery in a single scan.

    The query takes one parameter, the delivery's id, and yields line, column, value (as given, cut), reason and
    row_rejected, one row per unreadable value or empty key column.
    """
    bad: list[str] = []
    findings: list[str] = []
    for column in [*entity.columns, WITHDRAWN]:
        name, key = quoted(column.name), column.name in entity.key
        unreadable = f"({cast_sql(column, name)}) IS NULL"
        test = unreadable if key else f"({name} IS NOT NULL AND {unreadable})"
        why = literal(reason(column, key=key))
        if key:
            why = f"CASE WHEN {name} IS NULL THEN {literal(EMPTY_KEY_REASON)} ELSE {why} END"
        bad.append(test)
        findings.append(
            f"CASE WHEN {test} THEN {{'column': {literal(column.name)}, "
            f"'value': nullif(left({quoted('given ' + column.name)}, {MAX_SHOWN_LENGTH}), ''), "
            f"'reason': {why}, 'row_rejected': {str(key).lower()}}} END"
        )
    originals = "".join(f", {quoted(c.name)} AS {quoted('given ' + c.name)}" for c in [*entity.columns, WITHDRAWN])
    return (
        f"WITH given AS ({_given(entity, originals + ', _line', ' WHERE _delivery_id = ?')}), "
        f"found AS (SELECT _line, unnest([{', '.join(findings)}]) AS finding FROM given WHERE {' OR '.join(bad)}) "
        'SELECT _line AS line, finding."column" AS "column", finding."value" AS "value", '
        "finding.reason AS reason, finding.row_rejected AS row_rejected FROM found WHERE finding IS NOT NULL"
    )
