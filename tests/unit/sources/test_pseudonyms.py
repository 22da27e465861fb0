"""Pseudonyms: against Python's own HMAC and a published test vector, the key file, and what is never shown."""

from __future__ import annotations

import hashlib
import hmac
import re
import stat
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.paths import DBT_PROJECT
from sources.pseudonyms import (
    HEX_DIGITS,
    KEY_FILE,
    PREFIXES,
    PseudonymKey,
    PseudonymKeyError,
    find_key,
    find_or_make_key,
    pseudonym_sql,
)

KEY = PseudonymKey.of("en hemmelig nøgle til pseudonymer")


def in_sql(key: PseudonymKey, values: list[str | None]) -> list[str | None]:
    """Make pseudonyms in DuckDB."""
    with duckdb.connect() as con:
        key.give(con)
        rows = con.execute(f"select {pseudonym_sql('cvr', 'v')} from (select unnest(?::varchar[]) as v)", [values])
        return [found for (found,) in rows.fetchall()]


def test_the_hash_is_that_of_rfc_4231() -> None:
    """Without it two ways that agree could both be wrong. RFC 4231, cases 1, 2 and 6 (a long key)."""
    cases = (
        (b"\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            b"\xaa" * 131, "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    )  # fmt: skip
    for secret, message, expected in cases:
        with duckdb.connect() as con:
            PseudonymKey(secret).give(con)
            # The kind and its colon stand before the value: an empty kind leaves `:`, which is taken off the SQL here.
            sql = pseudonym_sql("cvr", "m").replace("'cvr:' || ", "").replace("'P-' || left(", "left(")
            (found,) = con.execute(f"select {sql} from (select ?::varchar as m)", [message]).fetchone() or ("",)
        assert found == expected[:HEX_DIGITS]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=20), st.binary(min_size=32, max_size=200))
def test_sql_and_python_make_the_same_pseudonyms(values: list[str], secret: bytes) -> None:
    """Without it a company could have two pseudonyms, and what is erased in one place would come back in another."""
    values = [value.replace("\0", "0").encode("utf-8", "ignore").decode() or "x" for value in values]
    key = PseudonymKey(secret)
    expected = [
        "P-" + hmac.new(secret, f"cvr:{value}".encode(), hashlib.sha256).hexdigest()[:HEX_DIGITS] for value in values
    ]
    assert in_sql(key, [*values, None]) == [*expected, None]
    assert [key.pseudonym("cvr", value) for value in values] == expected


def test_the_macro_of_dbt_has_the_same_prefixes() -> None:
    """Without it receipts of erasures would know companies by other names than the warehouse."""
    macro = (DBT_PROJECT / "macros" / "privacy.sql").read_text(encoding="utf-8")
    (mapping,) = re.findall(r"macro pseudonym_prefix.*?\{\{- (\{.*?\})\[kind\]", macro, re.DOTALL)
    in_macro = dict(re.findall(r"'(\w+)': '([A-Z]+-)'", mapping))
    assert in_macro == {kind: prefix for kind, prefix in PREFIXES.items() if kind in in_macro}
    assert set(in_macro) == {"cvr", "p_nummer", "medarbejder", "respondent"}


def test_equal_numbers_of_two_kinds_get_different_pseudonyms() -> None:
    """Without it a P-number could be told from a CVR number of the same digits."""
    hexes = {KEY.pseudonym(kind, "12345678").removeprefix(prefix) for kind, prefix in PREFIXES.items()}
    assert len(hexes) == len(PREFIXES)


def test_without_a_key_no_pseudonym_is_made() -> None:
    """Without it companies would get an empty pseudonym, and count as people without a company."""
    with duckdb.connect() as con, pytest.raises(duckdb.Error, match="no pseudonym key"):
        con.execute(f"select {pseudonym_sql('cvr', chr(39) + '1' + chr(39))}").fetchall()


def test_a_key_is_never_shown() -> None:
    """Without it a traceback or a log line could give it away."""
    assert "hemmelig" not in repr(KEY)
    assert "hemmelig" not in str(KEY)
    with pytest.raises(PseudonymKeyError) as said:
        PseudonymKey.of("kort hemmelighed")
    assert "hemmelighed" not in str(said.value)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """Without it every run would give people new pseudonyms, or other users could read the key."""
    made = find_or_make_key(tmp_path)
    assert made.is_new
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    again = find_or_make_key(tmp_path)
    assert not again.is_new
    assert again.fingerprint == made.fingerprint
    assert find_or_make_key(tmp_path, "x" * 32).fingerprint != made.fingerprint
    assert [path.name for path in (tmp_path / ".history").iterdir()] == ["pseudonym.key"]


def test_a_key_others_can_read_or_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    """Without it a key that is no secret, or half a key, would be used without a word."""
    find_or_make_key(tmp_path)
    path = tmp_path / KEY_FILE
    path.chmod(0o644)
    with pytest.raises(PseudonymKeyError, match="chmod 600"):
        find_key(tmp_path)
    path.chmod(0o600)
    path.write_text("kort")
    with pytest.raises(PseudonymKeyError, match="ikke hel"):
        find_key(tmp_path)
    path.unlink()
    assert find_key(tmp_path) is None
