"""How many answers have each value: the one place that every figure of every face is counted by. Read-only.

What the worker counted ahead (`value_count`) is read where it stands, and the answers themselves where it does not: of
today, of days that were changed since, and of what is narrowed in a way that nobody counts ahead. Both give the same.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.counts.cover import plan_cover, read_counted
from app.analytics.counts.kept import read_kept
from app.analytics.counts.question import CountQuestion, Counts, Group, below
from app.analytics.counts.raw import read_raw
from app.analytics.series import Asked, Series
from app.analytics.wanted import By, Wanted
from app.organisation.models import Unit, UnitAncestor
from app.surveys.definition import Audience

__all__ = ["Counts", "Group", "add_up", "count_values"]


def count_values(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    asked: Sequence[Asked],
    *,
    by: By | None = None,
    units: Collection[uuid.UUID] = (),
) -> Counts:
    """Return `{group: {series: {value: count}}}` of the questions; without `by` the only group is None.

    By unit, each of `units` is a group with all below it (they may lie within each other). Groups, series and values
    without an answer are missing. Of a unit beyond the scope nothing is counted. Eight statements at most.
    """
    # Employees are told of by `employee_figures` alone, never cut by day or channel.
    series = {one.series for one in asked if one.audience is Audience.CUSTOMERS}
    subjects = _find_subjects(session, wanted, scope, units if by is By.UNIT else None)
    if not series or not subjects:
        return {}
    question = CountQuestion(wanted, by, subjects, frozenset(series))
    counted = read_counted(session, wanted.period.zone) if question.is_kept() else None
    cover = plan_cover(wanted.period, counted, by_month=by is not By.DAY)
    counts: Counts = {}
    if cover.months or cover.days:
        read_kept(session, question, cover, counts)
    if cover.raw:
        read_raw(session, question, cover.raw, scope, counts)
    return counts


def add_up(histograms: dict[Series, Counter[int]], asked: Collection[Asked]) -> Counter[int]:
    """Return the histogram of these questions together; they must have one scale."""
    total: Counter[int] = Counter()
    for one in asked:
        total.update(histograms.get(one.series, {}))
    return total


def _find_subjects(
    session: Session, wanted: Wanted, scope: Scope, units: Collection[uuid.UUID] | None
) -> frozenset[uuid.UUID]:
    """Return the units whose counts, with all below them, add up to what is asked and may be seen."""
    query = select(Unit.id).where(scope.where(Unit.id))
    if units is not None:
        if wanted.unit_id is not None:
            query = query.where(Unit.id.in_(below({wanted.unit_id})))
        return frozenset(session.scalars(query.where(Unit.id.in_(sorted(units)))))
    if wanted.unit_id is not None:
        return frozenset(session.scalars(query.where(Unit.id == wanted.unit_id)))
    if scope.everything:
        return frozenset(session.scalars(query.where(Unit.parent_id.is_(None))))
    nested = select(UnitAncestor.unit_id).where(
        UnitAncestor.ancestor_id.in_(sorted(scope.unit_ids)), UnitAncestor.distance > 0
    )
    return frozenset(session.scalars(query.where(Unit.id.in_(sorted(scope.unit_ids)), Unit.id.not_in(nested))))
