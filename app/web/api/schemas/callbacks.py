"""What the calls of the callback list take and give."""

import uuid
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from app.callbacks.case_rows import CaseRow
from app.callbacks.deadlines import NextMove
from app.callbacks.models import AttemptResult, CallWindow, EventKind
from app.callbacks.norms import hurried
from app.callbacks.numbers import ShownNumber
from app.callbacks.queues import Queue
from app.callbacks.rules.clocks import Hurried
from app.callbacks.sheet import CaseSheet
from app.callbacks.states import CaseReason
from app.kit.i18n import Language, read_language
from app.touchpoints.models import Channel
from app.web.api.schemas.fields import Code, Cursor, Given, Instant, Mail, Moment, Short, Taken, Text

# With the topic above it, it is kept as one text of 2,000 characters.
Story = Annotated[str, StringConstraints(max_length=1800, pattern=r"^[^\x00]*[^\x00-\x20][^\x00]*$")]
# What of an event's details names users: their ids say nothing elsewhere.
_USERS = frozenset({"held_by", "to", "to_user_id"})
Note = Annotated[Text | None, Field(description="A note for the timeline.")]
User = Annotated[Mail, Field(description="The e-mail of the member of staff who does it; they must manage the unit.")]


class CaseList(StrEnum):
    """The lists that a system may ask for: those of the page, but for somebody's own."""

    OPEN = "open"
    CALLBACKS = "callbacks"
    LOOK_INTO = "look_into"
    UNCLAIMED = "unclaimed"
    OVERDUE = "overdue"
    SCHEDULED = "scheduled"
    CLOSED = "closed"

    @property
    def queue(self) -> Queue:
        """The desk's queue of the same name; `callbacks` are all that wait for a call."""
        return Queue(self.value)


class CallbackQuery(Taken):
    """Which cases."""

    state: Annotated[CaseList, Field(description="The most urgent first; of the closed ones the latest.")] = (
        CaseList.OPEN
    )
    unit: Annotated[Code | None, Field(description="The unit's code; with all below it.")] = None
    cursor: Annotated[Cursor | None, Field(description="`next_cursor` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many at most.")] = 50


class PhoneIn(Taken):
    """Whom to ring."""

    phone: Annotated[Short, Field(description="A number with its country, or as people write it at home.")]


_BOTH_OR_NEITHER = {
    "anyOf": [
        {
            "required": ["source", "external_id"],
            "properties": {"source": {"type": "string"}, "external_id": {"type": "string"}},
        },
        {"properties": {"source": {"type": "null"}, "external_id": {"type": "null"}}},
    ]
}


class ComplaintIn(Taken):
    """A complaint that came without a rating: by telephone, by letter, in a social network."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra=_BOTH_OR_NEITHER,  # type: ignore[typeddict-item]
    )

    unit: Annotated[Code, Field(description="The code of the unit that it is about.")]
    text: Annotated[Story, Field(description="What happened.")]
    topic: Annotated[Short | None, Field(description="What it is about, in a word.")] = None
    contact: Annotated[PhoneIn | None, Field(description="Whom to ring; to look into, if left out.")] = None
    call_window: Annotated[CallWindow | None, Field(description="When the person would like to be rung.")] = None
    language: Annotated[Language | None, Field(description="The language to speak.")] = None
    channel: Annotated[
        Channel | None, Field(description="How the company was contacted; its norms are then the clocks.")
    ] = None
    source: Annotated[
        Short | None, Field(description="With `external_id`: the interaction it is about, as it was told.")
    ] = None
    external_id: Annotated[Short | None, Field(description="The interaction's id at its source.")] = None


class ClaimIn(Taken):
    """Who takes the case."""

    user: User


class AttemptIn(Taken):
    """How a try to ring ended."""

    user: User
    result: Annotated[AttemptResult, Field(description="How it ended.")]
    next_attempt_at: Annotated[
        Moment | None, Field(description="When to ring again: asked for with `call_later`, within 60 days.")
    ] = None
    note: Note = None


class CloseIn(Taken):
    """How the matter was settled."""

    user: User
    outcome: Annotated[
        str, Field(max_length=40, description="How it ended: a key of `outcomes` in config/callbacks.yaml.")
    ]
    cause: Annotated[
        str, Field(max_length=40, description="What lay behind it: a key of `causes` in config/callbacks.yaml.")
    ]
    note: Note = None


class CallbackOut(Given):
    """One case on the list."""

    id: uuid.UUID
    """Its id."""
    response_id: uuid.UUID | None
    """The response it follows from."""
    unit: str
    """The unit's code."""
    unit_name: str
    """The unit's name."""
    reason: CaseReason
    """Why it was opened."""
    has_number: bool
    """Whether there is somebody to ring."""
    call_window: CallWindow | None
    """When the person would like to be rung."""
    opened_at: Instant
    """When it was opened."""
    due_at: Instant
    """By when the next step is due."""
    overdue: bool
    """Whether that has passed."""
    warn: bool
    """Whether most of a clock is up, or all of it."""
    next_move: NextMove
    """What is to be done next."""
    next_attempt_at: Instant | None
    """When the person agreed to be rung."""
    attempts: int
    """How often it was tried; counted anew when a case is reopened."""
    promise_due_at: Instant | None
    """By when the earliest promise is to be kept."""
    claimed_by: str | None
    """The name of whoever works it."""
    closed_at: Instant | None
    """When it was closed; open until then."""
    outcome: str | None
    """How it ended."""
    cause: str | None
    """What lay behind it."""
    rating: int | None
    """The rating it follows from."""
    comment: str | None
    """The comment there."""
    channel: Channel | None
    """How the company was contacted."""
    hurried_by: list[Hurried]
    """Why its clocks run faster than others': somebody who was unhappy lately, or who is marked as important."""
    complaint: str | None
    """What happened, of a case that came without a rating."""
    language: Language | None
    """The language to speak, where it is known."""
    reopenings: int
    """How often it began anew."""

    @classmethod
    def of(cls, row: CaseRow) -> "CallbackOut":
        """Return the row as it is told."""
        return cls(
            id=row.id,
            response_id=row.response_id,
            unit=row.unit_code,
            unit_name=row.unit_name,
            reason=CaseReason(row.reason),
            has_number=row.has_number,
            call_window=CallWindow(row.call_window) if row.call_window else None,
            opened_at=row.opened_at,
            due_at=row.due_at,
            overdue=row.overdue,
            warn=row.warn,
            next_move=row.move,
            next_attempt_at=row.next_attempt_at,
            attempts=row.attempts,
            promise_due_at=row.promise_due_at,
            claimed_by=row.claimed_by,
            closed_at=row.closed_at,
            outcome=row.outcome,
            cause=row.cause,
            rating=row.rating,
            comment=row.comment,
            channel=Channel(row.channel) if row.channel else None,
            hurried_by=sorted(hurried(row.hurried_by)),
            complaint=row.complaint,
            language=_first_language(row.language, row.contact_language),
            reopenings=row.reopenings,
        )


class CallbacksOut(Given):
    """A page of cases."""

    items: list[CallbackOut]
    """The cases."""
    next_cursor: str | None
    """For the page after this one; null at the end."""


class EventOut(Given):
    """One line of a timeline."""

    at: Instant
    """When."""
    kind: EventKind
    """What happened."""
    who: str | None
    """The name of whoever did it; null for the respondent and for other systems."""
    note: str | None
    """What was written."""
    details: dict[str, Any]
    """Plain values about it."""


class CallbackSheet(CallbackOut):
    """One case with everything that happened."""

    phone: str | None
    """The number, masked. In full it is shown to whoever works the case, on their page."""
    first_attempt_due_at: Instant | None
    """By when somebody must have tried to ring; in writing, have sent an interim answer."""
    first_attempt_warn_at: Instant | None
    """When four fifths of that time are up, in the unit's working hours."""
    first_attempt_at: Instant | None
    """When somebody first tried."""
    first_reached_at: Instant | None
    """When the person was first reached."""
    settle_due_at: Instant
    """By when the matter must be settled."""
    settle_warn_at: Instant | None
    """When four fifths of that time are up."""
    settled: bool | None
    """Whether its outcome counts as settled; null while it is open."""
    merged_into_id: uuid.UUID | None
    """The case that it went into, of the same person."""
    reopened_at: Instant | None
    """When it last began anew: its clocks count from then."""
    events: list[EventOut]
    """The timeline, the earliest first."""

    @classmethod
    def of_sheet(cls, sheet: CaseSheet, *, unit: str, number: ShownNumber) -> "CallbackSheet":
        """Return the case as it is told."""
        case, response = sheet.case, sheet.response
        return cls(
            id=case.id,
            response_id=case.response_id,
            unit=unit,
            unit_name=sheet.unit_path[-1],
            reason=CaseReason(case.reason),
            has_number=case.contact_id is not None,
            call_window=CallWindow(case.call_window) if case.call_window else None,
            opened_at=case.opened_at,
            due_at=case.due_at,
            overdue=sheet.overdue,
            warn=sheet.warn,
            next_move=sheet.move,
            claimed_by=sheet.claimed_by,
            closed_at=case.closed_at,
            outcome=case.outcome,
            cause=case.cause,
            rating=response.rating if response else None,
            comment=response.comment if response else None,
            phone=number.text or None,
            first_attempt_due_at=case.first_attempt_due_at,
            first_attempt_warn_at=case.first_attempt_warn_at,
            first_attempt_at=case.first_attempt_at,
            first_reached_at=case.first_reached_at,
            settle_due_at=case.settle_due_at,
            settle_warn_at=case.settle_warn_at,
            next_attempt_at=case.next_attempt_at,
            attempts=case.attempts,
            promise_due_at=case.promise_due_at,
            channel=Channel(case.channel) if case.channel else None,
            hurried_by=sorted(hurried(case.hurried_by)),
            complaint=case.complaint,
            language=_first_language(case.language, response.language if response else None, sheet.contact_language),
            settled=case.settled,
            merged_into_id=case.merged_into_id,
            reopened_at=case.reopened_at,
            reopenings=case.reopenings,
            events=[
                EventOut(at=one.at, kind=one.kind, who=one.who, note=one.note, details=_plain(one.details))
                for one in sheet.events
            ],
        )


def _first_language(*said: str | None) -> Language | None:
    """Return the first language that is known: the complaint's or the response's, else the person's."""
    known = next(filter(None, said), None)
    return read_language(known) if known else None


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    """Leave out who had the case, to whom it was given and who was told."""
    return {name: value for name, value in details.items() if name not in _USERS}
