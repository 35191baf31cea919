"""Resolved on the first request: by what people answer, and by who had to come again."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.first_request import FirstRequest, read_first_request
from app.analytics.periods import last_days
from app.contacts.models import Contact
from app.contacts.service import find_or_add_contact
from app.invitations.models import Decision, Interaction
from app.kit.crypto import Vault
from app.kit.ids import new_id
from app.organisation.models import Unit
from app.responses.models import ResponseAnswer, SurveyResponse, Via
from app.surveys.service import store_version
from tests.callbacks.factories import make_office
from tests.conftest import NOW
from tests.respondents import SURVEYS

CALL = SURVEYS.current("call-follow-up")
DAY = timedelta(days=1)


class Calls:
    """Calls to two offices by people known by number."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self.session, self.vault, self.count = session, vault, 0
        self.office: Unit = make_office(session, now=NOW)
        self.version = store_version(session, CALL, now=NOW)

    def person(self) -> Contact:
        self.count += 1
        return find_or_add_contact(self.session, self.vault, phone=f"+7701000{self.count:04}", language=None, now=NOW)

    def call(
        self,
        contact: Contact | None,
        at: datetime,
        *,
        topic: str | None = "Internet",
        answered: bool | None = True,
        unit: Unit | None = None,
    ) -> None:
        self.session.add(
            Interaction(
                id=new_id(),
                source="pbx",
                external_id=str(new_id()),
                body_hash=bytes(32),
                channel="call",
                unit_id=(unit or self.office).id,
                contact_id=contact.id if contact else None,
                ended_at=at,
                topic=topic,
                answered=answered,
                tags=[],
                decision=Decision.INVITED,
                decided_at=at,
            )
        )
        self.session.flush()

    def answer(self, value: int, *, suspect: bool = False) -> None:
        response_id = uuid.uuid4()
        self.session.add(
            SurveyResponse(
                id=response_id,
                survey_version_id=self.version,
                unit_id=self.office.id,
                channel="call",
                via=Via.PAGE,
                language="ru",
                rating=5,
                scale_style="faces",
                answered_at=NOW - DAY,
                touched_at=NOW - DAY,
                key_hash=response_id.bytes,
                suspect=suspect,
            )
        )
        self.session.flush()
        self.session.add(ResponseAnswer(id=new_id(), response_id=response_id, question_key="resolved", value=value))
        self.session.flush()

    def read(self, *, days: int = 7, scope: Scope = EVERYTHING, unit: Unit | None = None) -> FirstRequest:
        period = last_days(30, now=NOW, zone=ZoneInfo("Asia/Almaty"))
        unit_id = unit.id if unit else None
        return read_first_request(self.session, scope=scope, unit_id=unit_id, period=period, days=days, now=NOW)


@pytest.fixture
def calls(session: Session, vault: Vault) -> Calls:
    return Calls(session, vault)


def test_of_the_answers_the_first_option_is_the_yes_and_partly_is_a_no(calls: Calls) -> None:
    for value in [1] * 7 + [2] * 2 + [3]:
        calls.answer(value)
    calls.answer(2, suspect=True)
    told = calls.read().by_survey
    assert (told.value, told.n) == (0.7, 10)
    assert calls.read(scope=Scope(frozenset({uuid.uuid4()}))).by_survey.n == 0


@pytest.mark.parametrize(
    ("gap", "topic", "resolved"),
    [
        (DAY, "Internet", False),
        (7 * DAY, "Internet", False),  # the last moment counts
        (7 * DAY + timedelta(seconds=1), "Internet", True),
        (DAY, "Television", True),
        (DAY, None, True),
    ],
)
def test_a_repeat_is_the_same_person_about_the_same_topic_within_the_days(
    calls: Calls, gap: timedelta, topic: str | None, resolved: bool
) -> None:
    start = NOW - 20 * DAY
    for _ in range(8):
        calls.call(calls.person(), start)
    who = calls.person()
    calls.call(who, start)
    calls.call(who, start + gap, topic=topic)
    told = calls.read().by_repeat
    # The second of the two calls is followed by none.
    assert (told.n, told.value) == (10, 1.0 if resolved else 0.9)


def test_contacts_younger_than_the_days_are_pending_and_those_of_nobody_unknown(calls: Calls) -> None:
    for _ in range(11):
        calls.call(calls.person(), NOW - 8 * DAY)
    calls.call(calls.person(), NOW - 7 * DAY + timedelta(seconds=1))
    calls.call(None, NOW - 8 * DAY)
    calls.call(calls.person(), NOW - 8 * DAY, answered=False)  # nobody took it
    told = calls.read()
    assert (told.by_repeat.n, told.by_repeat.value, told.pending, told.unknown) == (11, 1.0, 1, 1)


def test_a_repeat_at_another_office_is_one_all_the_same_though_only_ones_own_calls_count(calls: Calls) -> None:
    other = make_office(calls.session, now=NOW, name="Office on Satpaev")
    for number in range(12):
        who = calls.person()
        calls.call(who, NOW - 9 * DAY)
        if number < 3:
            calls.call(who, NOW - 8 * DAY, unit=other)
    mine = calls.read(scope=Scope(frozenset({calls.office.id})))
    assert (mine.by_repeat.n, mine.by_repeat.value) == (12, 0.75)
    assert calls.read(unit=other).by_repeat.n == 3
