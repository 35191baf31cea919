"""A database with something in every table, its content as plain values, and databases to restore into."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import SignIn, StaffInvitation
from app.accounts.service import get_user
from app.backup.dump import LEFT_OUT, Written, write_backup
from app.backup.keys import make_backup_key, parse_backup_key
from app.callbacks.models import CallWindow
from app.contacts.models import Contact
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.kit.schema import upgrade_database
from app.kit.slots import beat, take_slot
from app.organisation.employees import add_employee
from app.organisation.service import add_unit, get_unit, move_unit
from app.responses.models import RatingChange
from app.review_sites.catalogue import Site
from app.routing.additions import extend_response, leave_for_site, request_callback
from app.surveys.service import store_versions
from app.tables import METADATA
from app.touchpoints.models import PageOpen
from tests.backup.asked_back import add_question
from tests.backup.compensations import add_compensations
from tests.backup.escalations import add_escalations
from tests.backup.events import add_events
from tests.backup.factors import add_factors
from tests.backup.follow_ups import add_follow_ups
from tests.backup.imported_files import add_imported_files
from tests.backup.kept_figures import add_kept_figures
from tests.backup.notices import add_notices
from tests.backup.promises import add_promises
from tests.backup.public_ratings import add_public_ratings
from tests.backup.readers import add_readers
from tests.backup.topics import add_topics
from tests.conftest import new_postgres
from tests.respondents import SURVEYS, Office, make_office
from tests.web.staff import email_of, make_company

KEY = parse_backup_key(make_backup_key())
PHONE, TYPED_PHONE = "+77011234567", "8 701 123 45 67"
# Quotes, both directions, an astral character, a control character that both engines keep, the end of a CSV line.
ODD = "Ұзақ күттім, «жаман» 'q' \"qq\" \\ \u202eآ 🙂 \x1f \n; ї"
Content = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Filled:
    """What a test asks of the filled database."""

    office: Office
    key: str


def fill(session: Session, vault: Vault, *, now: datetime) -> Filled:
    """Put something into every table that a backup holds, odd values among them."""
    company = make_company(session, now=now)
    store_versions(session, SURVEYS, now=now)
    office = make_office(session, vault, now=now)
    # Moved below a younger one: keys tell no order in which units can be inserted.
    younger = add_unit(
        session, name=ODD.replace("\n", " ").replace("\x1f", ""), kind="city", parent_id=company.east, now=now
    )
    move_unit(session, get_unit(session, company.east_office), parent_id=younger.id, now=now)
    younger.latitude, younger.longitude = 43.238949123456789, -0.1
    add_employee(session, code="clerk", name="Clerk", unit_id=company.east_office, now=now)
    later = now + timedelta(microseconds=123_457)
    unhappy = office.rate(session, 1, now=later)
    extend_response(session, office.desk, key=unhappy.key, answers={"answer-wrong": ["1", "3"]}, comment=ODD, now=later)
    request_callback(
        session,
        office.desk,
        key=unhappy.key,
        phone=TYPED_PHONE,
        call_window=CallWindow.EVENING,
        consent_given=True,
        language=Language.KK,
        now=later,
    )
    happy = office.rate(session, 5, now=later)
    leave_for_site(session, office.desk, key=happy.key, site=Site.TWOGIS, now=later)
    session.add(RatingChange(id=new_id(), response_id=happy.response_id, changed_at=later, old_rating=4, new_rating=5))
    session.add(PageOpen(touchpoint_id=office.touchpoint.id, day=date(2026, 3, 4), opens=7))
    take_slot(session, "purge", "2026-03-04T06:00", worker="w", now=now)
    beat(session, "w", now=now - timedelta(hours=1))
    record_event(session, "odd", {"text": ODD, "list": [1, 2.5, None, True], "empty": {}}, now=later, once_key="odd")
    user_id = session.scalars(select(METADATA.tables["staff_user"].c.id)).first()
    assert user_id is not None
    session.add(_sign_in(user_id, now))
    session.add(
        StaffInvitation(
            id=new_id(),
            user_id=user_id,
            secret_hash=bytes(range(32)),
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
    )
    contact = session.scalars(select(Contact)).one()
    add_follow_ups(session, unit_id=company.east_office, contact=contact, user_id=user_id, odd=ODD, now=later)
    add_readers(session, unit_id=company.east_office, user_id=user_id, odd=ODD, now=later)
    add_question(session, contact=contact, now=later)
    add_escalations(session, unit_id=company.east_office, user_id=user_id, now=later)
    add_notices(session, user_id=user_id, odd=ODD, now=later)
    add_compensations(session, unit_id=company.east_office, user_id=user_id, odd=ODD, now=later)
    # Nobody who signs in after a restore without the keys: their second factor could not be read any more.
    add_factors(session, user_id=get_user(session, email_of("elsewhere")).id, odd=ODD, now=later)
    add_promises(session, user_id=user_id, odd=ODD, now=later)
    add_topics(session, now=later)
    add_events(session, unit_id=company.east_office, user_id=user_id, odd=ODD, now=later)
    add_kept_figures(session, unit_id=company.east_office, user_id=user_id, odd=ODD, now=later)
    add_public_ratings(session, unit_id=company.east_office, user_id=user_id, odd=ODD, now=later)
    add_imported_files(session, user_id=user_id, odd=ODD, now=later)
    session.flush()
    return Filled(office, unhappy.key)


def read_content(database: Database) -> Content:
    """Return every row of every table that a backup holds."""
    with database.reading() as session:
        return {
            table.name: sorted((dict(row._mapping) for row in session.execute(select(table))), key=str)
            for table in METADATA.sorted_tables
            if table.name not in LEFT_OUT
        }


def back_up(database: Database, path: Path, *, key: bytes = KEY, now: datetime | None = None) -> Written:
    """Write a backup to the path."""
    with path.open("wb") as file:
        return write_backup(database, METADATA, file, key=key, now=now or datetime(2026, 3, 4, 6, tzinfo=UTC))


def backup_bytes(database: Database) -> bytes:
    """Return a backup."""
    target = BytesIO()
    write_backup(database, METADATA, target, key=KEY, now=datetime(2026, 3, 4, 6, tzinfo=UTC))
    return target.getvalue()


@contextmanager
def another_database(engine: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database that is set up, on the engine."""
    if engine == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'another.db'}")
        upgrade_database(database)
        yield database
        database.dispose()
        return
    with new_postgres() as url:
        database = Database(url)
        upgrade_database(database)
        yield database
        database.dispose()


def _sign_in(user_id: uuid.UUID, now: datetime) -> SignIn:
    return SignIn(
        id=new_id(),
        user_id=user_id,
        secret_hash=bytes(range(32)),
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=12),
        address="198.51.100.1",
        user_agent=ODD,
    )
