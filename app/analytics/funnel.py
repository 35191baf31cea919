"""From a contact to a review, step by step: how many of the people came so far. Read-only.

No step is larger than the one before it: whoever rated has opened the question, and whoever opened it has received it,
even where no receipt and no beacon told so. Leaving for a review site is told beside the ratings.

History that was imported is in no step, for nobody was asked about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.scope import Scope
from app.analytics.grouping import Columns, narrowed
from app.analytics.metrics import Figure, share
from app.analytics.response_rate import ASKING, is_finished
from app.analytics.wanted import Wanted
from app.invitations.models import Delivery, Interaction, Invitation, Reason
from app.messaging.models import Message, MessageState
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
# From the invitation on; before it stands the contact.
STEPS = ("invited", "sent", "delivered", "opened", "rated", "finished", "reviewed")
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

    `by_channel` is the same by the channel of the message; whoever was written to by two stands in both.
    """

    contacts: int
    messages: tuple[StepCount, ...]
    by_channel: dict[str, tuple[StepCount, ...]]
    shown: tuple[StepCount, ...]


def read_funnel(session: Session, wanted: Wanted, scope: Scope) -> Funnel:
    """Return the steps of the contacts that ended in the period; three statements and one for the surveys."""
    reached = _steps(session, _has_message(_SENT), _has_message(_DELIVERED))
    by_message = _steps(session, Message.state.in_(_SENT), Message.state.in_(_DELIVERED))
    contacts = session.scalar(
        select(func.count())
        .select_from(Interaction)
        .where(*_conditions(wanted, scope), or_(Interaction.reason.is_(None), Interaction.reason != Reason.HISTORY))
    )
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
        contacts=contacts or 0,
        messages=tell_steps(STEPS, [sent.get(name, 0) for name in STEPS]),
        by_channel={channel: tell_steps(STEPS, row) for channel, *row in by_channel},
        shown=tell_steps(SHOWN_STEPS, [shown.get(name, 0) for name in SHOWN_STEPS]),
    )


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


def _has_message(states: Sequence[str]) -> ColumnElement[bool]:
    message = aliased(Message)
    return exists().where(message.subject_id == Invitation.id, message.purpose.in_(ASKING), message.state.in_(states))
