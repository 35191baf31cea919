"""Change what an improvement is called, how far it is, who owns it and what customers are told of it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.permissions import ROLES, Actor, Permission
from app.callbacks.improvements.gathering import read_title
from app.callbacks.improvements.models import Improvement, ImprovementState, Untold, Wish
from app.callbacks.improvements.visible import hold_improvement
from app.kit.errors import ConflictError, InvalidInputError
from app.kit.i18n import Language
from app.organisation.models import UnitAncestor
from app.surveys.answers import read_text

# One or two SMS in Cyrillic letters, and a line on a phone.
MAX_DONE = 120


class NotDoneError(ConflictError):
    """Only what is done, and said in at least one language, is shown or told."""

    code = "not_done"


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who may own an improvement."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class ImprovementDraft:
    """An improvement as it stands in its form; `done` are the words for customers by language."""

    title: str
    state: ImprovementState
    description: str | None = None
    owner_id: uuid.UUID | None = None
    done: Mapping[Language, str] = field(default_factory=dict)
    shown: bool = False


def change_improvement(
    session: Session, improvement_id: uuid.UUID, draft: ImprovementDraft, actor: Actor, *, now: datetime
) -> Improvement:
    """Write the form into the improvement of a unit of the actor's and return it.

    Raises ImprovementNotFoundError, InvalidInputError (`title`, `description`, `owner`, `done_<language>`), and
    NotDoneError for showing what is not done or not said.
    """
    improvement = hold_improvement(session, improvement_id, actor.scope(Permission.IMPROVE))
    improvement.title = read_title(draft.title)
    improvement.description = read_text(draft.description or "", "description")
    if draft.owner_id != improvement.owner_id:
        improvement.owner_id = _find_owner(session, draft.owner_id, improvement.unit_id)
    said = set(words_of(improvement))
    for language in Language:
        setattr(improvement, f"done_{language}", _read_done(draft.done.get(language, ""), language))
    if set(words_of(improvement)) - said:
        _let_be_told(session, improvement.id)
    before, improvement.state = improvement.state, draft.state
    if draft.state is ImprovementState.DONE:
        improvement.done_at = improvement.done_at or now
    else:
        improvement.done_at = improvement.telling_since = None
    if draft.shown and not (draft.state is ImprovementState.DONE and words_of(improvement)):
        raise NotDoneError("done and said in at least one language first")
    improvement.shown = draft.shown
    improvement.updated_at = now
    record(
        session,
        "improvement.changed",
        now=now,
        user_id=actor.user_id,
        object_type="improvement",
        object_id=improvement.id,
        details={"from": before, "to": draft.state.value, "shown": draft.shown},
    )
    return improvement


def words_of(improvement: Improvement) -> dict[Language, str]:
    """Return what customers are told of it, by language."""
    pairs = ((language, getattr(improvement, f"done_{language}")) for language in Language)
    return {language: words for language, words in pairs if words}


def list_owners(session: Session, unit_id: uuid.UUID) -> Sequence[Owner]:
    """Return who may own an improvement of the unit: whoever may improve there, by name; one query."""
    roles: list[Role] = sorted(ROLES[Permission.IMPROVE])
    rows = session.execute(
        select(StaffUser.id, StaffUser.name)
        .distinct()
        .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .join(UnitAncestor, UnitAncestor.ancestor_id == StaffGrant.unit_id)
        .where(UnitAncestor.unit_id == unit_id, StaffUser.active, StaffGrant.role.in_(roles))
        .order_by(StaffUser.name, StaffUser.id)
    )
    return [Owner(*row) for row in rows]


def _let_be_told(session: Session, improvement_id: uuid.UUID) -> None:
    """It is said in one more language: whoever could not be told for want of words is looked at anew."""
    session.execute(
        update(Wish)
        .where(Wish.improvement_id == improvement_id, Wish.untold == Untold.NO_WORDS)
        .values(untold=None)
        .execution_options(synchronize_session="fetch")
    )


def _find_owner(session: Session, user_id: uuid.UUID | None, unit_id: uuid.UUID) -> uuid.UUID | None:
    if user_id is not None and user_id not in {owner.id for owner in list_owners(session, unit_id)}:
        raise InvalidInputError("nobody of that unit", field="owner", code="unknown_owner")
    return user_id


def _read_done(text: str, language: Language) -> str | None:
    words = read_text(" ".join(text.split()), f"done_{language}")
    if words is not None and len(words) > MAX_DONE:
        raise InvalidInputError(
            "too long", field=f"done_{language}", code="done_too_long", limit=MAX_DONE, length=len(words)
        )
    return words
