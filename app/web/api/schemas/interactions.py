"""What the calls of interactions take and give."""

import uuid
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from app.invitations.drafts import InteractionDraft
from app.invitations.models import Decision, Delivery, Reason
from app.kit.i18n import Language
from app.touchpoints.models import Channel
from app.web.api.schemas.fields import Code, Flag, Given, Key, Mail, Moment, Seconds, Short, Taken, Url

MOST_AT_ONCE = 1000
MOST_TAGS = 20


class ContactIn(Taken):
    """Whom to ask. At least one address, or nobody is asked; the first that a gateway reaches is used."""

    phone: Annotated[Short | None, Field(description="A number with its country, or as people write it at home.")] = (
        None
    )
    email: Annotated[Mail | None, Field(description="An e-mail address.")] = None
    telegram_id: Annotated[
        Annotated[str, Field(pattern=r"^[0-9]{1,20}$")] | None,
        Field(description="The chat with our bot, as Telegram numbers it; text of digits."),
    ] = None


class InteractionIn(Taken):
    """A finished call, visit or chat."""

    external_id: Annotated[Key, Field(description="Its id in the sending system. With `source` it names it for ever.")]
    source: Annotated[Key, Field(description="The sending system, such as `asterisk` or `crm`.")]
    channel: Annotated[Channel, Field(description="How the company was contacted.")]
    unit: Annotated[Code, Field(description="The code of the unit: an office, a queue, a line.")]
    employee: Annotated[Code | None, Field(description="The code of whoever served.")] = None
    contact: Annotated[ContactIn | None, Field(description="Whom to ask; nobody, if left out.")] = None
    language: Annotated[Language | None, Field(description="In which language to ask.")] = None
    started_at: Annotated[Moment | None, Field(description="When it began, with its zone.")] = None
    ended_at: Annotated[Moment, Field(description="When it ended, with its zone; at most five minutes ahead of us.")]
    wait_seconds: Annotated[Seconds | None, Field(description="Seconds until somebody answered.")] = None
    handle_seconds: Annotated[Seconds | None, Field(description="Seconds that serving took.")] = None
    topic: Annotated[Short | None, Field(description="What it was about; topics can be excluded from asking.")] = None
    answered: Annotated[Flag | None, Field(description="Whether anybody answered; nobody is asked where not.")] = None
    resolved: Annotated[Flag | None, Field(description="Whether the matter was settled, by the operator's note.")] = (
        None
    )
    recording_url: Annotated[Url | None, Field(description="Where staff listen to it, http or https.")] = None
    tags: Annotated[
        tuple[Short, ...], Field(max_length=MOST_TAGS, description="Whatever else tells it from others.")
    ] = ()
    delivery: Annotated[
        Delivery,
        Field(
            description="`auto` sends the question; `self` sends nothing and answers with the address and the QR code "
            "of this very interaction, for an operator's screen, a receipt or a queue terminal."
        ),
    ] = Delivery.AUTO

    def draft(self) -> InteractionDraft:
        """Return what the use case takes."""
        contact = self.contact or ContactIn()
        return InteractionDraft(
            source=self.source,
            external_id=self.external_id,
            channel=self.channel,
            unit=self.unit,
            ended_at=self.ended_at,
            employee=self.employee,
            phone=contact.phone,
            email=contact.email,
            telegram_id=contact.telegram_id,
            language=self.language,
            started_at=self.started_at,
            wait_seconds=self.wait_seconds,
            handle_seconds=self.handle_seconds,
            topic=self.topic,
            answered=self.answered,
            resolved=self.resolved,
            recording_url=self.recording_url,
            tags=self.tags,
            delivery=self.delivery,
        )


class InteractionOut(Given):
    """What followed an interaction; the same however often it is told."""

    id: uuid.UUID
    """Ours."""
    decision: Decision
    """Whether the person is asked."""
    reason: Reason | None
    """Why not, if `skipped`."""
    survey_url: str | None
    """Where this very interaction is rated; only for `delivery: self`, and only if `invited`."""
    qr_url: str | None
    """Its QR code as SVG; beside `survey_url`."""


class BulkIn(Taken):
    """Up to a thousand interactions; one that cannot be taken does not hurt the others."""

    # Each is looked at by itself, so the schema of the whole says nothing of it.
    interactions: Annotated[
        list[Annotated[Any, WithJsonSchema({})]],
        Field(
            min_length=1,
            max_length=MOST_AT_ONCE,
            description="Each as `POST /interactions` takes it (InteractionIn); its result says if it cannot be taken.",
        ),
    ]


class FieldProblem(Given):
    """What is wrong with one field."""

    field: str
    """Its path, such as `contact.phone`."""
    code: str
    """Stable."""
    message: str
    """For people."""


class RowOut(Given):
    """The result of one row, in the order in which they were sent."""

    status: Literal[202, 409, 422]
    """What `POST /interactions` would have answered."""
    interaction: InteractionOut | None
    """What followed, if it was taken."""
    code: str | None
    """Why it was not taken."""
    errors: list[FieldProblem]
    """The fields to blame."""


class BulkOut(Given):
    """The results of a bulk."""

    taken: int
    """How many were taken, repeats among them."""
    refused: int
    """How many were not."""
    results: list[RowOut]
    """One for each, in order."""
