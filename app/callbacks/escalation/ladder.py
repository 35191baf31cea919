"""Who hears of a case, from those who stand nearest to it up to the owner of last resort; pure."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.organisation.hours import Span
from app.organisation.workdays import OwnHours, WorkingTime


class How(StrEnum):
    """Why somebody hears."""

    CLAIMER = "claimer"
    DUTY = "duty"
    MANAGER = "manager"
    OWNER = "owner"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who hears of a case; `unit_id` is where in the tree they stand."""

    user_id: uuid.UUID
    unit_id: uuid.UUID
    how: How


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's hours on duty, from and until which day, both taken.

    `works` has their hours with the clock and the special days of the unit they are on duty for.
    """

    user_id: uuid.UUID
    works: WorkingTime
    from_on: date | None = None
    until_on: date | None = None

    def covers(self, now: datetime) -> bool:
        """Tell whether they are on duty at the aware instant; one that ends at 18:00 does not cover 18:00."""
        local = now.astimezone(self.works.time_zone)
        if not self.is_on(local.date()):
            return False
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.spans_on(local.date()))

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return when they are on duty on such a day, in minutes from midnight: none on a holiday, unless they say so.

        Where the unit has hours of its own on the day, theirs are cut to them: a shorter day calls nobody in earlier.
        """
        special = self.works.calendar(day)
        if not isinstance(special, OwnHours):
            return self.works.spans_on(day)
        both = [
            (max(start, opens), min(end, closes))
            for start, end in self.works.hours.days[day.weekday()]
            for opens, closes in special.spans
        ]
        return tuple((start, end) for start, end in both if start < end)

    def is_on(self, day: date) -> bool:
        """Tell whether the day lies between the first and the last one."""
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class Rung:
    """A unit with whoever stands there. `admins` are those of this very unit; the company's stand on the ladder."""

    unit_id: uuid.UUID
    shifts: tuple[Shift, ...] = ()
    managers: tuple[uuid.UUID, ...] = ()
    admins: tuple[uuid.UUID, ...] = ()
    owner: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """A unit and all above it, the nearest first, and at the end the company's administrators. All of them active."""

    rungs: tuple[Rung, ...]
    company_admins: tuple[Person, ...] = ()


def find_nearest(ladder: Ladder, now: datetime) -> tuple[int, list[Person]]:
    """Return who hears first, and how far up they stand: whoever is on duty now, else the nearest managers.

    Whoever is on duty, however far up, comes before a manager: that is what a roster is for.
    """
    for height, rung in enumerate(ladder.rungs):
        if people := _on_duty(rung, now):
            return height, people
    for height, rung in enumerate(ladder.rungs):
        if people := _managers(rung):
            return height, people
    return len(ladder.rungs), find_last(ladder)


def find_height(ladder: Ladder, user_id: uuid.UUID) -> int | None:
    """Return how far up somebody with a role stands, or None if they have none at the unit or above."""
    for height, rung in enumerate(ladder.rungs):
        if user_id in rung.managers or user_id in rung.admins:
            return height
    return None


def climb(
    ladder: Ladder, *, above: int, steps: int = 1, told: Collection[uuid.UUID] = (), now: datetime
) -> list[Person]:
    """Return who stands so many steps above a height, past units without anybody who was not told yet.

    At each unit whoever is on duty now, else its managers, else its own owner. Beyond the top comes the last resort.
    """
    for rung in ladder.rungs[above + 1 :]:
        people = [person for person in _at(rung, now) if person.user_id not in told]
        steps -= bool(people)
        if people and steps == 0:
            return people
    return find_last(ladder, told)


def find_last(ladder: Ladder, told: Collection[uuid.UUID] = ()) -> list[Person]:
    """Return the nearest owner of last resort, else the company's administrators; who was told already comes last."""
    owners = [Person(rung.owner, rung.unit_id, How.OWNER) for rung in ladder.rungs if rung.owner is not None]
    ways = [[owner] for owner in owners] + [list(ladder.company_admins)]
    fresh = [[person for person in way if person.user_id not in told] for way in ways]
    # Better the same person twice than nobody.
    return next((way for way in [*fresh, *ways] if way), [])


def _at(rung: Rung, now: datetime) -> list[Person]:
    owner = [Person(rung.owner, rung.unit_id, How.OWNER)] if rung.owner is not None else []
    return _on_duty(rung, now) or _managers(rung) or owner


def _on_duty(rung: Rung, now: datetime) -> list[Person]:
    users = dict.fromkeys(shift.user_id for shift in rung.shifts if shift.covers(now))
    return [Person(user_id, rung.unit_id, How.DUTY) for user_id in users]


def _managers(rung: Rung) -> list[Person]:
    return [Person(user_id, rung.unit_id, How.MANAGER) for user_id in rung.managers or rung.admins]
