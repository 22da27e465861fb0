"""The YAML of recipients: secrets stay out of it, and mistakes are told without repeating them."""

from __future__ import annotations

from pathlib import Path

import apprise
import pytest

from expectations.alert_recipients import Channel, MissingSecretError, load_recipients
from expectations.errors import RecipientsError

EXAMPLE = Path(__file__).parents[3] / "expectations" / "recipients.example.yml"


def test_the_example_can_be_used_for_mail_and_teams() -> None:
    """Without it, the first thing a newcomer copies would not work."""
    recipients = load_recipients(EXAMPLE)
    secrets = {
        "ALERT_SMTP_USER": "data", "ALERT_SMTP_PASSWORD": "p@ss/word",
        "ALERT_TEAMS_ERST": "workflows://prod.example.dk:443/WORKFLOW/SIGNATURE/",
    }  # fmt: skip
    mail, teams = recipients.owners["erst"]
    made = [apprise.Apprise.instantiate(channel.address(secrets)) for channel in (mail, teams)]
    assert [type(each).__name__ for each in made] == ["NotifyEmail", "NotifyWorkflows"]
    assert made[0].password == "p@ss/word"  # noqa: S105
    assert "p@ss/word" in mail.secrets(secrets)
    assert "p%40ss%2Fword" in mail.secrets(secrets)


def test_a_missing_secret_is_named() -> None:
    """Without it, a channel would fail without anyone knowing which variable to set."""
    with pytest.raises(MissingSecretError, match="ALERT_TEAMS_FYN"):
        Channel(name="teams", url="${ALERT_TEAMS_FYN}").address({})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("owners: {fyn: [{name: mail, url: 'mailtos://a:hemmelig@h?to=b@c.dk'}]}", "skriv adgangskoden som"),
        ("owners: {fyen: []}", "owners: fyen kendes ikke; kendte er erst, fyn"),
        (
            "owners: {fyn: [{name: mail, url: 'json://h'}, {name: mail, url: 'json://i'}]}",
            "owners.fyn: to kanaler har samme navn",
        ),
        (
            "owners: {fyn: [{name: mail, url: 'hemmelig'}]}",
            "linje 1, kolonne 16, owners.fyn.0: kanalen mail: adressen begynder ikke som mailtos://",
        ),
        ("owners: {fyn: [{name: mail, url: hemmelig: x}]}", "linje 1, kolonne"),
        ("link: hemmelig", "owners: mangler"),
    ],
)
def test_mistakes_name_the_file_and_no_secret(tmp_path: Path, text: str, message: str) -> None:
    """Without it, a password in the YAML would be accepted, or repeated in a log."""
    path = tmp_path / "recipients.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipientsError, match=message) as caught:
        load_recipients(path)
    assert "recipients.yml" in str(caught.value)
    assert "hemmelig" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    """Without it, a mistyped path would send nothing and say nothing."""
    with pytest.raises(RecipientsError, match="findes ikke"):
        load_recipients(tmp_path / "nowhere.yml")
    with pytest.raises(RecipientsError, match="kan ikke læses"):
        load_recipients(tmp_path)
    (tmp_path / "r.yml").write_bytes(b"owners: {\xff}")
    with pytest.raises(RecipientsError, match="ikke UTF-8-tekst"):
        load_recipients(tmp_path / "r.yml")
