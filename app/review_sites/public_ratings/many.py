"""Readings of many pages from a pasted table: read, planned, shown, then taken whole or not at all."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.organisation.models import Unit
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.pasted import LineState, PastedPlan, PlanChangedError
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin, PublicRatingDay
from app.review_sites.public_ratings.numbers import (
    InvalidRatingError,
    RatingProblem,
    read_count,
    read_day,
    read_stars,
)
from app.review_sites.public_ratings.table import Line, read_lines

MOST_LINES = 5000
_BATCH = 5000
# How people write the sites' names, beside the catalogue's own.
_NAMES: Mapping[str, Site] = {
    "google": Site.GOOGLE,
    "google maps": Site.GOOGLE,
    "гугл": Site.GOOGLE,
    "гугл карты": Site.GOOGLE,
    "2gis": Site.TWOGIS,
    "2гис": Site.TWOGIS,
    "yandex": Site.YANDEX,
    "yandex maps": Site.YANDEX,
    "яндекс": Site.YANDEX,
    "яндекс карты": Site.YANDEX,
    "яндекс.карты": Site.YANDEX,
    "facebook": Site.FACEBOOK,
    "trustpilot": Site.TRUSTPILOT,
}


class Refusal(StrEnum):
    """Why a line cannot be taken, beside what is wrong with its figures."""

    TOO_SHORT = "too_short"
    NO_UNIT = "no_unit"
    NO_SITE = "no_site"
    TWICE = "twice"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line by its number in the text, and what taking it would do. A refused one has `refusal` or `problem`.

    `before` is what is known of that page and day: stars in hundredths and the number of reviews.
    """

    number: int
    code: str
    state: LineState
    name: str = ""
    reading: Reading | None = None
    before: tuple[int, int] | None = None
    refusal: Refusal | None = None
    problem: RatingProblem | None = None


@dataclass(frozen=True, slots=True)
class Plan(PastedPlan[PlannedLine]):
    """What the table would do to what is known of stars."""

    @property
    def mark(self) -> str:
        """A value that differs once the table, or what it meets in the database, does."""
        told = "\n".join(f"{line.number}\0{line.state}\0{line.reading}\0{line.before}" for line in self.lines)
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def plan_readings(session: Session, catalogue: Catalogue, *, text: str, actor: Actor, today: date) -> Plan:
    """Return what the table would do within the actor's units, writing nothing; raises NotPermittedError."""
    scope = actor.scope(Permission.ENTER_RATINGS)
    # With a heading and one too many; what is beyond is told by that one, and costs nothing.
    rows = list(islice(read_lines(text), MOST_LINES + 2))
    units = _find_units(session, {row.code for row in rows}, scope)
    if rows and rows[0].is_heading and rows[0].code not in units:
        del rows[0]
    names = {catalogue.name(site).casefold(): site for site in catalogue.sites}
    names |= {name: site for name, site in _NAMES.items() if site in catalogue.sites}
    lines = [_read(row, units, names, today) for row in rows[:MOST_LINES]]
    lines = _compare(lines, _find_known(session, [line.reading for line in lines if line.reading]))
    if len(rows) > MOST_LINES:
        last = rows[MOST_LINES]
        lines.append(PlannedLine(last.number, last.code, LineState.REFUSED, refusal=Refusal.TOO_MANY))
    return Plan(tuple(lines))


def take_readings(session: Session, plan: Plan, *, mark: str, actor: Actor, now: datetime) -> int:
    """Do what the plan says, all of it, if it is the one with the `mark` that somebody has seen; return how many.

    Raises NotPermittedError, and PlanChangedError when it is another, or when a line of it is refused.
    """
    actor.scope(Permission.ENTER_RATINGS)
    if plan.mark != mark or not plan.can_be_taken:
        raise PlanChangedError("the table, or what it meets, has changed since the report")
    wanted = [line.reading for line in plan.lines if line.reading and line.state is not LineState.SAME]
    keep_readings(session, wanted, origin=Origin.MANUAL, entered_by_id=actor.user_id, now=now)
    record(
        session,
        "public_rating.entered_many",
        now=now,
        user_id=actor.user_id,
        object_type="public_ratings",
        details={"added": plan.count(LineState.NEW), "changed": plan.count(LineState.CHANGED)},
    )
    return len(wanted)


def _read(row: Line, units: Mapping[str, tuple[uuid.UUID, str]], names: Mapping[str, Site], today: date) -> PlannedLine:
    found, site = units.get(row.code), names.get(row.site.casefold())
    name = found[1] if found else ""
    if not row.complete or found is None or site is None:
        why = Refusal.TOO_SHORT if not row.complete else Refusal.NO_UNIT if found is None else Refusal.NO_SITE
        return PlannedLine(row.number, row.code, LineState.REFUSED, name, refusal=why)
    try:
        day, stars, count = read_day(row.day, today=today), read_stars(row.rating), read_count(row.count)
    except InvalidRatingError as error:
        return PlannedLine(row.number, row.code, LineState.REFUSED, name, problem=error.problem)
    return PlannedLine(row.number, row.code, LineState.NEW, name, Reading(found[0], site, day, stars, count))


_Key = tuple[uuid.UUID, Site, date]


def _compare(lines: Sequence[PlannedLine], known: Mapping[_Key, tuple[int, int]]) -> list[PlannedLine]:
    compared: list[PlannedLine] = []
    met: set[_Key] = set()
    for line in lines:
        reading = line.reading
        if reading is None:
            compared.append(line)
            continue
        key = (reading.unit_id, reading.site, reading.day)
        if key in met:
            compared.append(PlannedLine(line.number, line.code, LineState.REFUSED, line.name, refusal=Refusal.TWICE))
            continue
        met.add(key)
        before = known.get(key)
        same = before == (reading.stars, reading.count)
        state = LineState.NEW if before is None else LineState.SAME if same else LineState.CHANGED
        compared.append(PlannedLine(line.number, line.code, state, line.name, reading, before))
    return compared


def _find_units(session: Session, codes: Collection[str], scope: Scope) -> Mapping[str, tuple[uuid.UUID, str]]:
    wanted = sorted(code for code in codes if code and code.isprintable())  # PostgreSQL refuses NUL
    found: dict[str, tuple[uuid.UUID, str]] = {}
    for start in range(0, len(wanted), _BATCH):
        rows = session.execute(
            select(Unit.code, Unit.id, Unit.name).where(
                Unit.code.in_(wanted[start : start + _BATCH]), scope.where(Unit.id)
            )
        )
        found.update({code: (unit_id, name) for code, unit_id, name in rows})
    return found


def _find_known(session: Session, readings: Sequence[Reading]) -> Mapping[_Key, tuple[int, int]]:
    """Return what is known of the days between the table's first and last, of its units."""
    if not readings:
        return {}
    row = PublicRatingDay
    first, last = min(reading.day for reading in readings), max(reading.day for reading in readings)
    wanted = {(reading.unit_id, reading.site, reading.day) for reading in readings}
    units = sorted({reading.unit_id for reading in readings})
    found: dict[_Key, tuple[int, int]] = {}
    for start in range(0, len(units), _BATCH):
        rows = session.execute(
            select(row.unit_id, row.site, row.day, row.rating, row.count).where(
                row.unit_id.in_(units[start : start + _BATCH]), row.day.between(first, last)
            )
        )
        for unit_id, site, day, stars, count in rows:
            if (key := (unit_id, Site(site), day)) in wanted:
                found[key] = (stars, count)
    return found
