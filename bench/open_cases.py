"""A company with a hundred thousand open cases: regions of every size, people with many and with none.

Written past the program, as the history is; the same seed makes the same cases on both databases.
"""

import csv
import io
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.callbacks.models import CallbackCase, CaseEvent
from app.callbacks.states import CaseReason
from app.contacts.models import Contact
from app.imports.tables import read_table
from app.imports.units import plan_units, read_unit_file, write_plan
from app.kit.db import Base, Database, table_of
from app.kit.ids import new_id
from app.kit.rows import insert_rows
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.surveys.service import find_version_id
from app.web.edge import Wiring
from bench.report import say

# Half of all offices, then ever fewer, as regions are.
SHARES = (0.5, 0.3, 0.15, 0.05)
PEOPLE, CONTACTS = 400, 5_000
_SURVEY = "office-visit"
_BATCH = 20_000
_WORDS = "Прождал сорок минут, окна закрыты, талоны кончились, и никто не подсказал, куда идти. Прошу перезвонить."
_RESPONSE = (
    "id", "survey_version_id", "unit_id", "channel", "via", "language", "rating", "score", "band", "scale_style",
    "comment", "answered_at", "touched_at", "key_hash", "suspect", "suspect_reasons", "routed", "demo",
)  # fmt: skip
_CASE = (
    "id", "unit_id", "response_id", "contact_id", "reason", "opened_at", "first_attempt_due_at", "settle_due_at",
    "due_at", "first_attempt_at", "next_attempt_at", "claimed_by_id", "claimed_at", "closed_at", "closed_by_id",
    "outcome", "cause", "settled", "first_attempt_warn_at", "settle_warn_at", "hurried_by", "attempts", "reopenings",
    "first_attempt_hours", "settle_hours", "demo",
)  # fmt: skip
_EVENT = ("id", "case_id", "at", "kind", "user_id", "details")


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was made: units by what they are called, the busiest person and one who holds nothing."""

    units: dict[str, uuid.UUID]
    busy: uuid.UUID
    idle: uuid.UUID


def unit_file(offices: int) -> bytes:
    """Return a file of four regions with their offices."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["code", "name", "kind", "parent", "time_zone", "hours"])
    number = 0
    for region, share in enumerate(SHARES):
        writer.writerow([f"region-{region}", f"Region {region}", "region", "", "", ""])
        for _ in range(round(offices * share)):
            place = [f"office-{number}", f"Office {number}", "office", f"region-{region}"]
            writer.writerow([*place, "Asia/Almaty", "Mo-Fr 09:00-18:00"])
            number += 1
    return text.getvalue().encode()


def write_open_cases(wiring: Wiring, *, offices: int, cases: int) -> Crowd:
    """Make the company, its people and its cases: as many open ones, and as many that were closed."""
    database, now = wiring.database, wiring.clock()
    file = read_unit_file(read_table(unit_file(offices), "units.csv"), wiring.desk.catalogue)
    with database.reading() as session:
        plan = plan_units(session, file)
    with database.transaction() as session:
        write_plan(session, file, plan, now=now)
    with database.transaction() as session:
        if database.is_sqlite:  # rows that lie all over so many indexes; as much as the program has, afterwards
            session.execute(text("PRAGMA cache_size=-500000"))
        units = {unit.code: unit.id for unit in session.execute(select(Unit.code, Unit.id))}
        version_id = find_version_id(session, _SURVEY, wiring.surveys.current(_SURVEY).version)
        assert version_id is not None
        maker = _Maker(wiring, units, version_id)
        insert_rows(
            session,
            table_of(StaffUser),
            ("id", "email", "name", "password", "active", "fs_uniquifier", "demo", "created_at", "updated_at"),
            [(one, f"{one}@example.kz", f"Person {one}", "-", True, str(one), False, now, now) for one in maker.people],
        )
        insert_rows(
            session,
            table_of(Contact),
            ("id", "language", "demo", "created_at", "updated_at"),
            [(one, "ru", False, now, now) for one in maker.contacts],
        )
        for count, is_open in ((cases, True), (cases, False)):
            for size in _sizes(count):
                made = [maker.make(is_open=is_open) for _ in range(size)]
                _write(session, SurveyResponse, _RESPONSE, [response for response, _, _ in made])
                _write(session, CallbackCase, _CASE, [case for _, case, _ in made])
                _write(session, CaseEvent, _EVENT, [event for _, _, event in made])
                say(f"    {size:,} cases")
    database.engine.dispose()  # a connection keeps its cache
    if not database.is_sqlite:
        _analyse(database)
    return Crowd(units, maker.people[0], maker.people[-1])


class _Maker:
    """Draws cases: seven in ten with a number, four of those claimed, one in ten put off, a quarter late."""

    def __init__(self, wiring: Wiring, units: dict[str, uuid.UUID], version_id: uuid.UUID) -> None:
        self._dice, self._version_id, self._now = random.Random(7), version_id, wiring.clock()
        self._offices = [unit_id for code, unit_id in units.items() if code.startswith("office-")]
        self.people, self.contacts = [new_id() for _ in range(PEOPLE)], [new_id() for _ in range(CONTACTS)]

    def make(self, *, is_open: bool) -> tuple[tuple[object, ...], tuple[object, ...], tuple[object, ...]]:
        """Return a response, the case that follows from it and the first line of its timeline."""
        dice, now = self._dice, self._now
        unit_id, response_id, case_id = dice.choice(self._offices), new_id(), new_id()
        due = now + timedelta(hours=dice.uniform(-24, 72), microseconds=dice.randrange(10**6))
        opened = due - timedelta(days=2)
        number, claimed = dice.random() < 0.7, dice.random() < 0.4
        put_off = due if number and due > now and dice.random() < 0.15 else None
        closed = None if is_open else opened + timedelta(hours=5)
        holder = dice.choice(self.people[:-1]) if claimed or closed else None
        response = (
            response_id, self._version_id, unit_id, "visit", "page", "ru", 1, 0.0, "unhappy", "faces", _WORDS,
            opened, opened, dice.randbytes(32), False, "", True, False,
        )  # fmt: skip
        case = (
            case_id, unit_id, response_id, dice.choice(self.contacts) if number else None,
            CaseReason.LOW_RATING.value, opened, due if number else None, due + timedelta(days=1), due,
            opened if put_off else None, put_off, holder, opened if holder else None, closed,
            holder if closed else None, "not_ours" if closed else None, "other" if closed else None,
            False if closed else None,
            due - timedelta(hours=1), due, "", 1 if put_off else 0, 0, 4.0, 24.0, False,
        )  # fmt: skip
        return response, case, (new_id(), case_id, opened, "opened", None, {})


def _sizes(count: int) -> Iterator[int]:
    for start in range(0, count, _BATCH):
        yield min(_BATCH, count - start)


def _write(session: Session, model: type[Base], columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    insert_rows(session, table_of(model), columns, rows)


def _analyse(database: Database) -> None:
    """What PostgreSQL does by itself within a minute or so."""
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")
