"""How the loop is closed: who was won back, who says that it is settled, how long people waited and whether in time.

Figures of the cases opened in a period, of a unit with all below it and of each unit of the next level. Read-only; the
number of statements depends on no row.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.case_times import Spread, Waits, WorkClock, merge, spread_of
from app.analytics.metrics import Figure, hide, share
from app.analytics.periods import Period
from app.analytics.recovery_counts import (
    Bucket,
    CaseCounts,
    Cohort,
    Level,
    Timed,
    add_first_rounds,
    count_cases,
    count_endings,
    read_times,
)
from app.analytics.suppression import hidden_groups
from app.organisation.models import Unit, UnitAncestor
from app.organisation.tree import working_times

# Before the first and after the last instant of a period, so that no time is cut at the edge.
_MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that figures are about or that lies above it; `is_company` for the root."""

    id: uuid.UUID
    code: str
    name: str
    is_company: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """Each share with its n and interval; `recovery_strict` is over every case opened, `settled` the person's word."""

    recovery: Figure
    recovery_strict: Figure
    settled: Figure
    answered: Figure
    reopened: Figure
    attempt_in_time: Figure
    settled_in_time: Figure


@dataclass(frozen=True, slots=True)
class UnitRecovery:
    """One line of the table; `attempt` is the time to the first attempt in the unit's working hours."""

    place: Place
    counts: CaseCounts
    shares: Shares
    attempt: Spread


@dataclass(frozen=True, slots=True)
class Recovery:
    """All of it. `path` leads down to the unit shown, empty where several were granted.

    Times run from the opening to the first attempt and to the first time somebody was reached: `_worked` in the unit's
    working hours, `_elapsed` on the wall. `outcomes` and `causes` are key and count, the most frequent first.
    """

    path: tuple[Place, ...]
    counts: CaseCounts
    shares: Shares
    attempt_worked: Spread
    attempt_elapsed: Spread
    contact_worked: Spread
    contact_elapsed: Spread
    outcomes: tuple[tuple[str, int], ...]
    causes: tuple[tuple[str, int], ...]
    units: tuple[UnitRecovery, ...]


@dataclass(slots=True)
class _Times:
    """The four times of one unit."""

    attempt_worked: Waits
    attempt_elapsed: Waits
    contact_worked: Waits
    contact_elapsed: Waits


def read_recovery(
    session: Session, *, scope: Scope, unit_id: uuid.UUID | None, period: Period, now: datetime
) -> Recovery:
    """Return the figures of the unit with all below it; without one, of all that may be seen."""
    tops = _find_tops(session, scope) if unit_id is None else [unit_id]
    top = tops[0] if len(tops) == 1 else None
    level = Level(below=top) if top is not None else Level(tops=tuple(tops))
    path = _read_path(session, top, scope) if top is not None else ()
    # Nothing to narrow for the company: every case lies below it.
    within = None if path and path[-1].is_company else unit_id
    cohort = Cohort(scope, within, period, now)
    counts = count_cases(session, cohort, level)
    add_first_rounds(session, cohort, level, counts)
    times = _measure(session, cohort, level)
    whole = CaseCounts()
    for each in counts.values():
        whole.add(each)
    endings = count_endings(session, cohort)
    return Recovery(
        path=path,
        counts=whole,
        shares=make_shares(whole),
        attempt_worked=spread_of(merge(each.attempt_worked for each in times.values())),
        attempt_elapsed=spread_of(merge(each.attempt_elapsed for each in times.values())),
        contact_worked=spread_of(merge(each.contact_worked for each in times.values())),
        contact_elapsed=spread_of(merge(each.contact_elapsed for each in times.values())),
        outcomes=_most_frequent((outcome, n) for outcome, _, n in endings),
        causes=_most_frequent((cause, n) for _, cause, n in endings),
        units=_list_units(session, counts, times),
    )


def make_shares(counts: CaseCounts) -> Shares:
    """Return the shares from the counts, each hidden below ten."""
    return Shares(
        recovery=share(counts.recovered, counts.rated),
        recovery_strict=share(counts.recovered, counts.opened),
        settled=share(counts.settled, counts.answered),
        answered=share(min(counts.answered, counts.asked), counts.asked),
        reopened=share(counts.reopened, counts.closed),
        attempt_in_time=share(counts.attempt_kept, counts.attempt_clocks),
        settled_in_time=share(counts.settle_kept, counts.settle_clocks),
    )


def _measure(session: Session, cohort: Cohort, level: Level) -> dict[Bucket, _Times]:
    units = list(read_times(session, cohort, level))
    works = working_times(session, {unit.unit_id for unit in units})
    since, until = cohort.period.since - _MARGIN, cohort.now + _MARGIN
    # Most of a company's units work alike.
    clocks = {work: WorkClock(work, since, until) for work in set(works.values())}
    now = int(cohort.now.timestamp())
    found: dict[Bucket, _Times] = {}
    for unit in units:
        times = found.get(unit.bucket)
        if times is None:
            times = found[unit.bucket] = _Times(Waits(), Waits(), Waits(), Waits())
        _add_times(times, unit.cases, clocks[works[unit.unit_id]], now)
    return found


def _add_times(times: _Times, cases: Iterable[Timed], clock: WorkClock, now: int) -> None:
    for case in cases:
        before = clock.by(case.opened)
        # Whoever waits past the deadline counts with the time so far; others are pending.
        waits = not case.closed and case.due < now
        for done, worked, elapsed in (
            (case.attempted, times.attempt_worked, times.attempt_elapsed),
            (case.reached, times.contact_worked, times.contact_elapsed),
        ):
            if done is not None:
                worked.done.append(max(0, clock.by(done) - before))
                elapsed.done.append(max(0, done - case.opened))
            elif waits:
                worked.so_far.append(clock.by(now) - before)
                elapsed.so_far.append(now - case.opened)


def _list_units(
    session: Session, counts: Mapping[Bucket, CaseCounts], times: Mapping[Bucket, _Times]
) -> tuple[UnitRecovery, ...]:
    ids = [bucket for bucket in counts if bucket is not None]
    places = {
        unit_id: Place(unit_id, code, name, is_company)
        for unit_id, code, name, is_company in session.execute(
            select(Unit.id, Unit.code, Unit.name, Unit.parent_id.is_(None)).where(Unit.id.in_(ids))
        )
    }
    shares = _protect({bucket: make_shares(each) for bucket, each in counts.items()})
    lines = [
        UnitRecovery(
            places[bucket],
            counts[bucket],
            shares[bucket],
            spread_of(times[bucket].attempt_worked if bucket in times else Waits()),
        )
        for bucket in ids
    ]
    return tuple(sorted(lines, key=lambda line: (-line.counts.opened, line.place.name)))


def _protect(shares: Mapping[Bucket, Shares]) -> dict[Bucket, Shares]:
    """Hide what would let a unit with few cases be worked out from the others and the whole, column by column."""
    hidden = {
        name: hidden_groups({bucket: getattr(each, name).n for bucket, each in shares.items()})
        for name in Shares.__dataclass_fields__
    }
    protected: dict[Bucket, Shares] = {}
    for bucket, each in shares.items():
        figures: dict[str, Any] = {}
        for name in Shares.__dataclass_fields__:
            figure: Figure = getattr(each, name)
            figures[name] = hide(figure) if bucket in hidden[name] and not figure.suppressed else figure
        protected[bucket] = Shares(**figures)
    return protected


def _most_frequent(pairs: Any) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for key, n in pairs:
        counted[key] += n
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _find_tops(session: Session, scope: Scope) -> Sequence[uuid.UUID]:
    """Return the units that were granted, without those that lie below another of them; the company for all of it."""
    if scope.everything:
        return list(session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))))
    granted = sorted(scope.unit_ids)
    inner = select(UnitAncestor.unit_id).where(
        UnitAncestor.unit_id.in_(granted), UnitAncestor.ancestor_id.in_(granted), UnitAncestor.distance > 0
    )
    below = set(session.scalars(inner))
    return [unit_id for unit_id in granted if unit_id not in below]


def _read_path(session: Session, unit_id: uuid.UUID, scope: Scope) -> tuple[Place, ...]:
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.parent_id.is_(None))
        .join(UnitAncestor, UnitAncestor.ancestor_id == Unit.id)
        .where(UnitAncestor.unit_id == unit_id, scope.where(Unit.id))
        .order_by(UnitAncestor.distance.desc())
    )
    return tuple(Place(*row) for row in rows)
