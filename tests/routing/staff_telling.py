"""Staff with a chat, a worker that tells them, and a bot that keeps what it is handed."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffUser
from app.callbacks.models import CallbackCase
from app.jobs.lanes import LaneLoop
from app.jobs.notices import NoticeWork
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.i18n import Language
from app.messaging.gateway import Accepted, DeliveryError, Gateway, Outgoing
from app.messaging.models import MessagingChannel
from app.messaging.notices.chats import begin_link, take_link
from app.messaging.notices.models import Notice, NoticeChoice, NoticeKind, NoticeState
from app.messaging.notices.telling import tell
from app.messaging.notices.words import load_notice_words
from app.messaging.registry import Gateways
from app.organisation.models import Unit
from app.routing.staff_notices import NoticeDesk
from tests.callbacks.factories import make_case, make_contact, make_office, make_response, make_user
from tests.conftest import NOW

WORDS = load_notice_words(Path(__file__).parents[2] / "config" / "notices.yaml")
CHAT = "990017"
COMMENT = "Ждал сорок минут, звоните +7 701 123 45 67"


def make_desk(vault: Vault) -> NoticeDesk:
    """What telling staff needs, at an address that Telegram takes."""
    return NoticeDesk(vault, WORDS, "https://feedback.example", "Aru Bank", Language.EN, links_open=True)


@dataclass
class Recorder:
    """A gateway that keeps what it is handed, or refuses as told."""

    name: str = "telegram"
    refusal: DeliveryError | None = None
    per_second: float = 100.0
    sent: list[Outgoing] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    texts: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Keep it, or refuse."""
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(outgoing)
        return Accepted(f"{outgoing.to}:77")

    def answer_tap(self, tap_id: str, text: str) -> None:
        """Keep what was said below the button."""
        self.toasts.append(text)

    def drop_keyboard(self, chat: str, message_id: str) -> None:
        """Nothing."""

    def replace_text(self, chat: str, message_id: str, text: str) -> None:
        """Keep it."""
        self.texts.append((chat, message_id, text))


@dataclass
class Place:
    """An office, its manager with a chat, and a free case of somebody who is unhappy."""

    unit: Unit
    manager: StaffUser
    case: CallbackCase


def make_place(session: Session, vault: Vault, *, ways: list[str] | None = None, language: str | None = "en") -> Place:
    """Return the place; the manager is told by `ways`, in Telegram if left out."""
    unit = make_office(session, now=NOW)
    manager = make_user(session, "Aigul", now=NOW, unit_id=unit.id)
    manager.language = language
    session.flush()
    take_link(session, vault, begin_link(session, vault, manager.id, now=NOW), CHAT, now=NOW)
    choose(session, manager.id, dict.fromkeys(NoticeKind, ways if ways is not None else ["telegram"]))
    response = make_response(session, unit.id, now=NOW, comment=COMMENT)
    case = make_case(session, unit.id, now=NOW, contact=make_contact(session, vault, now=NOW), response=response)
    return Place(unit, manager, case)


def choose(
    session: Session, user_id: uuid.UUID, ways: dict[NoticeKind, list[str]], digest_at: int | None = None
) -> None:
    """Let the user be told by the ways."""
    session.merge(
        NoticeChoice(
            user_id=user_id,
            ways={str(kind): by for kind, by in ways.items()},
            quiet_from=1260,
            quiet_until=480,
            time_zone="Asia/Almaty",
            digest_at=digest_at,
            updated_at=NOW,
        )
    )
    session.flush()


def make_colleague(session: Session, unit_id: uuid.UUID, name: str = "Berik", role: Role = Role.MANAGER) -> StaffUser:
    """Return somebody else of the same unit."""
    return make_user(session, name, now=NOW, unit_id=unit_id, role=role)


def add_notice(
    session: Session, user_id: uuid.UUID, kind: NoticeKind, subject_id: uuid.UUID | None = None, **params: object
) -> Notice:
    """Tell the user by one way and return the notice."""
    assert tell(session, user_id=user_id, kind=kind, subject_id=subject_id, params=params, now=NOW) == 1
    query = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(1)
    return session.scalars(query).one()


def work_notices(
    database: Database, vault: Vault, *, telegram: Gateway | None = None, email: Gateway | None = None
) -> LaneLoop:
    """Return a worker's way through the lane."""
    carriers = {MessagingChannel.TELEGRAM: telegram, MessagingChannel.EMAIL: email}
    gateways = Gateways({channel: [gateway] for channel, gateway in carriers.items() if gateway is not None})
    work = NoticeWork(database, lambda: NOW + timedelta(minutes=1), make_desk(vault), gateways)
    return LaneLoop(database, lambda: NOW + timedelta(minutes=1), "here:1", work.lane())


def states(database: Database) -> list[tuple[str, str, str | None]]:
    """Return way, state and failure of every notice, in order."""
    with database.reading() as session:
        rows = session.execute(select(Notice.way, Notice.state, Notice.failure).order_by(Notice.id)).all()
    return [(way, NoticeState(state).value, failure) for way, state, failure in rows]


def at(hours: float) -> datetime:
    """So many hours after the Wednesday at eleven."""
    return NOW + timedelta(hours=hours)
