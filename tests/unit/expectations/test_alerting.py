"""Rounds of alerts against a real mail server and real web endpoints on this machine."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from aiosmtpd.controller import Controller

from expectations.alert_channels import Delivery
from expectations.alert_recipients import Channel, Recipients
from expectations.alert_store import pending, save_state
from expectations.alert_text import Message
from expectations.alerting import alert, open_findings
from expectations.alerts import State, StateKind
from expectations.errors import UnknownNameError
from expectations.published_findings import matching_findings, owner_of
from expectations.result_history import RunFacts, record
from expectations.results import broken
from expectations.store import history_file, opened_history
from expectations.suite import load_suites

MONDAY = datetime(2026, 11, 2, 5, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 3, 5, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 4, 5, tzinfo=UTC)

PUBLISHED = """
create table _publication as select date '2026-10-31' as today;
create table practice_rules as
    select 'cvr_valid' as rule, 'CVR-nummeret er gyldigt' as label_da, 'validity' as dimension,
    'critical' as severity, 'Nummeret er forkert.' as what_da, 'Ret nummeret.' as remedy_da,
    null::varchar as next_time_da;
create table registration_findings as
    select * from (values
        ('fyn', 'cvr_valid', 'crm_forloeb', 'F-1', '12345678', 'Ret det.', date '2026-10-20', date '2026-10-31'),
        ('fyn', 'cvr_valid', 'crm_forloeb', 'F-2', '123', 'Ret det.', date '2026-10-31', date '2026-10-31'),
        ('fyn', 'cvr_valid', 'crm_forloeb', 'closed', '1', 'Ret det.', date '2026-09-01', date '2026-10-01'),
        ('ukendt', 'course_exists', 'crm_aktivitet', 'A-1', null, 'Bestil det.', date '2026-10-31', date '2026-10-31')
    ) as rows (house, rule, entity, record_id, found_value, explanation, first_seen, last_seen);
create table practice_finding_history as
    select rule, entity, record_id, first_seen, true as is_correctable from registration_findings;
create table practice_unusual_change as
    select * from (values
        ('fyn', 'registrations', date '2026-10-12', 1.0, 5.0, 9.0, true),
        ('fyn', 'registrations', date '2026-10-19', 6.0, 5.0, 9.0, false),
        ('sjaelland', 'registrations', date '2026-10-19', 1.0, 5.0, 9.5, true)
    ) as rows (house, series, week, observed, low, high, is_unusual);
"""


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with a publication."""
    path = tmp_path / "current.duckdb"
    with closing(duckdb.connect(str(path))) as con:
        con.execute(PUBLISHED)
    return tmp_path


@dataclass
class Inbox:
    """A mail server's handler that keeps what it gets, or refuses it."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: ANN401, ARG002, N802
        """Take a mail."""
        if self.refuses:
            return "554 refused"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def mail_server() -> Iterator[tuple[Inbox, int]]:
    """A real mail server on loopback."""
    inbox = Inbox()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, port
    controller.stop()


@dataclass
class Endpoint:
    """A web endpoint's memory: what was posted, and what it answers."""

    posts: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 200


def serve(endpoint: Endpoint, context: ssl.SSLContext | None = None) -> ThreadingHTTPServer:
    """Start a web server on loopback that keeps what is posted."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            endpoint.posts.append((self.path, json.loads(self.rfile.read(length))))
            self.send_response(endpoint.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def web() -> Iterator[tuple[Endpoint, int]]:
    """A real web endpoint on loopback."""
    endpoint = Endpoint()
    server = serve(endpoint)
    yield endpoint, server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def teams(tmp_path: Path) -> Iterator[tuple[Endpoint, int]]:
    """A web endpoint with a certificate of its own, as Teams' workflows are reached by https only."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    endpoint = Endpoint(status=202)
    server = serve(endpoint, context)
    yield endpoint, server.server_port
    server.shutdown()
    server.server_close()


def recipients(**owners: list[tuple[str, str]]) -> Recipients:
    """Make recipients from names and addresses."""
    return Recipients(
        link="https://data.example.dk",
        owners={
            owner: tuple(Channel(name=name, url=url) for name, url in channels) for owner, channels in owners.items()
        },
    )


def mail_to(port: int, person: str = "ane@fyn.example.dk") -> str:
    """Write the address of a mailbox on the test's server."""
    return f"mailto://127.0.0.1:{port}?from=data@example.dk&to={person}&mode=insecure"


def outbox(output: Path) -> list[tuple[Any, ...]]:
    """Read the outbox."""
    with opened_history(history_file(output)) as con:
        return con.execute(
            "select owner, channel, status, attempts, last_error from alert_outbox order by created_at, owner"
        ).fetchall()


def test_a_mail_arrives_with_its_list(output: Path, mail_server: tuple[Inbox, int]) -> None:
    """Without it, everything could be decided rightly and nobody be told."""
    inbox, port = mail_server
    came_to = alert(output, recipients(fyn=[("mail", mail_to(port))]), MONDAY)
    assert (came_to.written, came_to.sent, came_to.failures) == (("fyn",), 1, {})
    assert came_to.unreachable == ("erst", "sjaelland")
    (mail,) = inbox.mails
    assert mail["Subject"].startswith("Erhvervshus Fyn: 2 nye eller forværrede fund")
    assert "ane@fyn.example.dk" in mail["To"]
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "fund-fyn-2026-10-31.csv"
    content = attachment.get_payload(decode=True)
    assert isinstance(content, bytes)
    lines = content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[5] for line in lines[1:]] == ["F-2", "F-1"]
    html = next(part for part in mail.walk() if part.get_content_type() == "text/html").get_content()
    assert "<strong>De vigtigste</strong>" in html
    assert "closed" not in html


def test_web_endpoints_get_it_too(
    output: Path, web: tuple[Endpoint, int], teams: tuple[Endpoint, int], recwarn: pytest.WarningsRecorder
) -> None:
    """Without it, an owner on Teams would be told nothing."""
    endpoint, port = web
    channel, secure_port = teams
    told = recipients(
        sjaelland=[("hook", f"json://127.0.0.1:{port}/hook")],
        erst=[("teams", f"workflows://127.0.0.1:{secure_port}/WORKFLOW/SIGNATURE/?verify=no")],
    )
    came_to = alert(output, told, MONDAY)
    assert (came_to.sent, came_to.failures) == (2, {}), recwarn.list
    ((path, post),) = endpoint.posts
    assert path == "/hook"
    assert post["title"].startswith("Erhvervshus Sjælland: 1 nyt eller forværret fund")
    assert post["attachments"][0]["filename"] == "fund-sjaelland-2026-10-31.csv"
    assert "ventes 5 til 9,5" in post["message"]
    ((path, card),) = channel.posts
    assert "/workflows/WORKFLOW/" in path
    assert "Erhvervsstyrelsen" in json.dumps(card)


def test_nothing_is_repeated_and_only_worse_is_told_again(output: Path, mail_server: tuple[Inbox, int]) -> None:
    """Without it, people would get the same mail every morning, or twice on one."""
    inbox, port = mail_server
    told = recipients(fyn=[("mail", mail_to(port))])
    alert(output, told, MONDAY)
    assert alert(output, told, MONDAY).written == ()
    assert alert(output, told, TUESDAY).written == ()
    with closing(duckdb.connect(str(output / "current.duckdb"))) as con:
        con.execute(
            """
            insert into registration_findings
            select * replace ('F-3' as record_id) from registration_findings where record_id = 'F-2'
            """
        )
    assert alert(output, told, TUESDAY).written == ("fyn",)
    assert alert(output, told, TUESDAY.replace(hour=9)).written == ()
    assert [mail["Subject"].split(" fund")[0] for mail in inbox.mails] == [
        "Erhvervshus Fyn: 2 nye eller forværrede", "Erhvervshus Fyn: 1 nyt eller forværret",
    ]  # fmt: skip


def test_a_finding_that_comes_back_is_new(output: Path, mail_server: tuple[Inbox, int]) -> None:
    """Without it, an error made again would be passed over in silence."""
    inbox, port = mail_server
    told = recipients(fyn=[("mail", mail_to(port))])
    alert(output, told, MONDAY)
    with closing(duckdb.connect(str(output / "current.duckdb"))) as con:
        con.execute("update registration_findings set last_seen = date '2026-10-30' where record_id = 'F-1'")
    assert alert(output, told, TUESDAY).written == ()
    with closing(duckdb.connect(str(output / "current.duckdb"))) as con:
        con.execute("update registration_findings set last_seen = date '2026-10-31' where record_id = 'F-1'")
    assert alert(output, told, WEDNESDAY).written == ("fyn",)
    assert len(inbox.mails) == 2


def test_a_failed_channel_is_kept_and_tried_again(
    output: Path, mail_server: tuple[Inbox, int], web: tuple[Endpoint, int]
) -> None:
    """Without it, a mail server that is down for an hour would swallow the message, or stop the run."""
    inbox, port = mail_server
    endpoint, web_port = web
    inbox.refuses = True
    told = recipients(fyn=[("mail", mail_to(port)), ("hook", f"json://127.0.0.1:{web_port}/")])
    came_to = alert(output, told, MONDAY)
    assert came_to.sent == 1
    assert came_to.failures is not None
    assert set(came_to.failures) == {("fyn", "mail")}
    assert ("fyn", "mail", "pending", 1) in [row[:4] for row in outbox(output)]

    inbox.refuses = False
    again = alert(output, told, MONDAY.replace(hour=6))
    assert (again.written, again.sent) == ((), 1)
    assert len(inbox.mails) == 1
    assert len(endpoint.posts) == 1
    assert {(row[1], row[2], row[3], row[4]) for row in outbox(output)} == {
        ("mail", "sent", 2, None), ("hook", "sent", 1, None),
    }  # fmt: skip


def test_reasons_are_kept_without_secrets(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a password would lie in the history for everyone to read."""
    monkeypatch.setenv("ALERT_PASSWORD", "hemmelig@ord")
    told = recipients(
        fyn=[("mail", "mailto://u:${ALERT_PASSWORD}@127.0.0.1:1?from=a@b.dk&to=c@d.dk"), ("odd", "nonsense://h")],
        erst=[("teams", "${NOT_SET}")],
    )
    came_to = alert(output, told, MONDAY)
    assert came_to.sent == 0
    reasons = " ".join(str(row[4]) for row in outbox(output))
    assert "NOT_SET" in reasons
    assert "Apprise ikke kender" in reasons
    assert "hemmelig" not in reasons


def test_a_channel_that_raises_is_a_failure_and_no_more(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a defect in one channel would keep every other owner from being told."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("json://hemmelig.example.dk")

    monkeypatch.setattr("apprise.Apprise.notify", fail)
    came_to = alert(output, recipients(fyn=[("hook", "json://127.0.0.1:1/")]), MONDAY)
    assert came_to.failures == {("fyn", "hook"): "Kanalen hook fejlede: ***"}


def test_a_newer_message_takes_the_place_of_one_that_never_went_out(output: Path) -> None:
    """Without it, a week without a mail server would end in seven mails at once."""
    answers = {"sent": False}

    def sender(_: Channel, __: Message) -> Delivery:
        return Delivery(**answers, reason="nede")

    told = recipients(fyn=[("mail", "json://h")])
    alert(output, told, MONDAY, sender)
    with closing(duckdb.connect(str(output / "current.duckdb"))) as con:
        con.execute("update registration_findings set last_seen = date '2026-10-31'")
    alert(output, told, TUESDAY, sender)
    assert [row[2] for row in outbox(output)] == ["superseded", "pending"]
    renamed = recipients(fyn=[("other", "json://h")])
    gone = alert(output, renamed, TUESDAY, sender)
    assert gone.failures == {("fyn", "mail"): "Kanalen mail står ikke længere hos fyn i filen med modtagere."}
    answers["sent"] = True
    assert alert(output, told, TUESDAY, sender).sent == 1
    with opened_history(history_file(output)) as con:
        assert pending(con) == ()


def test_checks_concern_the_authority_also_before_the_first_publication(tmp_path: Path) -> None:
    """Without it, a run stopped by its form would stop in silence."""
    assert alert(tmp_path, recipients(), MONDAY).written == ()
    history = history_file(tmp_path)
    goals = next(suite for suite in load_suites() if suite.name == "goals")
    check = next(check for check in goals.checks if check.name == "scores_are_possible")
    facts = RunFacts("run-1", MONDAY.date(), MONDAY)
    record(history, facts, (broken(goals, check, "no such table"),))
    seen: list[Message] = []

    def sender(_: Channel, message: Message) -> Delivery:
        seen.append(message)
        return Delivery(sent=True)

    came_to = alert(tmp_path, recipients(erst=[("mail", "json://h")]), MONDAY, sender)
    assert came_to.written == ("erst",)
    assert "i data og kontroller" in seen[0].subject
    assert "NPS ligger fra -100 til 100" in seen[0].body
    assert "goals.scores_are_possible" in seen[0].body


def test_what_a_person_said_is_heard(output: Path) -> None:
    """Without it, the command would be for show."""
    with opened_history(history_file(output)) as con:
        said = State("fyn", "cvr_valid", None, StateKind.EXPECTED, None, "Ane", "ok", MONDAY, MONDAY.date())
        save_state(con, said)
    came_to = alert(output, recipients(fyn=[("mail", "json://h")]), MONDAY, lambda *_: Delivery(sent=True))
    assert came_to.written == ()


def test_what_a_person_means_must_be_there(output: Path) -> None:
    """Without it, a misspelt rule would be acknowledged and nothing happen."""
    day, found = open_findings(output)
    assert str(day) == "2026-10-31"
    assert len(matching_findings(found, "fyn", "cvr_valid")) == 2
    assert len(matching_findings(found, "fyn", "cvr_valid", "F-1")) == 1
    assert len(matching_findings(found, "erst", "course_exists")) == 1
    with pytest.raises(UnknownNameError, match="Regler med åbne fund: cvr_valid"):
        matching_findings(found, "fyn", "cvr_vali")
    with pytest.raises(UnknownNameError, match="fund F-9 af reglen"):
        matching_findings(found, "fyn", "cvr_valid", "F-9")
    assert owner_of(" Fyn") == "fyn"
    assert owner_of("ERST") == "erst"
    with pytest.raises(UnknownNameError, match="fyen er ikke et erhvervshus"):
        owner_of("fyen")


def test_a_change_that_is_away_for_a_day_is_the_same(output: Path) -> None:
    """Without it, one bad week on the edge of its range would be told every other morning."""
    told_by = Recipients(owners={"sjaelland": (Channel(name="mail", url="${NOT_SET}"),)})

    def on(day: int, *, is_unusual: bool) -> tuple[str, ...]:
        with closing(duckdb.connect(str(output / "current.duckdb"))) as con:
            con.execute("update _publication set today = ?", [date(2026, 11, day)])
            con.execute(
                "update practice_unusual_change set is_unusual = ?, week = ? where house = 'sjaelland'",
                [is_unusual, date(2026, 11, day)],
            )
            con.execute("delete from registration_findings")
        return alert(output, told_by, datetime(2026, 11, day, 5, tzinfo=UTC)).written

    assert on(2, is_unusual=True) == ("sjaelland",)
    assert on(3, is_unusual=False) == ()
    assert on(4, is_unusual=True) == ()
    # the period that ends six days later still shares a day with this one
    assert [on(day, is_unusual=False) for day in range(5, 10)] == [()] * 5
    assert on(10, is_unusual=True) == ()
    assert [on(day, is_unusual=False) for day in range(11, 17)] == [()] * 6
    assert on(17, is_unusual=True) == ("sjaelland",)


def test_what_cannot_be_corrected_is_told_once_and_leaves_the_list(output: Path) -> None:
    """Without it, a decision that was taken too late would stand in every message for ever."""
    told_by = Recipients(owners={"fyn": (Channel(name="mail", url="${NOT_SET}"),)})
    with closing(duckdb.connect(str(output / "current.duckdb"))) as con:
        con.execute("update practice_finding_history set is_correctable = false where record_id = 'F-2'")
    alert(output, told_by, MONDAY)
    with opened_history(history_file(output)) as con:
        (first,) = pending(con)
    assert "1 er åbne i alt" in first.message.body
    assert "**Kan ikke rettes, men undgås næste gang**" in first.message.body
    with closing(duckdb.connect(str(output / "current.duckdb"))) as con:
        con.execute("update _publication set today = date '2026-12-06'")
        con.execute(
            "update registration_findings set last_seen = date '2026-12-06' where last_seen = date '2026-10-31'"
        )
        con.execute(
            "insert into registration_findings values "
            "('fyn', 'cvr_valid', 'crm_forloeb', 'F-3', '1', 'Ret det.', date '2026-12-06', date '2026-12-06')"
        )
    assert alert(output, told_by, datetime(2026, 12, 7, 5, tzinfo=UTC)).written == ("fyn",)
    with opened_history(history_file(output)) as con:
        (second,) = pending(con)
    assert "2 er åbne i alt" in second.message.body
    assert "Kan ikke rettes" not in second.message.body
    assert "F-2" not in second.message.attachment
