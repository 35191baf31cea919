"""What else there is of the same person, within what the reader may see: other cases, other responses."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import StaffUser
from app.accounts.scope import Scope
from app.callbacks.models import CallbackCase
from app.callbacks.states import EntryKind
from app.invitations.models import Interaction
from app.organisation.models import Unit
from app.responses.models import SurveyResponse

MOST = 20


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """Another case of the same person, open until `closed_at`; `at` is when it was opened.

    `mergeable`: it is open and nobody, or the same colleague, works both. `rating` is raw, on the scale of
    `survey_version_id`; `words` are the comment, else the complaint.
    """

    entry: ClassVar = EntryKind.CASE
    at: datetime
    id: uuid.UUID
    unit_name: str
    reason: str
    claimed_by_id: uuid.UUID | None
    claimed_by: str | None
    due_at: datetime
    closed_at: datetime | None
    outcome: str | None
    cause: str | None
    merged_into_id: uuid.UUID | None
    rating: int | None
    survey_version_id: uuid.UUID | None
    words: str | None
    mergeable: bool


@dataclass(frozen=True, slots=True)
class GivenResponse:
    """A response of the same person, or of somebody unknown the one that the case follows from (`own`)."""

    entry: ClassVar = EntryKind.RESPONSE
    at: datetime
    id: uuid.UUID
    unit_name: str
    survey_version_id: uuid.UUID
    rating: int
    band: str | None
    comment: str | None
    language: str
    channel: str
    via: str
    own: bool


def list_same_person(session: Session, case: CallbackCase, scope: Scope) -> list[EarlierCase]:
    """Return up to 20 other cases of the same person, the latest first; none for a case without a number."""
    if case.contact_id is None:
        return []
    claimer = aliased(StaffUser)
    rows = session.execute(
        select(CallbackCase, Unit.name, claimer.name, SurveyResponse)
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .outerjoin(claimer, claimer.id == CallbackCase.claimed_by_id)
        .outerjoin(SurveyResponse, SurveyResponse.id == CallbackCase.response_id)
        .where(
            CallbackCase.contact_id == case.contact_id,
            CallbackCase.id != case.id,
            scope.where(CallbackCase.unit_id),
        )
        .order_by(CallbackCase.opened_at.desc(), CallbackCase.id.desc())
        .limit(MOST)
    )
    return [
        EarlierCase(
            at=other.opened_at,
            id=other.id,
            unit_name=unit_name,
            reason=other.reason,
            claimed_by_id=other.claimed_by_id,
            claimed_by=claimed_by,
            due_at=other.due_at,
            closed_at=other.closed_at,
            outcome=other.outcome,
            cause=other.cause,
            merged_into_id=other.merged_into_id,
            rating=response.rating if response else None,
            survey_version_id=response.survey_version_id if response else None,
            words=(response.comment if response else None) or other.complaint,
            mergeable=case.closed_at is None
            and other.closed_at is None
            and (None in (case.claimed_by_id, other.claimed_by_id) or case.claimed_by_id == other.claimed_by_id),
        )
        for other, unit_name, claimed_by, response in rows
    ]


def list_responses(
    session: Session, *, person_id: uuid.UUID | None, own_id: uuid.UUID | None, scope: Scope
) -> list[GivenResponse]:
    """Return the response with `own_id` and up to 20 others of the person, the latest first; one query."""
    ids = []
    if own_id is not None:
        ids.append(SurveyResponse.id == own_id)
    if person_id is not None:
        # Through their cases, and through calls and visits that they were asked about.
        by_case = select(CallbackCase.response_id).where(
            CallbackCase.contact_id == person_id, CallbackCase.response_id.is_not(None)
        )
        by_call = (
            select(SurveyResponse.id)
            .join(Interaction, Interaction.id == SurveyResponse.interaction_id)
            .where(Interaction.contact_id == person_id)
        )
        ids.append(SurveyResponse.id.in_(by_case.union(by_call)))
    if not ids:
        return []
    condition = ids[0] if len(ids) == 1 else ids[0] | ids[1]
    rows = session.execute(
        select(SurveyResponse, Unit.name)
        .join(Unit, Unit.id == SurveyResponse.unit_id)
        .where(condition, scope.where(SurveyResponse.unit_id))
        .order_by(SurveyResponse.answered_at.desc(), SurveyResponse.id.desc())
        .limit(MOST + 1)
    )
    return [
        GivenResponse(
            at=response.answered_at,
            id=response.id,
            unit_name=unit_name,
            survey_version_id=response.survey_version_id,
            rating=response.rating,
            band=response.band,
            comment=response.comment,
            language=response.language,
            channel=response.channel,
            via=response.via,
            own=response.id == own_id,
        )
        for response, unit_name in rows
    ]
