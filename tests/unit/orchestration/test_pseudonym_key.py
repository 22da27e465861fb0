"""What is said of the key of the pseudonyms when it is lost or changed."""

from __future__ import annotations

from pathlib import Path

from orchestration.privacy.pseudonym_key import FINGERPRINT_FILE, changed_key_notice, made_key, remember_key
from sources.pseudonyms import KEY_FILE


def test_a_key_that_was_lost_or_changed_is_told_once(tmp_path: Path) -> None:
    """Without it all persons would get new pseudonyms one night, and nobody would know why findings began anew."""
    first = made_key(tmp_path)
    assert changed_key_notice(first, tmp_path) is None
    remember_key(first, tmp_path)
    assert changed_key_notice(made_key(tmp_path), tmp_path) is None
    (tmp_path / KEY_FILE).unlink()
    second = made_key(tmp_path)
    said = str(changed_key_notice(second, tmp_path))
    assert "en anden end ved den forrige kørsel" in said
    remember_key(second, tmp_path)
    assert changed_key_notice(second, tmp_path) is None
    # Of the key nothing is kept but what tells it from others.
    kept = (tmp_path / FINGERPRINT_FILE).read_text(encoding="ascii").strip()
    assert kept == second.fingerprint
    assert kept not in second.secret.decode()
