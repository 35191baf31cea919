"""Interactions as staff see them: a list with filters, each with what was decided and why. Read-only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.invitations.models import Decision, Interaction, Reason
from app.kit.cursors import read_cursor, write_cursor
from app.organisation.models import Employee, Unit, UnitAncestor

PAGE_SIZE = 50
MOST_COUNTED = 100_000


class Told(Enum):
    """That something was told, whatever it was."""

    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class InteractionFilter:
    """Which interactions; everything that is None is not asked about. `employee` is a code, instants are of the end.

    `answered` and `resolved` are what was told of it, or `Told.ANYTHING`. `waited` and `handled` are seconds,
    from and to before (None: without an end).
    """

    decision: Decision | None = None
    reason: Reason | None = None
    channel: str | None = None
    unit_id: uuid.UUID | None = None
    employee: str | None = None
    topic: str | None = None
    answered: bool | Told | None = None
    resolved: bool | Told | None = None
    waited: tuple[int, int | None] | None = None
    handled: tuple[int, int | None] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class InteractionLine:
    """One line of the list."""

    interaction: Interaction
    unit_name: str
    employee_name: str | None


@dataclass(frozen=True, slots=True)
class InteractionPage:
    """`older` is the cursor of the next page, if there is one."""

    lines: tuple[InteractionLine, ...]
    older: str | None


def list_interactions(
    session: Session,
    wanted: InteractionFilter,
    *,
    scope: Scope,
    further: Sequence[ColumnElement[bool]] = (),
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> InteractionPage:
    """Return a page of interactions, the latest ended first; two queries. InvalidInputError for a foreign cursor.

    `further` are conditions over `interaction` by what only those above know of: messages and answers.
    """
    page = select(Interaction.id).where(*_conditions(wanted, scope), *further)
    if cursor is not None:
        page = page.where(tuple_(Interaction.ended_at, Interaction.id) < tuple_(*read_cursor(cursor)))
    # The page is chosen by index first; what is shown beside it is looked up for these rows only.
    ids = session.scalars(page.order_by(Interaction.ended_at.desc(), Interaction.id.desc()).limit(limit + 1)).all()
    rows = session.execute(
        select(Interaction, Unit.name, Employee.name)
        .join(Unit, Unit.id == Interaction.unit_id)
        .outerjoin(Employee, Employee.id == Interaction.employee_id)
        .where(Interaction.id.in_(ids[:limit]))
        .order_by(Interaction.ended_at.desc(), Interaction.id.desc())
    ).all()
    lines = tuple(InteractionLine(interaction, unit, employee) for interaction, unit, employee in rows)
    older = (
        write_cursor(lines[-1].interaction.ended_at, lines[-1].interaction.id) if len(ids) > limit and lines else None
    )
    return InteractionPage(lines, older)


def count_interactions(
    session: Session,
    wanted: InteractionFilter,
    *,
    scope: Scope,
    further: Sequence[ColumnElement[bool]] = (),
    most: int = MOST_COUNTED,
) -> int | None:
    """Return how many there are, or None for more than `most`: counting so many takes long."""
    found = select(Interaction.id).where(*_conditions(wanted, scope), *further).limit(most + 1)
    n = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return n if n <= most else None


def _conditions(wanted: InteractionFilter, scope: Scope) -> list[ColumnElement[Any]]:
    conditions: list[ColumnElement[Any]] = [scope.where(Interaction.unit_id)]
    for column, value in (
        (Interaction.decision, wanted.decision),
        (Interaction.reason, wanted.reason),
        (Interaction.channel, wanted.channel),
        (Interaction.topic, wanted.topic),
    ):
        if value is not None:
            conditions.append(column == value)
    for told, flag in ((Interaction.answered, wanted.answered), (Interaction.resolved, wanted.resolved)):
        if flag is not None:
            conditions.append(told.is_not(None) if isinstance(flag, Told) else told.is_(flag))
    for seconds, bounds in ((Interaction.wait_seconds, wanted.waited), (Interaction.handle_seconds, wanted.handled)):
        if bounds is not None:
            conditions.append(seconds >= bounds[0])
            if bounds[1] is not None:
                conditions.append(seconds < bounds[1])
    if (wanted.resolved, wanted.waited, wanted.handled) != (None, None, None):
        # As figures count it: what nobody took was neither settled nor waited for until it was taken.
        conditions.append(Interaction.answered.is_not(False))
    if wanted.unit_id is not None:
        below = select(UnitAncestor.unit_id).where(UnitAncestor.ancestor_id == wanted.unit_id)
        conditions.append(Interaction.unit_id.in_(below))
    if wanted.employee is not None:
        named = select(Employee.id).where(Employee.code == wanted.employee)
        conditions.append(Interaction.employee_id.in_(named))
    if wanted.since is not None:
        conditions.append(Interaction.ended_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Interaction.ended_at < wanted.until)
    return conditions
