"""From a contact to a review, step by step: how many of the people came so far. Read-only.

No step is larger than the one before it: whoever rated has opened the question, and whoever opened it has received it,
even where no receipt and no beacon told so. Leaving for a review site is told beside the ratings.

History that was imported is in no step, for nobody was asked about it. `reached_conditions` is the same for a list of
the very contacts that a step counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.finished import is_finished
from app.analytics.grouping import Columns, narrowed
from app.analytics.metrics import Figure, share
from app.analytics.response_rate import ASKING
from app.analytics.wanted import Wanted
from app.invitations.models import Decision, Delivery, Interaction, Invitation, Reason
from app.messaging.models import Message, MessageState, MessagingChannel
from app.responses.models import SurveyResponse
from app.review_sites.models import ReviewClick

_COLUMNS = Columns(
    at=Interaction.ended_at,
    unit_id=Interaction.unit_id,
    employee_id=Interaction.employee_id,
    channel=Interaction.channel,
    topic=Interaction.topic,
)
_DELIVERED = (MessageState.DELIVERED, MessageState.READ)
_SENT = (MessageState.HANDED_OVER, *_DELIVERED)


class Step(StrEnum):
    """How far somebody came, from the invitation on; before it stands the contact."""

    INVITED = "invited"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    RATED = "rated"
    FINISHED = "finished"
    REVIEWED = "reviewed"


class AskedBy(StrEnum):
    """How somebody was asked: by a message of whichever channel, or by the other system's own page."""

    MESSAGE = "message"
    SHOWN = "shown"


STEPS = tuple(step.value for step in Step)
# Where another system shows the question, nobody tells of sending and receipts.
SHOWN_STEPS = ("invited", "opened", "rated", "finished", "reviewed")


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many came so far, and the shares that they are of the step before and of the first; None of the first."""

    name: str
    n: int
    of_before: Figure | None
    of_first: Figure | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """`messages` begins with all contacts, `shown` are those whose question another system shows.

    `by_channel` is the same by the channel of the message; whoever was written to by two stands in both. `not_asked` is
    how many were not, by the reason, the most often first.
    """

    contacts: int
    messages: tuple[StepCount, ...]
    by_channel: dict[str, tuple[StepCount, ...]]
    shown: tuple[StepCount, ...]
    not_asked: Mapping[str, int]


def read_funnel(session: Session, wanted: Wanted, scope: Scope) -> Funnel:
    """Return the steps of the contacts that ended in the period; three statements and one for the surveys."""
    reached, by_message = _steps_of_anybody(session), _steps_of_message(session)
    decided = [
        (decision, reason, n)
        for decision, reason, n in session.execute(
            select(Interaction.decision, Interaction.reason, func.count())
            .where(*_conditions(wanted, scope), is_no_history())
            .group_by(Interaction.decision, Interaction.reason)
        )
    ]
    not_asked = [(reason, n) for decision, reason, n in decided if decision == Decision.SKIPPED and reason]
    counts, of_messages = (
        [func.count(distinct(case((steps[name], Invitation.id)))) for name in STEPS] for steps in (reached, by_message)
    )
    query = (
        select(*counts)
        .select_from(Interaction)
        .join(Invitation, Invitation.interaction_id == Interaction.id)
        .outerjoin(
            SurveyResponse,
            and_(SurveyResponse.interaction_id == Interaction.id, SurveyResponse.suspect.is_(False)),
        )
        .where(*_conditions(wanted, scope))
    )
    by_delivery = {
        delivery: dict(zip(STEPS, row, strict=True))
        for delivery, *row in session.execute(
            query.with_only_columns(Interaction.delivery, *counts).group_by(Interaction.delivery)
        )
    }
    by_channel = session.execute(
        query.with_only_columns(Message.channel, *of_messages)
        .join(Message, and_(Message.subject_id == Invitation.id, Message.purpose.in_(ASKING)))
        .group_by(Message.channel)
    )
    sent, shown = (by_delivery.get(each, {}) for each in (Delivery.AUTO, Delivery.SELF))
    return Funnel(
        contacts=sum(n for _, _, n in decided),
        messages=tell_steps(STEPS, [sent.get(name, 0) for name in STEPS]),
        by_channel={channel: tell_steps(STEPS, row) for channel, *row in by_channel},
        shown=tell_steps(SHOWN_STEPS, [shown.get(name, 0) for name in SHOWN_STEPS]),
        not_asked=dict(sorted(not_asked, key=lambda pair: (-pair[1], pair[0]))),
    )


def reached_conditions(
    session: Session, step: Step, by: AskedBy | MessagingChannel | None = None
) -> list[ColumnElement[bool]]:
    """Return the WHERE over `interaction` that keeps whoever came so far, as the funnel counts them.

    With a channel those who were written to by it; one query for the surveys.
    """
    asked = (
        select(literal(1))
        .select_from(Invitation)
        .outerjoin(
            SurveyResponse,
            and_(SurveyResponse.interaction_id == Invitation.interaction_id, SurveyResponse.suspect.is_(False)),
        )
        .where(Invitation.interaction_id == Interaction.id)
    )
    if isinstance(by, MessagingChannel):
        written = and_(Message.subject_id == Invitation.id, Message.purpose.in_(ASKING), Message.channel == by)
        asked = asked.join(Message, written).where(_steps_of_message(session)[step])
        return [asked.correlate(Interaction).exists()]
    came = asked.where(_steps_of_anybody(session)[step]).correlate(Interaction).exists()
    delivery = {AskedBy.MESSAGE: Delivery.AUTO, AskedBy.SHOWN: Delivery.SELF}
    return [came] if by is None else [came, Interaction.delivery == delivery[by]]


def is_no_history() -> ColumnElement[bool]:
    """Return the condition that a contact was told of as it happened, rather than imported later."""
    return or_(Interaction.reason.is_(None), Interaction.reason != Reason.HISTORY)


def tell_steps(names: Sequence[str], counts: Sequence[int]) -> tuple[StepCount, ...]:
    """Return the steps with their shares."""
    return tuple(
        StepCount(
            name,
            n,
            share(n, counts[names.index("rated") if name == "reviewed" else place - 1]) if place else None,
            share(n, counts[0]) if place else None,
        )
        for place, (name, n) in enumerate(zip(names, counts, strict=True))
    )


def _conditions(wanted: Wanted, scope: Scope) -> list[ColumnElement[bool]]:
    return [
        Interaction.ended_at >= wanted.period.since,
        Interaction.ended_at < wanted.period.until,
        scope.where(Interaction.unit_id),
        *narrowed(wanted, _COLUMNS),
    ]


def _steps(
    session: Session, sent: ColumnElement[bool], delivered: ColumnElement[bool]
) -> dict[str, ColumnElement[Any]]:
    """Return what tells that an invitation came so far, each of them true of all later steps, too."""
    rated = SurveyResponse.id.is_not(None)
    opened = or_(rated, and_(Invitation.opens > 0, Invitation.scanned.is_(False)))
    return {
        "invited": Invitation.id.is_not(None),
        "sent": or_(opened, sent),
        "delivered": or_(opened, delivered),
        "opened": opened,
        "rated": rated,
        "finished": and_(rated, is_finished(session)),
        # Leaving for a review site is no part of the form: it may come before its end.
        "reviewed": exists().where(ReviewClick.response_id == SurveyResponse.id),
    }


def _steps_of_anybody(session: Session) -> dict[str, ColumnElement[Any]]:
    return _steps(session, _has_message(_SENT), _has_message(_DELIVERED))


def _steps_of_message(session: Session) -> dict[str, ColumnElement[Any]]:
    """Return the same of the one message that is joined."""
    return _steps(session, Message.state.in_(_SENT), Message.state.in_(_DELIVERED))


def _has_message(states: Sequence[str]) -> ColumnElement[bool]:
    message = aliased(Message)
    return exists().where(message.subject_id == Invitation.id, message.purpose.in_(ASKING), message.state.in_(states))
