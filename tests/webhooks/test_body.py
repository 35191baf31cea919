"""What other systems are told of an event."""

import json
import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from app.invitations.models import Interaction, Invitation
from app.kit.ids import new_id
from app.organisation.models import Unit
from app.responses.models import ResponseAnswer
from app.surveys.models import SurveyVersion
from app.webhooks.body import LARGEST, EventObsoleteError, build_body
from app.webhooks.models import WebhookDelivery
from tests.callbacks.factories import make_case, make_office, make_response

BASE = "https://feedback.example"
QUESTIONS = [
    {
        "key": "reasons",
        "type": "choice",
        "text": {"ru": "Why?"},
        "multiple": True,
        "options": [{"key": "waiting", "label": {"ru": "Waiting"}}, {"key": "price", "label": {"ru": "Price"}}],
    },
    *({"key": f"more-{number}", "type": "text", "text": {"ru": "More?"}} for number in range(6)),
]


def told(session: Session, event: str, now: datetime, **payload: uuid.UUID) -> tuple[dict[str, object], int]:
    """Return the body of the event and its size."""
    delivery = WebhookDelivery(event=event, payload={key: str(value) for key, value in payload.items()}, created_at=now)
    body = build_body(session, delivery, public_url=BASE)
    return json.loads(body), len(body)


@pytest.fixture
def office(session: Session, now: datetime) -> Unit:
    """An office."""
    return make_office(session, now=now)


def test_a_response_is_told_with_its_words_but_without_numbers(session: Session, office: Unit, now: datetime) -> None:
    said = "Ring me: +7 701 123 45 67 or aru@example.kz, <b>қызмет</b>"
    response = make_response(session, office.id, now=now, comment=said)
    body, _ = told(session, "response.created", now, response_id=response.id)
    data = body["data"]
    assert isinstance(data, dict)
    assert data["comment"] == "Ring me: +… or …@…, <b>қызмет</b>"
    assert (data["unit"], data["unit_name"], data["survey"]) == (office.code, office.name, "test-visit")
    assert data["url"] == f"{BASE}/manage/responses/{response.id}"
    assert (data["interaction"], data["touchpoint"], data["answers"]) == (None, None, [])


def test_later_answers_are_told_and_cut_where_they_are_long(session: Session, office: Unit, now: datetime) -> None:
    response = make_response(session, office.id, now=now, comment="я" * 2000)
    stored = session.get_one(SurveyVersion, response.survey_version_id).definition
    definition = {**stored, "key": "long-visit", "questions": [*stored["questions"], *QUESTIONS]}
    version = SurveyVersion(id=new_id(), key="long-visit", version=1, definition=definition, stored_at=now)
    session.add(version)
    session.flush()  # the response refers to it
    response.survey_version_id = version.id
    session.add(ResponseAnswer(id=new_id(), response_id=response.id, question_key="reasons", value=2))
    for number in range(6):
        answer = ResponseAnswer(id=new_id(), response_id=response.id, question_key=f"more-{number}", text="я" * 2000)
        session.add(answer)
    session.flush()  # the reader asks the database
    body, size = told(session, "response.completed", now, response_id=response.id)
    data = body["data"]
    assert isinstance(data, dict)
    assert size < LARGEST
    assert data["answers"][0] == {"question": "reasons", "values": [2], "options": ["price"], "text": None}
    assert (data["answers"][1]["text"], len(data["comment"]), data["shortened"]) == ("я" * 200 + "…", 2000, True)


def test_a_case_is_told_with_its_response(session: Session, office: Unit, now: datetime) -> None:
    response = make_response(session, office.id, now=now)
    case = make_case(session, office.id, response=response, now=now)
    for event in ("case.opened", "case.due", "case.closed", "case.escalated", "case.handed_over"):
        body, _ = told(session, event, now, case_id=case.id, rule="settle_late")  # type: ignore[arg-type]
        data = body["data"]
        assert isinstance(data, dict)
        assert (data["rule"], data["reopenings"]) == ("settle_late", 0)
        assert (data["reason"], data["has_number"], data["response"]["id"]) == ("low_rating", False, str(response.id))


def test_an_invitation_is_told_with_its_call(session: Session, office: Unit, now: datetime) -> None:
    interaction = Interaction(
        id=new_id(), source="pbx", external_id="42", body_hash=b"", channel="call", unit_id=office.id, ended_at=now,
        tags=[], decision="invited", decided_at=now, topic="Rings from +7 701 123 45 67",
    )  # fmt: skip
    session.add(interaction)
    session.flush()  # the invitation refers to it
    invitation = Invitation(
        id=new_id(), interaction_id=interaction.id, token_hash=b"t", survey_key="nps", language="ru", created_at=now,
        send_at=now, send_by=now, answer_by=now,
    )  # fmt: skip
    session.add(invitation)
    session.flush()  # the reader asks the database
    body, _ = told(session, "invitation.sent", now, invitation_id=invitation.id, message_id=new_id())
    data = body["data"]
    assert isinstance(data, dict)
    assert (data["survey"], data["sent_by"], data["interaction"]["external_id"]) == ("nps", None, "42")
    assert data["interaction"]["topic"] == "Rings from +…"


@pytest.mark.parametrize(
    ("event", "names"),
    [("response.created", "response_id"), ("case.due", "case_id"), ("invitation.sent", "invitation_id")],
)
def test_what_is_gone_is_not_told_of(session: Session, now: datetime, event: str, names: str) -> None:
    with pytest.raises(EventObsoleteError):
        told(session, event, now, **{names: new_id()})


def test_what_an_employee_answers_is_told_to_nobody(session: Session, office: Unit, now: datetime) -> None:
    response = make_response(session, office.id, now=now)
    stored = session.get_one(SurveyVersion, response.survey_version_id).definition
    (first, *_) = stored["questions"]
    definition = {**stored, "key": "work", "audience": "employees", "questions": [{**first, "metric": "esat"}]}
    definition.pop("routing", None)
    version = SurveyVersion(id=new_id(), key="work", version=1, definition=definition, stored_at=now)
    session.add(version)
    session.flush()  # the response refers to it
    response.survey_version_id = version.id
    session.flush()  # the reader asks the database
    with pytest.raises(EventObsoleteError, match="nobody"):
        told(session, "response.created", now, response_id=response.id)
