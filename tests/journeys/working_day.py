"""A day at the desk for a journey: the installation with cases, the staff with their pages and chats, what was sent."""

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import delete, func, select

from app.accounts.models import Role
from app.accounts.service import add_user
from app.callbacks.escalation.models import UnitOwner
from app.callbacks.holding import set_due
from app.callbacks.models import CallbackCase
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.slots import JobRun
from app.messaging.hooks import Hook
from app.messaging.notices.saving import save_wish
from app.organisation.models import ROOT_CODE, Unit, UnitKind
from app.organisation.service import add_unit, get_unit
from app.touchpoints.service import add_touchpoint
from config.gateways import build_hooks
from config.settings import Settings
from tests.gateway.mail import ScriptedMail
from tests.gateway.receipts import post
from tests.gateway.server import ScriptedGateway
from tests.journeys.conftest import Visitor
from tests.journeys.serving import Service, flask, serving, wait_until

PASSWORD = "a long enough password"
# Of the demo's customers nobody is written to, so the one who is asked comes to an office of our own in its city.
OFFICE, NEXT_DOOR, CITY, REGION = "journey-office", "demo-office-12", "demo-city-4", "demo-region-3"
# Who is at the desk: by the unit whose manager they are. None of the demo's people is on duty in this region.
STAFF = {
    "first": OFFICE,
    "second": OFFICE,
    "leader": CITY,
    "director": ROOT_CODE,
    "stranger": "demo-region-2",
}
CHATS = {"first": 9001, "second": 9002}
_ONCE = itertools.count(1)


@dataclass(frozen=True)
class Day:
    """The installation and everybody around it; `pages` are those of the staff who have signed in."""

    service: Service
    database: Database
    gateway: ScriptedGateway
    mail: ScriptedMail
    hook: Hook
    visitor: Visitor
    staff: dict[str, uuid.UUID]
    pages: dict[str, Page]

    @property
    def address(self) -> str:
        return self.service.address

    def open(self, who: str, path: str) -> Page:
        """Show one of the staff an address of the desk, on a phone; they sign in the first time."""
        if who not in self.pages:
            page = self.visitor.page(has_touch=True)
            page.set_default_timeout(30_000)
            page.goto(f"{self.address}/sign-in?lang=en")
            page.get_by_label("E-mail").fill(f"{who}@example.kz")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/manage/**")
            self.pages[who] = page
        self.pages[who].goto(f"{self.address}{path}")
        return self.pages[who]

    def case(self, case_id: uuid.UUID) -> CallbackCase:
        """Return the case as it stands."""
        with self.database.reading() as session:
            return session.get_one(CallbackCase, case_id)

    def move_clock(self, case_id: uuid.UUID, **clocks: datetime) -> None:
        """Set clocks of the case to other instants, as if so much time had passed."""
        with self.database.transaction() as session:
            case = session.get_one(CallbackCase, case_id)
            for name, instant in clocks.items():
                setattr(case, name, instant)
            set_due(case)

    def hear(self, chat: int, **said: object) -> None:
        """Post what Telegram posts when somebody writes, or taps, in their chat."""
        once = next(_ONCE)
        person, place = {"id": chat, "language_code": "en"}, {"id": chat, "type": "private"}
        message = {"message_id": once, "from": person, "chat": place}
        update: dict[str, Any] = {"update_id": once, "message": {**message, **said}}
        if "data" in said:
            tap = {"id": str(once), "from": person, "message": message, **said}
            update = {"update_id": once, "callback_query": tap}
        assert post(self.address, self.hook, update) == 200

    def sent(self, method: str, about: str, chat: int | None = None) -> list[dict[str, Any]]:
        """Return what was said to Telegram by a method, with these words in it, perhaps to one chat."""
        asked = [request.json for request in self.gateway.requests if request.path.endswith(f"/{method}")]
        return [each for each in asked if about in each.get("text", "") and chat in (None, each.get("chat_id"))]

    def wait_for_words(self, method: str, about: str, chat: int | None = None) -> None:
        """Return once it was said, as `sent` finds it."""
        wait_until(lambda: bool(self.sent(method, about, chat)), 60, self.service.installation.log)

    def mails(self, who: str, about: str) -> list[str]:
        """Return the mails with these words to one of the staff."""
        to = [taken for taken in self.mail.taken if taken.to == [f"{who}@example.kz"]]
        bodies = [(taken.message.get_body(("plain",)), taken) for taken in to]
        return [body.get_content() for body, _ in bodies if body is not None and about in body.get_content()]

    def run_jobs(self, *jobs: str) -> None:
        """Free the jobs' minute and start a second worker, which takes them, until they are done."""
        begun = datetime.now(UTC)
        with self.database.transaction() as session:
            session.execute(
                delete(JobRun).where(JobRun.job.in_(jobs), JobRun.started_at > begun - timedelta(minutes=1))
            )
        second = flask(self.service.installation, "worker")

        def are_done() -> bool:
            done = select(func.count(JobRun.job.distinct())).where(
                JobRun.job.in_(jobs), JobRun.started_at > begun, JobRun.finished_at.is_not(None)
            )
            with self.database.reading() as session:
                return session.scalar(done) == len(jobs)

        try:
            wait_until(are_done, 90, self.service.installation.log)
        finally:
            second.terminate()
            second.communicate(timeout=35)


@contextmanager
def working_day(database_url: str, folder: Path, visitor: Visitor, *, cases: int) -> Iterator[Day]:
    """The demo company at work with so many cases more, staff of our own, a gateway and a mail server."""
    with ScriptedGateway() as gateway, ScriptedMail() as mail:
        sent = {f"OTKLIK_{name.upper()}": str(value) for name, value in mail.settings().items()}
        environment = {
            **gateway.environment(),
            **sent,
            "OTKLIK_SMS_GATEWAYS": "smsc",
            "OTKLIK_CONSOLE": "never",
            "OTKLIK_VAR_DIR": str(folder / "var"),
        }
        at_once = {"callbacks.yaml": (r"after_hours: 24\b", "after_hours: 0")}
        database = Database(database_url)
        with serving(database_url, folder, environment, at_once) as service:
            playing = flask(service.installation, "simulate", "cases", "--count", str(cases), "--days", "0.1")
            said = playing.communicate(timeout=180)[0]
            assert said.startswith(f"{cases} cases more"), said
            settings = Settings.model_validate({"var_dir": folder / "var", **gateway.settings()})
            hook = build_hooks(settings, Vault(settings.encryption_keys)).by_gateway["telegram"]
            yield Day(service, database, gateway, mail, hook, visitor, add_people(database), {})
        database.dispose()


def add_people(database: Database) -> dict[str, uuid.UUID]:
    """Add an office with its code, and staff who want to hear at night too; the director becomes the region's owner."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        city = get_unit(session, CITY)
        office = add_unit(
            session, name="Office of the journey", code=OFFICE, kind=UnitKind.OFFICE, parent_id=city.id, now=now
        )
        add_touchpoint(session, unit_id=office.id, survey_key="office-visit", now=now)
        people = {
            name: add_user(
                session,
                email=f"{name}@example.kz",
                name=name.title(),
                password=PASSWORD,
                role=Role.MANAGER,
                unit_id=get_unit(session, unit).id,
                language=Language.EN,
                now=now,
            ).id
            for name, unit in STAFF.items()
        }
        for user_id in people.values():
            save_wish(
                session,
                user_id,
                ways={},
                quiet_from="00:00",
                quiet_until="00:00",
                time_zone="Asia/Almaty",
                digest_at="",
                now=now,
            )
        region = get_unit(session, REGION)
        session.add(UnitOwner(unit_id=region.id, user_id=people["director"], updated_at=now))
    return people


def find_untouched(database: Database, unit: str, number: int) -> uuid.UUID:
    """Return one of the unit's new cases that nobody has touched and whose person can be rung."""
    with database.reading() as session:
        query = (
            select(CallbackCase.id)
            .join(Unit, Unit.id == CallbackCase.unit_id)
            .where(
                Unit.code == unit,
                CallbackCase.closed_at.is_(None),
                CallbackCase.claimed_by_id.is_(None),
                CallbackCase.contact_id.is_not(None),
                CallbackCase.attempts == 0,
                CallbackCase.opened_at > datetime.now(UTC) - timedelta(hours=4),
            )
            .order_by(CallbackCase.opened_at.desc())
        )
        return session.scalars(query).all()[number]
