"""Views under a name: saved, renamed, shared and removed by whoever made them; opened by whoever may see the unit."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import StaffUser
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.analytics.kept.models import LONGEST_NAME, LONGEST_QUERY, SavedView
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.organisation.models import Unit

# More than these nobody finds again in a menu.
MOST_VIEWS = 50
# Views that others share, at most, in one menu.
_MOST_SHARED = 100
# The field of an address that names a unit.
_UNIT = "unit"


class ViewNotFoundError(NotFoundError):
    """There is no such view, or it is another's."""

    code = "view_not_found"


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """A page's path and query, the unit that it names (None: all that may be seen), and whether others are offered it.

    A query that names a unit which is not known (several may be meant) can be kept, but not shared.
    That the path is a page of figures or of responses is for whoever knows the pages to see to.
    """

    name: str
    path: str
    query: str
    unit_id: uuid.UUID | None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view as the menu shows it; `by` is who shares it, None for one's own."""

    id: uuid.UUID
    name: str
    address: str
    shared: bool
    by: str | None
    unit: str | None


def save_view(session: Session, draft: ViewDraft, actor: Actor, *, now: datetime) -> SavedView:
    """Keep the view for the actor and return it.

    Raises InvalidInputError (`name`: empty, too long, taken, too many; `query`; `unit`, where it is to be shared),
    NotFoundError for a unit beyond the actor's.
    """
    scope = actor.scope(Permission.READ_RESPONSES)
    if draft.unit_id is not None and not _sees(session, draft.unit_id, scope):
        raise NotFoundError("no such unit")
    if len(draft.query) > LONGEST_QUERY:
        raise InvalidInputError("the address is too long to be kept", field="query", code="too_long")
    if draft.shared:
        _check_unit(draft.query, draft.unit_id)
    name = _read_name(session, draft.name, actor.user_id)
    held = session.scalar(select(func.count()).select_from(SavedView).where(SavedView.user_id == actor.user_id)) or 0
    if held >= MOST_VIEWS:
        raise InvalidInputError(f"{MOST_VIEWS} views are kept already", field="name", code="too_many")
    view = SavedView(
        id=new_id(),
        user_id=actor.user_id,
        unit_id=draft.unit_id,
        name=name,
        path=draft.path,
        query=draft.query,
        shared=draft.shared,
        created_at=now,
        updated_at=now,
    )
    session.add(view)
    _flush(session)
    if draft.shared:
        _note_sharing(session, view, actor, now)
    return view


def change_view(session: Session, view_id: uuid.UUID, actor: Actor, *, name: str, shared: bool, now: datetime) -> None:
    """Rename one's own view, share it or share it no more.

    Raises ViewNotFoundError, InvalidInputError (`name`; `unit`, where it is to be shared).
    """
    view = get_own_view(session, view_id, actor)
    if shared and not view.shared:
        _check_unit(view.query, view.unit_id)
    view.name = _read_name(session, name, actor.user_id, but=view_id)
    view.updated_at = now
    if view.shared is not shared:
        view.shared = shared
        _note_sharing(session, view, actor, now)
    _flush(session)


def remove_view(session: Session, view_id: uuid.UUID, actor: Actor, *, now: datetime) -> None:
    """Remove one's own view; raises ViewNotFoundError."""
    view = get_own_view(session, view_id, actor)
    if view.shared:
        view.shared = False
        _note_sharing(session, view, actor, now)
    session.delete(view)
    session.flush()


def get_own_view(session: Session, view_id: uuid.UUID, actor: Actor) -> SavedView:
    """Return the view if it is the actor's; raises ViewNotFoundError."""
    actor.scope(Permission.READ_RESPONSES)
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != actor.user_id:
        raise ViewNotFoundError("no such view")
    return view


def list_views(session: Session, user_id: uuid.UUID, scope: Scope) -> Sequence[ViewLine]:
    """Return one's own views by name, then those that others share and whose unit lies in the scope; one query.

    A unit stands in the address by its code, which means the same to everybody; a part of a name may not.
    """
    own = SavedView.user_id == user_id
    offered = SavedView.shared & StaffUser.active & or_(SavedView.unit_id.is_(None), scope.where(SavedView.unit_id))
    rows = session.execute(
        select(SavedView, StaffUser.name, Unit.name, Unit.code)
        .join(StaffUser, StaffUser.id == SavedView.user_id)
        .outerjoin(Unit, Unit.id == SavedView.unit_id)
        .where(own | offered)
        .order_by(own.desc(), func.lower(SavedView.name), SavedView.id)
        .limit(MOST_VIEWS + _MOST_SHARED)
    )
    return [
        ViewLine(
            view.id,
            view.name,
            _address(view, code),
            view.shared,
            None if view.user_id == user_id else by,
            unit,
        )
        for view, by, unit, code in rows
        if view.user_id == user_id or not _is_unclear(view.query, view.unit_id)
    ]


def _address(view: SavedView, code: str | None) -> str:
    """Return the address, its unit by the code that it has now."""
    query = view.query
    if code is not None:
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, code if name == _UNIT else value) for name, value in pairs])
    return f"{view.path}?{query}" if query else view.path


def _is_unclear(query: str, unit_id: uuid.UUID | None) -> bool:
    """Tell whether the query names a unit of which nobody can say which it is."""
    return unit_id is None and any(name == _UNIT for name, _ in parse_qsl(query))


def _check_unit(query: str, unit_id: uuid.UUID | None) -> None:
    if _is_unclear(query, unit_id):
        raise InvalidInputError("choose one unit before the view is shared", field="unit", code="unit_unclear")


def _read_name(session: Session, typed: str, user_id: uuid.UUID, *, but: uuid.UUID | None = None) -> str:
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in typed).split())
    if not name:
        raise InvalidInputError("give the view a name", field="name", code="empty")
    if len(name) > LONGEST_NAME:
        raise InvalidInputError(f"at most {LONGEST_NAME} letters", field="name", code="too_long")
    taken = select(SavedView.id).where(SavedView.user_id == user_id, SavedView.name == name, SavedView.id != but)
    if but is None:
        taken = select(SavedView.id).where(SavedView.user_id == user_id, SavedView.name == name)
    if session.scalar(taken) is not None:
        raise InvalidInputError("another view has this name", field="name", code="name_taken")
    return name


def _flush(session: Session) -> None:
    """Write; the unique index decides between two forms of one name that were sent at once."""
    try:
        session.flush()
    except IntegrityError:
        raise InvalidInputError("another view has this name", field="name", code="name_taken") from None


def _sees(session: Session, unit_id: uuid.UUID, scope: Scope) -> bool:
    return session.scalar(select(Unit.id).where(Unit.id == unit_id, scope.where(Unit.id))) is not None


def _note_sharing(session: Session, view: SavedView, actor: Actor, now: datetime) -> None:
    record(
        session,
        "view.shared" if view.shared else "view.unshared",
        now=now,
        user_id=actor.user_id,
        object_type="view",
        object_id=view.id,
        details={"unit_id": None if view.unit_id is None else str(view.unit_id)},
    )
