"""What other systems are told of an event: `{type, timestamp, data}`, made from the database at each try.

Codes that people know (unit, touchpoint, employee, survey) and plain values; never a number or an e-mail, also where
somebody wrote one into a comment. What was deleted meanwhile is not told of any more.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction, Invitation
from app.kit.errors import NotFoundError
from app.kit.log import clean_text
from app.messaging.models import Message
from app.organisation.models import Employee, Unit
from app.responses.models import ResponseAnswer, SurveyResponse
from app.surveys.definition import Audience, Definition
from app.surveys.service import get_definition
from app.touchpoints.models import Touchpoint
from app.webhooks.events import TEST, WebhookEvent
from app.webhooks.models import WebhookDelivery

# Standard Webhooks asks for less than 20 KB.
LARGEST = 20_000
_SHORT = 200
Data = dict[str, Any]


class EventObsoleteError(NotFoundError):
    """What the event was about has been deleted."""

    code = "obsolete"


def build_body(session: Session, delivery: WebhookDelivery, *, public_url: str) -> bytes:
    """Return the JSON to send; raises EventObsoleteError."""
    data = _READERS[delivery.event](session, delivery.payload, public_url)
    told = {"type": delivery.event, "timestamp": _instant(delivery.created_at), "data": data}
    body = _dump(told)
    if len(body) >= LARGEST:
        _shorten(data)
        body = _dump(told)
    return body


def _read_response_event(session: Session, payload: Mapping[str, Any], public_url: str) -> Data:
    return _read_response(session, uuid.UUID(payload["response_id"]), public_url)


def _read_response(session: Session, response_id: uuid.UUID, public_url: str) -> Data:
    found = session.execute(
        select(SurveyResponse, Unit, Touchpoint.code, Employee.code)
        .join(Unit, Unit.id == SurveyResponse.unit_id)
        .outerjoin(Touchpoint, Touchpoint.id == SurveyResponse.touchpoint_id)
        .outerjoin(Employee, Employee.id == SurveyResponse.employee_id)
        .where(SurveyResponse.id == response_id)
    ).one_or_none()
    if found is None:
        raise EventObsoleteError("the response was deleted")
    response, unit, touchpoint, employee = found
    definition = get_definition(session, response.survey_version_id)
    if definition.audience is Audience.EMPLOYEES:
        raise EventObsoleteError("what an employee answers is told to nobody")
    return {
        "id": str(response.id),
        "url": f"{public_url}/manage/responses/{response.id}",
        "answered_at": _instant(response.answered_at),
        "finished_at": _instant(response.finished_at),
        "survey": definition.key,
        "survey_version": definition.version,
        "unit": unit.code,
        "unit_name": unit.name,
        "touchpoint": touchpoint,
        "employee": employee,
        "channel": response.channel,
        "via": response.via,
        "language": response.language,
        "rating": response.rating,
        "score": response.score,
        "band": response.band,
        "comment": _clean(response.comment),
        "answers": _read_answers(session, response.id, definition),
        "suspect": response.suspect,
        "interaction": _read_interaction(session, response.interaction_id),
    }


def _read_answers(session: Session, response_id: uuid.UUID, definition: Definition) -> list[Data]:
    rows = session.scalars(
        select(ResponseAnswer).where(ResponseAnswer.response_id == response_id).order_by(ResponseAnswer.value)
    )
    found: dict[str, list[ResponseAnswer]] = {}
    for row in rows:
        found.setdefault(row.question_key, []).append(row)
    told: list[Data] = []
    for question in definition.later:
        if question.key in found:
            values = [answer.value for answer in found[question.key] if answer.value is not None]
            text = next((answer.text for answer in found[question.key] if answer.text is not None), None)
            keys = [question.options[value - 1].key for value in values if 0 < value <= len(question.options)]
            told.append({"question": question.key, "values": values, "options": keys, "text": _clean(text)})
    return told


def _read_interaction(session: Session, interaction_id: uuid.UUID | None) -> Data | None:
    interaction = session.get(Interaction, interaction_id) if interaction_id else None
    if interaction is None:
        return None
    return {
        "id": str(interaction.id),
        "source": interaction.source,
        "external_id": interaction.external_id,
        "channel": interaction.channel,
        "topic": _clean(interaction.topic),
        "ended_at": _instant(interaction.ended_at),
    }


def _read_case(session: Session, payload: Mapping[str, Any], public_url: str) -> Data:
    found = session.execute(
        select(CallbackCase, Unit)
        .join(Unit, Unit.id == CallbackCase.unit_id)
        .where(CallbackCase.id == uuid.UUID(payload["case_id"]))
    ).one_or_none()
    if found is None:
        raise EventObsoleteError("the case was deleted")
    case, unit = found
    return {
        "id": str(case.id),
        "url": f"{public_url}/manage/callbacks/{case.id}",
        "unit": unit.code,
        "unit_name": unit.name,
        "reason": case.reason,
        "has_number": case.contact_id is not None,
        "call_window": case.call_window,
        "opened_at": _instant(case.opened_at),
        "due_at": _instant(case.due_at),
        "first_attempt_due_at": _instant(case.first_attempt_due_at),
        "first_attempt_at": _instant(case.first_attempt_at),
        "settle_due_at": _instant(case.settle_due_at),
        "claimed_at": _instant(case.claimed_at),
        "closed_at": _instant(case.closed_at),
        "outcome": case.outcome,
        "cause": case.cause,
        "reopenings": case.reopenings,
        **({"rule": payload["rule"]} if "rule" in payload else {}),
        "response": _read_response(session, case.response_id, public_url) if case.response_id else None,
    }


def _read_invitation(session: Session, payload: Mapping[str, Any], _public_url: str) -> Data:
    found = session.execute(
        select(Invitation, Interaction, Unit)
        .join(Interaction, Interaction.id == Invitation.interaction_id)
        .join(Unit, Unit.id == Interaction.unit_id)
        .where(Invitation.id == uuid.UUID(payload["invitation_id"]))
    ).one_or_none()
    if found is None:
        raise EventObsoleteError("the invitation was deleted")
    invitation, interaction, unit = found
    message_id = payload.get("message_id")
    message = session.get(Message, uuid.UUID(message_id)) if message_id else None
    return {
        "id": str(invitation.id),
        "unit": unit.code,
        "unit_name": unit.name,
        "survey": invitation.survey_key,
        "language": invitation.language,
        "sent_by": message.channel if message else None,
        "sent_at": _instant(message.handed_over_at) if message else None,
        "answer_by": _instant(invitation.answer_by),
        "interaction": _read_interaction(session, interaction.id),
    }


def _read_test(_session: Session, _payload: Mapping[str, Any], public_url: str) -> Data:
    return {
        "message": "This is a test. If you can read it and its signature is right, the webhook works.",
        "url": public_url,
    }


_READERS: Mapping[str, Callable[[Session, Mapping[str, Any], str], Data]] = {
    WebhookEvent.RESPONSE_CREATED: _read_response_event,
    WebhookEvent.RESPONSE_COMPLETED: _read_response_event,
    WebhookEvent.CASE_OPENED: _read_case,
    WebhookEvent.CASE_DUE: _read_case,
    WebhookEvent.CASE_CLOSED: _read_case,
    WebhookEvent.CASE_ESCALATED: _read_case,
    WebhookEvent.CASE_HANDED_OVER: _read_case,
    WebhookEvent.INVITATION_SENT: _read_invitation,
    TEST: _read_test,
}


def _shorten(data: Data) -> None:
    """Cut what people wrote at length, the answers before the comment; the response's page has it whole."""
    response = data.get("response") or data
    for answer in response.get("answers", ()):
        answer["text"] = _cut(answer["text"])
    response["shortened"] = True
    if len(_dump(data)) >= LARGEST - 200:
        response["comment"] = _cut(response.get("comment"))


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= _SHORT else f"{text[:_SHORT]}…"


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)


def _dump(told: Data) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
