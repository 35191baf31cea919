"""A made-up history: a million answers at the offices that are there, in three years, with cases, clicks and words.

Written past the program, by COPY and executemany, as fast as the database takes it. Answers come in the order of time,
as they would have; the same seed makes the same history on both databases.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.callbacks.models import CallbackCase
from app.callbacks.states import CaseReason
from app.kit.db import Base, Database, table_of
from app.organisation.models import Unit
from app.responses.models import ResponseAnswer, SurveyResponse
from app.responses.topics.models import ResponseTopic
from app.review_sites.models import ReviewClick, ReviewListing
from app.surveys.definition import Definition
from app.surveys.service import find_version_id
from app.touchpoints.models import Touchpoint
from app.touchpoints.service import add_touchpoints
from app.web.edge import Wiring

SURVEY = "office-visit"
DAYS = 3 * 365
# What is older has been closed: nobody keeps the cases of three years open.
OPEN_FOR = timedelta(days=30)
# Of five points: most are content, as in real figures.
_RATINGS = (5, 5, 5, 5, 4, 4, 4, 3, 2, 1)
_BANDS = {5: "happy", 4: "happy", 3: "neutral", 2: "unhappy", 1: "unhappy"}
_WORDS = "Быстро обслужили, но пришлось подождать у входа: талоны кончились, и никто не подсказал, куда идти. Спасибо."
_TOPICS = ("waiting", "staff", "price", "network")
_BATCH = 20_000
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Office:
    unit_id: uuid.UUID
    touchpoint_id: uuid.UUID


@dataclass(slots=True)
class _Batch:
    """Rows of some answers and of what hangs on them."""

    responses: Rows
    answers: Rows
    topics: Rows
    cases: Rows
    clicks: Rows


def write_history(wiring: Wiring, *, responses: int) -> None:
    """Give every office a code, and the company its answers; statistics are brought up to date at the end."""
    database, now = wiring.database, wiring.clock()
    definition = wiring.surveys.current(SURVEY)
    with database.transaction() as session:
        units = session.scalars(select(Unit.id).where(Unit.kind == "office").order_by(Unit.code)).all()
        add_touchpoints(session, units, survey_key=SURVEY, now=now)
        version_id = find_version_id(session, SURVEY, definition.version)
        rows = session.execute(select(Touchpoint.unit_id, Touchpoint.id).order_by(Touchpoint.unit_id)).all()
        listings = list(session.scalars(select(ReviewListing.id)))
    offices = [_Office(unit_id, touchpoint_id) for unit_id, touchpoint_id in rows]
    assert version_id is not None
    with database.transaction() as session:
        connection = session.connection()
        for batch in _make(offices, version_id, listings, _later_key(definition), until=now, count=responses):
            _write(connection, SurveyResponse, _RESPONSE, batch.responses)
            _write(connection, ResponseAnswer, _ANSWER, batch.answers)
            _write(connection, ResponseTopic, _TOPIC, batch.topics)
            _write(connection, CallbackCase, _CASE, batch.cases)
            _write(connection, ReviewClick, _CLICK, batch.clicks)
    _analyse(database)


_RESPONSE = (
    "id", "survey_version_id", "touchpoint_id", "unit_id", "channel", "via", "language", "rating", "score", "band",
    "scale_style", "comment", "answered_at", "touched_at", "key_hash", "form_hash", "device_hash", "address_hash",
    "suspect", "suspect_reasons", "routed", "demo",
)  # fmt: skip
_TOPIC = ("response_id", "topic", "source", "unit_id", "answered_at", "survey_version_id", "rating", "first")
_ANSWER = ("id", "response_id", "question_key", "value")
_SAID = _RESPONSE.index("comment")
_CASE = (
    "id", "unit_id", "response_id", "reason", "opened_at", "settle_due_at", "due_at", "closed_at", "outcome", "cause",
    "settled", "demo",
)  # fmt: skip
_CLICK = ("id", "response_id", "listing_id", "site", "url", "clicked_at")


def _make(
    offices: Sequence[_Office],
    version_id: uuid.UUID,
    listings: Sequence[uuid.UUID],
    later: str,
    *,
    until: datetime,
    count: int,
) -> Iterator[_Batch]:
    dice = random.Random(7)
    step = timedelta(days=DAYS) / count
    moment = until - timedelta(days=DAYS)
    batch = _Batch([], [], [], [], [])
    for number in range(count):
        moment += step
        at, office, rating = moment.isoformat(" "), dice.choice(offices), dice.choice(_RATINGS)
        response_id, suspect = _id_at(moment, dice), dice.random() < 0.01
        routed = rating <= 2 and not suspect
        hashes = [dice.randbytes(32) for _ in range(4)]
        batch.responses.append(
            (
                response_id, version_id, office.touchpoint_id, office.unit_id, "visit", "page", "ru", rating,
                (rating - 1) * 25.0, _BANDS[rating], "faces", _WORDS if dice.random() < 0.3 else None, at, at,
                *hashes, suspect, "burst" if suspect else "", routed, False,
            )
        )  # fmt: skip
        if batch.responses[-1][_SAID] is not None:
            about = (office.unit_id, at, version_id, rating)
            batch.topics.append((response_id, dice.choice(_TOPICS), "rule", *about, True))
        if dice.random() < 0.2:
            batch.answers.append((_id_at(moment, dice), response_id, later, dice.randint(1, 5)))
        if routed:
            due = (moment + timedelta(days=1)).isoformat(" ")
            told = (_id_at(moment, dice), office.unit_id, response_id, CaseReason.LOW_RATING.value, at, due, due)
            done = (due, "settled", "waiting", True) if until - moment > OPEN_FOR else (None, None, None, None)
            batch.cases.append((*told, *done, False))
        elif rating == 5 and dice.random() < 0.2:
            clicked = (_id_at(moment, dice), response_id, dice.choice(listings), "2gis", "https://2gis.kz/firm/1", at)
            batch.clicks.append(clicked)
        if len(batch.responses) == _BATCH or number == count - 1:
            yield batch
            batch = _Batch([], [], [], [], [])


def _id_at(moment: datetime, dice: random.Random) -> uuid.UUID:
    """Return a UUIDv7 of that moment, so that indexes grow at their end as they do in life."""
    number = (int(moment.timestamp() * 1000) << 80) | dice.getrandbits(80)
    return uuid.UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


def _later_key(definition: Definition) -> str:
    return next(question.key for question in definition.later if question.accepts(5))


def _write(connection: Connection, model: type[Base], columns: Sequence[str], rows: Rows) -> None:
    if not rows:
        return
    names, table = ", ".join(columns), table_of(model).name
    if connection.dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    # SQLite keeps ids as 32 digits and instants as text without a zone.
    plain = [
        tuple(
            value.hex if isinstance(value, uuid.UUID) else value.removesuffix("+00:00") if _is_time(value) else value
            for value in row
        )
        for row in rows
    ]
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", plain)


def _is_time(value: object) -> bool:
    return isinstance(value, str) and value.endswith("+00:00")


def _analyse(database: Database) -> None:
    """What PostgreSQL does by itself within a minute or so; SQLite gets nothing that the program would not give it."""
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
