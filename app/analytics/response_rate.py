"""What became of the people who were asked, by AAPOR's Standard Definitions, and how walk-ups went on. Read-only.

The people asked are a known sample: whoever was invited about an interaction that ended in the period. Each is counted
once, and only when the time to answer is over: until then nobody knows, and counting the quick alone would flatter.
People who scan a code are no sample. Of them there is the share who finish what they began, never a response rate.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Subquery, case, exists, func, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.aapor import Dispositions, ResponseRates, response_rates
from app.analytics.counts.question import Group
from app.analytics.filters import response_conditions, walk_up_conditions
from app.analytics.finished import is_finished
from app.analytics.grouping import Columns, Grouping, narrowed
from app.analytics.measured import Measured
from app.analytics.metrics import share
from app.analytics.suppression import MINIMUM
from app.analytics.wanted import By, Wanted
from app.contacts.models import AddressKind, Contact, Suppression, SuppressionReason
from app.invitations.models import Delivery, Interaction, Invitation
from app.messaging.models import Message, MessagePurpose, MessageState
from app.messaging.stopping import OPTED_OUT
from app.responses.models import SurveyResponse
from app.touchpoints.models import PageOpen, Touchpoint

ASKING = (MessagePurpose.INVITATION, MessagePurpose.REMINDER)
_ARRIVED = (MessageState.DELIVERED, MessageState.READ)


class Disposition(StrEnum):
    """What became of one person asked; the names are AAPOR's."""

    INTERVIEW = "interview"
    PARTIAL = "partial"
    REFUSAL = "refusal"
    NON_CONTACT = "non_contact"
    UNKNOWN = "unknown"
    # Nobody was asked after all: a number that is none, a message that was never sent, a scanner instead of a person.
    INELIGIBLE = "ineligible"
    # There is still time to answer.
    PENDING = "pending"


_ANSWERED = (Disposition.INTERVIEW, Disposition.PARTIAL)
_REACHED = (*_ANSWERED, Disposition.REFUSAL)
_ASKED = (*_REACHED, Disposition.NON_CONTACT, Disposition.UNKNOWN)
# Of each rate, by the name of its part: who is in it, and of whom it is the share.
RATE_OUTCOMES: Mapping[str, tuple[tuple[Disposition, ...], tuple[Disposition, ...]]] = {
    "rr1": ((Disposition.INTERVIEW,), _ASKED),
    "rr2": (_ANSWERED, _ASKED),
    "contact": (_REACHED, _ASKED),
    "cooperation": ((Disposition.INTERVIEW,), _REACHED),
    "refusal": ((Disposition.REFUSAL,), _ASKED),
}


@dataclass(frozen=True, slots=True)
class WalkUps:
    """People who answered at a code: `rated`, of whom `finished` sent all that was asked."""

    rated: int = 0
    finished: int = 0


def count_dispositions(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    *,
    survey: str | None = None,
    by: By | None = None,
    units: Collection[uuid.UUID] = (),
    now: datetime,
) -> dict[Group, Counter[Disposition]]:
    """Return how many had each disposition, by group as `count_values` does; three statements."""
    person = _classify(session, survey, now)
    columns = Columns(
        at=person.c.ended_at,
        unit_id=person.c.unit_id,
        employee_id=person.c.employee_id,
        channel=person.c.channel,
        topic=person.c.topic,
    )
    each = [func.count().filter(person.c.disposition == one) for one in Disposition]
    found = Grouping(columns, wanted, by, units).count(session, select(*each).select_from(person), scope)
    return {group: Counter(dict(zip(Disposition, row, strict=True))) for group, row in found.items()}


def outcome_condition(session: Session, outcomes: Collection[Disposition], *, now: datetime) -> ColumnElement[bool]:
    """Return the condition over `interaction` that keeps those whose asking had one of these outcomes; one query."""
    person = _classify(session, None, now)
    return exists().where(person.c.id == Interaction.id, person.c.disposition.in_(outcomes))


def count_walk_ups(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    *,
    survey: str | None = None,
    by: By | None = None,
    units: Collection[uuid.UUID] = (),
) -> dict[Group, WalkUps]:
    """Return how many answered at codes, by group as `count_values` does; two statements.

    Nobody knows what a walk-up came about: with a topic of calls, or by them, there are none.
    """
    if by is By.CALL_TOPIC or wanted.call_topic is not None:
        return {}
    response = SurveyResponse
    columns = Columns(
        at=response.answered_at,
        unit_id=response.unit_id,
        employee_id=response.employee_id,
        channel=response.channel,
        topic=None,
    )
    counts = select(func.count(), func.count().filter(is_finished(session))).where(
        *response_conditions(session, replace(wanted.as_filter(), survey=survey), scope),
        *walk_up_conditions(),
    )
    found = Grouping(columns, wanted, by, units).count(session, counts, scope)
    return {group: WalkUps(*row) for group, row in found.items()}


def count_opens(session: Session, wanted: Wanted, scope: Scope, *, survey: str | None = None) -> int:
    """Return how often people opened the pages of codes: a lower bound, by days of UTC."""
    columns = Columns(
        at=PageOpen.day,
        unit_id=Touchpoint.unit_id,
        employee_id=Touchpoint.employee_id,
        channel=Touchpoint.channel,
        topic=None,
    )
    if wanted.call_topic is not None:
        return 0
    opened = (
        select(func.sum(PageOpen.opens))
        .join(Touchpoint, Touchpoint.id == PageOpen.touchpoint_id)
        .where(
            PageOpen.day >= wanted.period.first,
            PageOpen.day <= wanted.period.last,
            scope.where(columns.unit_id),
            *narrowed(wanted, columns),
        )
    )
    if survey is not None:
        opened = opened.where(Touchpoint.survey_key == survey)
    return int(session.scalar(opened) or 0)


def measure_response_rate(counts: Counter[Disposition], walk_ups: WalkUps, *, minimum: int = MINIMUM) -> Measured:
    """Return RR1 as the headline; as parts RR2, the contact, cooperation and refusal rates, and apart the walk-ups."""
    rates = response_rates(
        Dispositions(
            interviews=counts[Disposition.INTERVIEW],
            partials=counts[Disposition.PARTIAL],
            refusals=counts[Disposition.REFUSAL],
            non_contacts=counts[Disposition.NON_CONTACT],
            unknown_others=counts[Disposition.UNKNOWN],
            ineligible=counts[Disposition.INELIGIBLE],
        ),
        minimum=minimum,
    )
    parts = {name: getattr(rates, name) for name in ResponseRates.__dataclass_fields__}
    completion = share(walk_ups.finished, walk_ups.rated, minimum=minimum)
    return Measured("rr1", MappingProxyType({**parts, "walk_up_completion": completion}))


def _classify(session: Session, survey: str | None, now: datetime) -> Subquery:
    """Return everybody who was asked, with what became of them: a row each, which the caller narrows."""
    # A reminder that arrived says as much as the first message: whichever got furthest counts.
    furthest = (
        select(
            func.max(case((Message.state.in_(_ARRIVED), 2), (Message.state == MessageState.HANDED_OVER, 1), else_=0))
        )
        .where(Message.subject_id == Invitation.id, Message.purpose.in_(ASKING))
        .scalar_subquery()
    )
    asked = (
        select(
            Interaction.id,
            Interaction.unit_id,
            Interaction.employee_id,
            Interaction.channel,
            Interaction.topic,
            Interaction.ended_at,
            case(
                (Invitation.answer_by > now, Disposition.PENDING),
                (SurveyResponse.suspect.is_(True), Disposition.INELIGIBLE),
                (SurveyResponse.id.is_not(None) & is_finished(session), Disposition.INTERVIEW),
                (SurveyResponse.id.is_not(None), Disposition.PARTIAL),
                (_has_refused(), Disposition.REFUSAL),
                # Somebody looked at the question and left: broken off before the rating.
                ((Invitation.opens > 0) & Invitation.scanned.is_(False), Disposition.REFUSAL),
                (Invitation.withdrawn_at.is_not(None), Disposition.INELIGIBLE),
                # Whether another system showed the question nobody tells us.
                (Interaction.delivery == Delivery.SELF, Disposition.UNKNOWN),
                (furthest == 2, Disposition.NON_CONTACT),
                (furthest == 1, Disposition.UNKNOWN),
                else_=Disposition.INELIGIBLE,
            ).label("disposition"),
        )
        .select_from(Interaction)
        .join(Invitation, Invitation.interaction_id == Interaction.id)
        .outerjoin(SurveyResponse, SurveyResponse.interaction_id == Interaction.id)
    )
    return (asked if survey is None else asked.where(Invitation.survey_key == survey)).subquery()


def _has_refused() -> ColumnElement[bool]:
    """Tell whether the person said stop in answer to being asked: by the gateway's word, or by any of their addresses.

    A stop of earlier or later days is another matter: who had said it before was not asked.
    """
    told = exists().where(Message.subject_id == Invitation.id, Message.failure == OPTED_OUT)
    indexes = [getattr(Contact, f"{kind}_index") for kind in AddressKind]
    stopped = exists().where(
        Contact.id == Interaction.contact_id,
        Suppression.address_index.in_(indexes),
        Suppression.reason == SuppressionReason.OPTED_OUT,
        Suppression.created_at >= Invitation.created_at,
        Suppression.created_at <= Invitation.answer_by,
    )
    return told | stopped
