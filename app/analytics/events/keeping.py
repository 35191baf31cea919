"""Write down what happened when, change it, take it away: by whoever leads the unit, and each time in the audit."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.permissions import Actor, Permission
from app.accounts.scope import Scope
from app.analytics.events.models import MAX_TITLE, EventKind, TimeLineEvent
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.organisation.service import get_unit
from app.surveys.answers import read_text

# Further back nothing is compared. Further ahead nothing is planned to the day: such a day is a slip of the keyboard,
# and an event of another century would stand on no page where somebody could find and mend it.
_EARLIEST, _AHEAD = date(2000, 1, 1), timedelta(days=366)


class EventNotFoundError(NotFoundError):
    """There is no such event among those of one's units."""

    code = "unknown_event"


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event as it stands in its form."""

    unit_id: uuid.UUID
    day: date
    kind: EventKind
    title: str
    note: str = ""


def add_event(session: Session, draft: EventDraft, *, actor: Actor, now: datetime) -> TimeLineEvent:
    """Write the event down and return it.

    Raises NotPermittedError, UnknownUnitError (also outside the actor's units), and InvalidInputError (`title`, `note`,
    `day`).
    """
    event = TimeLineEvent(id=new_id(), added_by_id=actor.user_id, created_at=now)
    _write(session, event, draft, actor, now)
    session.add(event)
    _record(session, "event.added", event, actor, now)
    return event


def change_event(
    session: Session, event_id: uuid.UUID, draft: EventDraft, *, actor: Actor, now: datetime
) -> TimeLineEvent:
    """Write the form into the event and return it; raises what `add_event` does, and EventNotFoundError."""
    event = get_event(session, event_id, actor.scope(Permission.KEEP_EVENTS))
    _write(session, event, draft, actor, now)
    _record(session, "event.changed", event, actor, now)
    return event


def remove_event(session: Session, event_id: uuid.UUID, *, actor: Actor, now: datetime) -> None:
    """Take the event away. Raises NotPermittedError and EventNotFoundError."""
    event = get_event(session, event_id, actor.scope(Permission.KEEP_EVENTS))
    _record(session, "event.removed", event, actor, now)
    session.delete(event)


def get_event(session: Session, event_id: uuid.UUID, scope: Scope) -> TimeLineEvent:
    """Return the event of one of these units; raises EventNotFoundError."""
    query = select(TimeLineEvent).where(TimeLineEvent.id == event_id, scope.where(TimeLineEvent.unit_id))
    event = session.scalars(query).one_or_none()
    if event is None:
        raise EventNotFoundError("no such event")
    return event


def _write(session: Session, event: TimeLineEvent, draft: EventDraft, actor: Actor, now: datetime) -> None:
    unit = get_unit(session, draft.unit_id, actor.scope(Permission.KEEP_EVENTS))
    title = read_text(" ".join(draft.title.split()), "title")
    if title is None:
        raise InvalidInputError("name it", field="title", code="title_missing")
    if len(title) > MAX_TITLE:
        raise InvalidInputError("the title is too long", field="title", code="title_too_long", limit=MAX_TITLE)
    latest = now.date() + _AHEAD
    if not _EARLIEST <= draft.day <= latest:
        told = {"first": _EARLIEST, "last": latest}
        raise InvalidInputError("a day out of range", field="day", code="day_out_of_range", **told)
    event.unit_id, event.day, event.kind = unit.id, draft.day, draft.kind
    event.title, event.note = title, read_text(draft.note, "note")
    event.updated_at = now


def _record(session: Session, action: str, event: TimeLineEvent, actor: Actor, now: datetime) -> None:
    record(
        session,
        action,
        now=now,
        user_id=actor.user_id,
        object_type="event",
        object_id=event.id,
        details={"unit_id": str(event.unit_id), "day": event.day.isoformat(), "kind": str(event.kind)},
    )
