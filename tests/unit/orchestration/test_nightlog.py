"""The page of a run: what it says of good and bad nights, and which pages are kept."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from expectations.periods import load_periods
from orchestration.nightlog.page import bars, render
from orchestration.nightlog.record import Alerts, Aside, Left, Night, Stage
from orchestration.nightlog.store import add_alerts, keep, nights
from tests.unit.orchestration.nights import FIRST, WARNING, bad_night, failed_night, good_night


class _Text(HTMLParser):
    """Collects what a reader sees."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.parts: list[str] = []
        self.skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Skip styles."""
        del attrs
        self.skipped += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        """Go on after styles."""
        self.skipped -= tag == "style"

    def handle_data(self, data: str) -> None:
        """Collect a text."""
        if not self.skipped:
            self.parts.append(data)


def text(page: str) -> str:
    """Return what a reader sees, in one line."""
    parser = _Text()
    parser.feed(page)
    return " ".join(" ".join(parser.parts).split()).replace(" :", ":").replace(" .", ".")


def test_a_good_night_says_what_came_in_and_what_went_out() -> None:
    """Without it, the morning would begin with searching in logs."""
    said = text(render(good_night(3), [good_night(2), good_night(1)], "2026-11-22-00000002.html"))
    for part in (
        "Kørslen 23. november 2026 kl. 05.00",
        "De nye tal er offentliggjort.",
        "Startet af den daglige plan · opgørelsesår 2025 · tog 1 min. 5 sek.",
        "1 ny eller ændret leverance, 1.200 rækker. 23 leverancer er uændrede siden sidst.",
        "crm/crm_forloeb__2026-11-20.csv: 1.200 rækker, 1 afvist, 2 værdier udeladt",
        "81 kontroller: 1 er ikke som forventet, ingen nye siden kørslen før.",
        "3 tabeller med 1.516 rækker (før 1.506). 2 tabeller har fået et andet antal rækker.",
        "fct_activity 1.000 1.012 +12",
        "fct_evaluation 500 498 −2",
        "Bygger datavarehuset 50,0 sek. 50,0 sek.",
        "Som regel (stregen) er medianen af 2 tidligere kørsler.",
    ):
        assert part in said, part
    assert "Hvad gik galt" not in said
    assert "længere" not in said


def test_the_first_run_compares_with_none() -> None:
    """Without it, everything would be called new since a run that never was."""
    first = good_night().model_copy(
        update={"notes": tuple(WARNING.model_copy(update={"name": f"check_{n}"}) for n in range(7))}
    )
    said = text(render(first))
    assert "81 kontroller: 7 er ikke som forventet. Alle kontroller" in said
    assert "2 mere" in said
    said = text(render(first, [good_night(-1)]))
    assert "7 er ikke som forventet, 7 nye siden kørslen før." in said
    assert "2 nye til" in said


def test_a_bad_night_says_which_file_line_column_and_what_to_do() -> None:
    """Without it, somebody would know that something is wrong and not what to do."""
    said = text(render(bad_night(), [good_night(0)]))
    for part in (
        "De nye tal er offentliggjort, men 1 leverance er sat til side.",
        "crm/crm_tema__2026-11-21.csv Linje 3: Filen er afkortet. Forventet: en hel fil. Send den igen. "
        "De tidligere indlæste data gælder fortsat.",
        "1 sat til side før og stadig i mappen",
        "crm/crm_aktivitet__2026-11-21.csv: den er ændret for 3 sek. siden. Den tages med i en senere kørsel.",
        "crm/crm_forloeb__2026-11-20.csv, linje 7, kolonne startdato (og 2 af samme slags): Datoen findes ikke.",
        "Offentliggør resultatet, 1. forsøg: Disken er optaget. Ventede 31,0 sek.",
        "2 er ikke som forventet, 1 ny siden kørslen før.",
        "Alle leverancer kan læses. 1 af 25 kan ikke læses. Bestil filen igen.",
        "1 som ved kørslen før",
    ):
        assert part in said, part


def test_files_that_lost_their_marker_do_not_bury_the_page() -> None:
    """Without it, choosing markers for a full folder would list every file that was taken in long ago as missing."""
    night = bad_night()
    assert night.landing is not None
    left = [
        Left(delivery=f"crm/{n}.csv", reason="dens .done-fil findes ikke endnu", stands=n > 6) for n in range(1, 31)
    ]
    page = render(night.model_copy(update={"landing": night.landing.model_copy(update={"left": tuple(left)})}))
    said = text(page)
    assert said.count("Den tages med i en senere kørsel.") == 5
    assert "1 til crm/6.csv" in said
    assert "24, hvor det, der er indlæst før, gælder fortsat" in said
    shown = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert "crm/5.csv" in shown
    assert "crm/7.csv" not in shown


def test_a_name_that_is_not_shown_is_explained() -> None:
    """Without it, somebody would look for a file of the name that stands for the one that is not shown."""
    night = bad_night()
    assert night.landing is not None
    assert "et filnavn, der kan nævne en person, vises ikke" not in text(render(night))
    hidden = Aside(delivery="crm/(navn udeladt 1).csv", error="Omdøb filen.", stands=False, is_new=True)
    landing = night.landing.model_copy(update={"aside": (hidden,)})
    assert "et filnavn, der kan nævne en person, vises ikke" in text(
        render(night.model_copy(update={"landing": landing}))
    )


def test_a_failed_night_begins_with_what_went_wrong() -> None:
    """Without it, the reason would have to be looked for below what went well."""
    page = render(failed_night(), [good_night(0)])
    said = text(page)
    assert "Intet nyt er offentliggjort. Det, der var offentliggjort, gælder stadig." in said
    assert "Hvad gik galt i »Kontrollerer data«" in said
    assert "&lt;165&gt;" in page, "what a failure says is text, never markup"
    assert said.index("Hvad gik galt") < said.index("Kom ind")
    assert "Offentliggjort Intet." in said


def test_other_ends_are_said_too() -> None:
    """Without it, a killed run, a stopped one and a missing report would look alike."""
    failed = failed_night()
    assert failed.failure is not None
    unforeseen = failed.model_copy(
        update={
            "failure": failed.failure.model_copy(update={"is_foreseen": False}),
            "will_retry": True,
            "landing": None,
        }
    )
    said = text(render(unforeseen))
    assert "Fejlen er ikke forudset" in said
    assert "Kørslen startes igen af sig selv" in said
    assert "Kørslen nåede ikke at indlæse leverancer." in said
    stopped = failed.model_copy(update={"verdict": "stopped", "checks": 0})
    assert "Kørslen blev stoppet" in text(render(stopped))
    part = good_night().model_copy(
        update={
            "verdict": "published_in_part",
            "failure": failed.failure.model_copy(update={"stage": "statement"}),
            "parent_run_id": "12345678-x",
        }
    )
    live = part.model_copy(update={"failure": failed.failure.model_copy(update={"stage": "postgres"})})
    said = text(render(live))
    assert "men trinnet »Indlæser i PostgreSQL« gik galt." in said
    assert "Når årsagen er rettet: Kør erhvervshus load-postgres" in said
    assert "Når årsagen er rettet" not in text(render(failed)), (
        "nothing was published, so nothing can be caught up with"
    )
    said = text(render(part))
    assert "De nye tal er offentliggjort, men trinnet »Skriver opgørelsen« gik galt." in said
    assert "forsøg efter kørslen 12345678, som ikke blev færdig" in said


def test_a_stage_that_takes_much_longer_than_usual_is_marked() -> None:
    """Without it, a warehouse that grows slower every night would be noticed the night it fails."""
    good = [good_night(day) for day in range(5)]
    drawn = {
        bar.name: bar for bar in bars((Stage(name="warehouse", seconds=80), Stage(name="landing", seconds=5)), good)
    }
    slow = drawn["Bygger datavarehuset"]
    assert (slow.is_slow, slow.width, slow.mark, slow.usual) == (True, 100.0, 62.5, "50,0 sek.")
    assert not drawn["Indlæser leverancer"].is_slow, "three seconds more are nothing"
    assert bars((Stage(name="warehouse", seconds=80),), ())[0].usual is None


@pytest.mark.parametrize("night", [good_night(), bad_night(), failed_night()], ids=["good", "bad", "failed"])
def test_the_page_needs_no_network_and_can_be_read_by_a_machine(night: Night) -> None:
    """Without it, the page would be empty on a server without internet, or silent in a screen reader."""
    page = render(night, [good_night(0)])
    assert '<html lang="da">' in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert page.count("<h1") == 1
    named = set(re.findall(r'aria-labelledby="([^"]+)"', page))
    assert named <= set(re.findall(r' id="([^"]+)"', page))
    assert all("scope=" in tag for tag in re.findall(r"<th[ >][^>]*>", page))


def test_the_newest_page_is_there_under_one_name(tmp_path: Path) -> None:
    """Without it, a bookmark would show the night it was made."""
    keep(tmp_path, good_night(1))
    keep(tmp_path, failed_night(2))
    late = keep(tmp_path, good_night(0))
    folder = tmp_path / "natlog"
    assert late.name == "2026-11-20-00000000.html"
    newest = (folder / "seneste.html").read_text(encoding="utf-8")
    assert newest == (folder / "2026-11-22-00000002.html").read_text(encoding="utf-8")
    assert 'href="2026-11-21-00000001.html"' in newest
    assert [night.run_id[7] for night in nights(tmp_path)] == ["2", "1", "0"]


def test_old_pages_are_forgotten_and_the_newest_never(tmp_path: Path) -> None:
    """Without it, the folder would grow for ever, or a holiday would empty it."""
    days = load_periods().night_logs_kept.days
    keep(tmp_path, good_night(0))
    keep(tmp_path, good_night(days))
    assert len(nights(tmp_path)) == 2
    keep(tmp_path, good_night(days + 1))
    assert [night.started_at for night in nights(tmp_path)] == [
        FIRST + timedelta(days=days + 1),
        FIRST + timedelta(days=days),
    ]
    assert len(list((tmp_path / "natlog").glob("2026-11-20*"))) == 0


@pytest.mark.parametrize("alerts_first", [True, False])
def test_alerts_come_onto_the_page_whichever_is_first(tmp_path: Path, alerts_first: bool) -> None:  # noqa: FBT001
    """Without it, the page would say that nothing was sent when the mail was quicker."""
    night = good_night()
    alerts = Alerts(
        written=("fyn",), sent=2, failures=("Erhvervshus Fyn fik den ikke (mail): nede",), unreachable=("erst",)
    )
    steps = [lambda: keep(tmp_path, night), lambda: add_alerts(tmp_path, night.run_id, alerts)]
    for step in reversed(steps) if alerts_first else steps:
        step()
    said = text((tmp_path / "natlog" / "seneste.html").read_text(encoding="utf-8"))
    assert "2 beskeder er sendt (nyt til Erhvervshus Fyn). Uden modtager: Erhvervsstyrelsen." in said
    assert "fik den ikke (mail): nede" in said
    assert nights(tmp_path)[0].alerts == alerts
    assert not list((tmp_path / "natlog" / ".data").glob("*.alerts"))


def test_nobody_to_tell_is_said() -> None:
    """Without it, an installation without recipients would look as if its messages were lost."""
    assert "der er ikke angivet modtagere" in text(
        render(good_night().model_copy(update={"alerts": Alerts(is_on=False)}))
    )
    assert "Det gør kommandoen erhvervshus quality send." in text(
        render(good_night().model_copy(update={"origin": "hand"}))
    )


def test_a_record_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    """Without it, one spoilt file would stop every page after it."""
    keep(tmp_path, good_night(0))
    (tmp_path / "natlog" / ".data" / "2026-11-20-00000000.json").write_text("{", encoding="utf-8")
    keep(tmp_path, good_night(1))
    assert [night.run_id[7] for night in nights(tmp_path)] == ["1"]
