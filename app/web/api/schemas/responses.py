"""What the calls of responses take and give."""

import uuid
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.analytics.response_rows import ResponseRow
from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction
from app.kit.i18n import Language
from app.responses.models import Via
from app.surveys.definition import Band
from app.touchpoints.models import Channel
from app.web.api.schemas.fields import Code, Cursor, Flag, Given, Instant, Key, Moment, Short, Taken, Text, Whole

_QUESTION = r"^[a-z0-9][a-z0-9_-]{0,63}$"
_Word = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
_Value = Annotated[Whole, Field(ge=0, le=100)]
_Answer = _Value | _Word | Annotated[list[_Value | Short], Field(max_length=50)]
_EITHER = {
    "oneOf": [
        {"required": ["touchpoint"], "not": {"anyOf": [{"required": ["source"]}, {"required": ["external_id"]}]}},
        {"required": ["source", "external_id"], "not": {"required": ["touchpoint"]}},
    ]
}


def _hide_default(schema: dict[str, Any]) -> None:
    """Say nothing of the empty text that stands for what was left out: nobody may send it."""
    schema.pop("default", None)


class ResponseIn(Taken):
    """A rating taken elsewhere: for a touchpoint, or about an interaction (`source` with `external_id`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_EITHER)  # type: ignore[typeddict-item]

    touchpoint: Annotated[
        Code, Field(description="The code of a touchpoint, in any case.", json_schema_extra=_hide_default)
    ] = ""
    source: Annotated[
        Key, Field(description="The system that told of the interaction.", json_schema_extra=_hide_default)
    ] = ""
    external_id: Annotated[Key, Field(description="The interaction's id there.", json_schema_extra=_hide_default)] = ""
    survey: Annotated[
        Code | None,
        Field(description="Which survey is answered about an interaction; the one it is asked by, if left out."),
    ] = None
    rating: Annotated[Whole, Field(ge=0, le=100, description="The first question's value, on its own scale.")]
    answers: Annotated[
        dict[Annotated[str, StringConstraints(pattern=_QUESTION)], _Answer],
        Field(
            max_length=50,
            description="Later questions by key: a value, the key of an option (several in a list), or words.",
        ),
    ] = Field(default_factory=dict)
    comment: Annotated[Text | None, Field(description="In the person's own words.")] = None
    language: Annotated[Language | None, Field(description="In which language it was asked.")] = None

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> "ResponseIn":
        about_interaction = bool(self.source) and bool(self.external_id)
        if bool(self.touchpoint) == about_interaction or bool(self.source) != bool(self.external_id):
            raise PydanticCustomError("either", "name a touchpoint, or source and external_id")
        return self


class ResponseMade(Given):
    """The response, and where its giver may add to it."""

    id: uuid.UUID
    """Its id."""
    url: str
    """Its page: open to whoever holds the address, for additions within some hours."""
    created: bool
    """False if it was there: the interaction had been rated."""


class ResponseQuery(Taken):
    """Which responses; everything left out does not narrow."""

    since: Annotated[Moment | None, Field(description="Answered at or after.")] = None
    until: Annotated[Moment | None, Field(description="Answered before.")] = None
    unit: Annotated[Code | None, Field(description="The unit's code; with all below it.")] = None
    employee: Annotated[Code | None, Field(description="The code of whoever served.")] = None
    touchpoint: Annotated[Code | None, Field(description="The touchpoint's code.")] = None
    survey: Annotated[Code | None, Field(description="The survey's key.")] = None
    channel: Annotated[Channel | None, Field(description="How the company was contacted.")] = None
    via: Annotated[Via | None, Field(description="Where it was answered.")] = None
    band: Annotated[Band | None, Field(description="What the rating counts as.")] = None
    suspect: Annotated[Literal["true", "false"] | None, Field(description="Only those marked as suspect, or none.")] = (
        None
    )
    order: Annotated[Literal["asc", "desc"], Field(description="The earliest first, or the latest.")] = "asc"
    cursor: Annotated[Cursor | None, Field(description="`next_cursor` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many at most.")] = 50


class Named(Given):
    """A code, and what people call it."""

    code: str
    """Its code."""
    name: str
    """Its name."""


class InteractionRow(Given):
    """The interaction that a response is about."""

    id: uuid.UUID
    """Ours."""
    source: str
    """The system that told of it."""
    external_id: str
    """Its id there."""
    channel: Channel
    """How the company was contacted."""
    started_at: Instant | None
    """When it began."""
    ended_at: Instant
    """When it ended."""
    wait_seconds: int | None
    """Seconds until somebody answered."""
    handle_seconds: int | None
    """Seconds that serving took."""
    topic: str | None
    """What it was about."""
    resolved: bool | None
    """Whether the matter was settled, by the operator's note."""
    recording_url: str | None
    """Where staff listen to it."""
    tags: list[str]
    """Whatever else was told."""

    @classmethod
    def of(cls, row: Interaction) -> "InteractionRow":
        """Return the row as it is told."""
        return cls(
            id=row.id,
            source=row.source,
            external_id=row.external_id,
            channel=Channel(row.channel),
            started_at=row.started_at,
            ended_at=row.ended_at,
            wait_seconds=row.wait_seconds,
            handle_seconds=row.handle_seconds,
            topic=row.topic,
            resolved=row.resolved,
            recording_url=row.recording_url,
            tags=list(row.tags),
        )


class CaseBrief(Given):
    """The latest case that followed a response."""

    id: uuid.UUID
    """Its id: `GET /callbacks/{id}` tells all."""
    opened_at: Instant
    """When it was opened."""
    due_at: Instant
    """By when the next step is due."""
    closed_at: Instant | None
    """When it was closed; open until then."""
    outcome: str | None
    """How it ended."""

    @classmethod
    def of(cls, case: CallbackCase) -> "CaseBrief":
        """Return the case in short."""
        return cls(
            id=case.id, opened_at=case.opened_at, due_at=case.due_at, closed_at=case.closed_at, outcome=case.outcome
        )


class ResponseOut(Given):
    """One response with its interaction. Never a number or an address."""

    id: uuid.UUID
    """Its id."""
    answered_at: Instant
    """When it was given."""
    finished_at: Instant | None
    """When more than the rating was first sent."""
    unit: Named
    """Where."""
    employee: Named | None
    """Who served."""
    touchpoint: str | None
    """The code that was scanned."""
    survey: str
    """The survey's key."""
    survey_version: int
    """Its version."""
    channel: Channel
    """How the company was contacted."""
    via: Via
    """Where it was answered."""
    language: str
    """In which language."""
    rating: int
    """The first question's value."""
    score: float | None
    """The same from 0 to 100, for scales."""
    band: Band | None
    """What it counts as."""
    comment: str | None
    """In the person's own words."""
    answers: dict[str, Any]
    """Later questions by key; options of a choice by their keys."""
    suspect: bool
    """Whether it is marked and shown apart."""
    routed: bool
    """Whether something followed from it."""
    demo: bool
    """Whether it belongs to the demo company."""
    interaction: InteractionRow | None
    """What it is about, if that was told."""
    case: CaseBrief | None
    """The latest case that followed."""

    @classmethod
    def of(cls, row: ResponseRow) -> "ResponseOut":
        """Return the row as it is told."""
        response, definition = row.response, row.definition
        employee = None
        if row.employee_code is not None:
            employee = Named(code=row.employee_code, name=row.employee_name or "")
        return cls(
            id=response.id,
            answered_at=response.answered_at,
            finished_at=response.finished_at,
            unit=Named(code=row.unit_code, name=row.unit_name),
            employee=employee,
            touchpoint=row.touchpoint,
            survey=definition.key,
            survey_version=definition.version,
            channel=Channel(response.channel),
            via=Via(response.via),
            language=response.language,
            rating=response.rating,
            score=response.score,
            band=Band(response.band) if response.band else None,
            comment=response.comment,
            answers=row.answers,
            suspect=response.suspect,
            routed=response.routed,
            demo=response.demo,
            interaction=InteractionRow.of(row.interaction) if row.interaction else None,
            case=CaseBrief.of(row.case) if row.case else None,
        )


class ResponsesOut(Given):
    """A page of responses."""

    items: list[ResponseOut]
    """The responses."""
    next_cursor: str | None
    """For the page after this one; null at the end."""


def read_flag(text: str | None) -> Flag | None:
    """Return what a query string's `true` or `false` says."""
    return None if text is None else text == "true"
