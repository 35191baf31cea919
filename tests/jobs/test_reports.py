"""Reports by e-mail: each slot once, to whoever may still see it, with the figures of the page as a PDF."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.service import get_user
from app.analytics.kept.models import Every, ReportPlan, ReportSending
from app.analytics.kept.plans import PlanDraft, plan_report
from app.analytics.kept.schedule import Rhythm
from app.factory import create_app
from app.jobs.lanes import LaneLoop
from app.jobs.reports import ReportPlanning, ReportWork
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow, OutboxState
from app.web.edge import Wiring
from app.web.manage.figures.report_letter import LetterComposer
from config.settings import Settings
from tests.analytics.company import Company
from tests.analytics.test_paper import read_pages
from tests.callbacks.factories import acting
from tests.gateway.mail import ScriptedMail
from tests.web.acme import acme
from tests.web.staff import email_of

ALMATY = ZoneInfo("Asia/Almaty")


class Post:
    """A worker with a mail server of its own, over a company whose manager wants a report of the north."""

    def __init__(self, database: Database, mail: ScriptedMail, var_dir: Path, now: datetime) -> None:
        self.database, self.mail, self.now = database, mail, now
        url = database.url.render_as_string(hide_password=False)
        settings = Settings(var_dir=var_dir, language="en", database_url=url, **mail.settings())
        self.app: Flask = create_app(settings, clock=lambda: self.now, database=database)

    def plan(self, **facts: Language) -> None:
        """Plan the report of every Wednesday at eleven, which is now, since yesterday."""
        with self.database.transaction() as session:
            north = session.scalars(select(StaffGrant.unit_id).join(StaffUser).where(StaffUser.email == MANAGER)).one()
            user_id = get_user(session, MANAGER).id
            draft = PlanDraft(north, Rhythm(Every.WEEK, 3, 11 * 60), facts.get("language", Language.EN))
            at = self.now - timedelta(days=1)
            plan_report(session, user_id, draft, acting(user_id, Role.MANAGER, north), now=at)

    def work(self, *, hours: float = 0) -> list[tuple[str, str | None]]:
        """Queue what is due after so many hours, try one report, and return state and failure of every report."""
        self.now += timedelta(hours=hours)
        with self.database.transaction() as session:
            ReportPlanning(ALMATY, 1000).queue(session, self.now)
        wired: Wiring = self.app.extensions["otklik"]
        work = ReportWork(self.database, lambda: self.now, wired.gateways, LetterComposer(self.app), ALMATY)
        for task in LaneLoop(self.database, lambda: self.now, "here:1", work.lane()).take(1):
            task.run()
        with self.database.reading() as session:
            rows = session.execute(select(ReportSending.state, ReportSending.failure).order_by(ReportSending.slot))
            return [(state, failure) for state, failure in rows]


MANAGER = email_of("manager")


@pytest.fixture
def post(database: Database, now: datetime, tmp_path: Path) -> Iterator[Post]:
    with ScriptedMail() as mail, filled(database, now):
        yield Post(database, mail, tmp_path, now)


@contextmanager
def filled(database: Database, now: datetime) -> Iterator[None]:
    """Answers of the week from 23 February to 1 March, in both cities."""
    with acme(database, now) as company:
        _answer(company, "n1", {5: 8, 1: 4}, now - timedelta(days=5))
        _answer(company, "s1", {5: 50}, now - timedelta(days=5))
        _answer(company, "n1", {1: 30}, now - timedelta(days=1))  # of the present week
    yield


def _answer(company: Company, unit: str, ratings: dict[int, int], at: datetime) -> None:
    for rating, times in ratings.items():
        for number in range(times):
            company.answer(unit, rating, at=at + timedelta(seconds=number))


def test_the_letter_brings_the_report_of_the_week_before_and_leads_to_the_page(post: Post) -> None:
    post.plan()
    assert post.work() == [("sent", None)]
    (taken,) = post.mail.taken
    letter = taken.message
    assert taken.to == [MANAGER]
    assert letter["Subject"] == "Report: Unit north, Feb 23, 2026 to Mar 1, 2026"
    body = letter.get_body(("plain",))
    assert body is not None
    said = body.get_content()
    assert "/manage/figures?unit=north&from=2026-02-23&to=2026-03-01" in said
    assert "/manage/account#reports" in said
    (file,) = letter.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == (
        "application/pdf",
        "report-2026-02-23-2026-03-01.pdf",
    )
    pages = " ".join(read_pages(file.get_content()))
    for words in ("67%", "12 answers", "Unit north", "Feb 23, 2026 to Mar 1, 2026"):
        assert words in pages, words


def test_a_letter_is_in_the_language_that_was_planned(post: Post) -> None:
    post.plan(language=Language.RU)
    post.work()
    (file,) = post.mail.taken[0].message.iter_attachments()
    assert "выбрали 4 или 5" in " ".join(read_pages(file.get_content()))


def test_a_slot_is_sent_once_and_missed_ones_are_not_doubled(post: Post) -> None:
    post.plan()
    post.work()
    assert post.work(hours=1) == [("sent", None)]
    assert len(post.mail.taken) == 1
    # Three weeks switched off: the last slot alone, while it is fresh.
    assert post.work(hours=24 * 21 + 3) == [("sent", None)] * 2
    assert len(post.mail.taken) == 2
    assert len({taken.message["Message-ID"] for taken in post.mail.taken}) == 2


def test_whoever_lost_their_rights_gets_nothing(post: Post) -> None:
    post.plan()
    with post.database.transaction() as session:
        session.execute(delete(StaffGrant).where(StaffGrant.user_id == get_user(session, MANAGER).id))
    assert post.work() == [("skipped", "no_rights")]
    assert post.mail.taken == []


def test_a_plan_that_was_stopped_meanwhile_sends_nothing(post: Post) -> None:
    post.plan()
    with post.database.transaction() as session:
        ReportPlanning(ALMATY, 1000).queue(session, post.now)
        session.execute(delete(ReportPlan))
    assert post.work() == []
    assert post.mail.taken == []
    with post.database.reading() as session:
        assert session.scalars(select(OutboxRow.state).where(OutboxRow.lane == "reports")).all() == [OutboxState.DONE]


def test_a_mailbox_that_is_none_fails_and_a_busy_server_is_tried_again(post: Post) -> None:
    post.plan()
    post.mail.rcpt = "451 later"
    assert post.work() == [("waiting", None)]
    post.mail.rcpt = "550 5.1.1 no such user"
    assert post.work() == [("failed", "unknown_number")]


def test_nobody_of_the_demo_is_written_to(post: Post) -> None:
    post.plan()
    with post.database.transaction() as session:
        get_user(session, MANAGER).demo = True
    assert post.work() == [("skipped", "demo")]
    assert post.mail.taken == []
