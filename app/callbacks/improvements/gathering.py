"""Gather wishes into an improvement, start one, or put wishes aside."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.permissions import Actor, Permission
from app.callbacks.improvements.models import Improvement, ImprovementState, Wish, WishState
from app.callbacks.improvements.visible import get_improvement
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.organisation.models import Unit, UnitAncestor
from app.surveys.answers import read_text

MAX_TITLE = 120
MOST_AT_ONCE = 100


class WishNotFoundError(NotFoundError):
    """There is no such wish, or it is another office's."""

    code = "unknown_wish"


class WishElsewhereError(ConflictError):
    """The improvement is of another part of the company than the wish."""

    code = "wish_elsewhere"


def start_improvement(
    session: Session, *, title: str, unit_id: uuid.UUID, actor: Actor, description: str | None = None, now: datetime
) -> Improvement:
    """Return a new improvement, proposed, of a unit of the actor's.

    Raises NotFoundError for another's unit, InvalidInputError (`title`, `description`).
    """
    unit = session.scalars(
        select(Unit).where(Unit.id == unit_id, actor.scope(Permission.IMPROVE).where(Unit.id))
    ).one_or_none()
    if unit is None:
        raise NotFoundError("no such unit")
    improvement = Improvement(
        id=new_id(),
        unit_id=unit.id,
        title=read_title(title),
        description=read_text(description or "", "description"),
        state=ImprovementState.PROPOSED,
        shown=False,
        created_at=now,
        created_by_id=actor.user_id,
        updated_at=now,
        demo=unit.demo,
    )
    session.add(improvement)
    session.flush()  # wishes may be gathered into it at once
    record(
        session,
        "improvement.started",
        now=now,
        user_id=actor.user_id,
        object_type="improvement",
        object_id=improvement.id,
    )
    return improvement


def gather_wishes(
    session: Session, wish_ids: Collection[uuid.UUID], improvement_id: uuid.UUID, actor: Actor, *, now: datetime
) -> int:
    """Put the wishes into the improvement, also from another one, and return how many.

    Raises WishNotFoundError, ImprovementNotFoundError, and WishElsewhereError for a wish of a unit that does not lie
    below the improvement's.
    """
    wishes = _hold(session, wish_ids, actor)
    improvement = get_improvement(session, improvement_id, actor.scope(Permission.IMPROVE))
    units = {wish.unit_id for wish in wishes}
    below = select(UnitAncestor.unit_id).where(
        UnitAncestor.ancestor_id == improvement.unit_id, UnitAncestor.unit_id.in_(units)
    )
    if units - set(session.scalars(below)):
        raise WishElsewhereError("the improvement is of another part of the company")
    for wish in wishes:
        if wish.improvement_id != improvement.id:
            wish.told_at = wish.untold = None  # of another improvement
        wish.state, wish.improvement_id = WishState.GATHERED, improvement.id
        wish.gathered_at, wish.gathered_by_id = now, actor.user_id
    improvement.updated_at = now
    return len(wishes)


def gather_into_new(
    session: Session, wish_ids: Collection[uuid.UUID], *, title: str, actor: Actor, now: datetime
) -> Improvement:
    """Start an improvement of the lowest unit that all the wishes lie below, gather them into it, and return it.

    Raises WishNotFoundError, InvalidInputError (`title`), and WishElsewhereError if that unit is not the actor's.
    """
    read_title(title)
    unit_id = find_common_unit(session, {wish.unit_id for wish in _hold(session, wish_ids, actor)})
    mine = select(Unit.id).where(Unit.id == unit_id, actor.scope(Permission.IMPROVE).where(Unit.id))
    if unit_id is None or session.scalar(mine) is None:
        raise WishElsewhereError("they lie apart")
    improvement = start_improvement(session, title=title, unit_id=unit_id, actor=actor, now=now)
    gather_wishes(session, wish_ids, improvement.id, actor, now=now)
    return improvement


def dismiss_wishes(session: Session, wish_ids: Collection[uuid.UUID], actor: Actor, *, now: datetime) -> int:
    """Put the wishes aside, gathered ones too, and return how many; raises WishNotFoundError."""
    wishes = _hold(session, wish_ids, actor)
    for wish in wishes:
        wish.state, wish.improvement_id = WishState.DISMISSED, None
        wish.gathered_at, wish.gathered_by_id = now, actor.user_id
        wish.told_at = wish.untold = None
    return len(wishes)


def find_common_unit(session: Session, unit_ids: Collection[uuid.UUID]) -> uuid.UUID | None:
    """Return the lowest unit that all of these lie at or below, or None for none; one query."""
    if not unit_ids:
        return None
    rows = session.execute(
        select(UnitAncestor.unit_id, UnitAncestor.ancestor_id, UnitAncestor.distance).where(
            UnitAncestor.unit_id.in_(unit_ids)
        )
    ).all()
    ways: dict[uuid.UUID, list[uuid.UUID]] = {}
    for unit_id, ancestor_id, _ in sorted(rows, key=lambda row: row.distance):
        ways.setdefault(unit_id, []).append(ancestor_id)
    first, *others = ways.values()
    return next((unit for unit in first if all(unit in way for way in others)), None)


def read_title(title: str) -> str:
    """Return the title as it is kept, one line of at most 120 characters; raises InvalidInputError."""
    words = read_text(" ".join(title.split()), "title")
    if words is None:
        raise InvalidInputError("name it", field="title", code="title_missing")
    if len(words) > MAX_TITLE:
        raise InvalidInputError("the title is too long", field="title", code="title_too_long", limit=MAX_TITLE)
    return words


def _hold(session: Session, wish_ids: Collection[uuid.UUID], actor: Actor) -> Sequence[Wish]:
    """Return the wishes, their rows held in the order of their ids; raises WishNotFoundError if one is missing."""
    if len(wish_ids) > MOST_AT_ONCE:
        raise InvalidInputError(f"at most {MOST_AT_ONCE} at once", field="wish", code="too_many")
    if not wish_ids:
        raise InvalidInputError("choose at least one wish", field="wish", code="wish_missing")
    wishes = session.scalars(
        select(Wish)
        .where(Wish.id.in_(wish_ids), actor.scope(Permission.IMPROVE).where(Wish.unit_id))
        .order_by(Wish.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(wishes) != len(set(wish_ids)):
        raise WishNotFoundError("no such wish")
    return wishes
