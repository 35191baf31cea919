"""What became of the people asked: each way once, and the rates that follow; walk-ups apart."""

from collections import Counter
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.metric_figures import Asking, MetricName, Split, read_metric
from app.analytics.periods import last_days
from app.analytics.response_rate import Disposition, WalkUps, count_dispositions, count_opens, count_walk_ups
from app.analytics.wanted import By, Wanted
from app.contacts.suppression import opt_out
from app.invitations.models import Delivery, Interaction, Invitation
from app.kit.crypto import Vault
from app.kit.ids import new_id
from app.messaging.models import Message, MessagePurpose, MessageState
from app.organisation.service import add_unit, get_company, sync_company
from app.responses.models import SurveyResponse, Via
from app.surveys.service import store_version
from app.touchpoints.models import PageOpen
from app.touchpoints.service import add_touchpoint
from tests.callers import CALL, AskedCall, make_asked_call
from tests.conftest import NOW

ALMATY = ZoneInfo("Asia/Almaty")
MONTH = Wanted(last_days(30, now=NOW, zone=ALMATY))
ASKED = NOW - timedelta(days=10)
DONE = MessageState.DELIVERED


class Calls:
    """Calls of ten days ago to one office, and what came of asking about each."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self.session, self.vault, self.count = session, vault, 0
        sync_company(session, name="Aru", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=NOW)
        self.root = get_company(session)
        self.office = add_unit(session, name="One", kind="office", parent_id=self.root.id, code="one", now=NOW)

    def ask(self, *states: MessageState, failure: str | None = None, opens: int = 0, **more: Any) -> AskedCall:
        """Return a call that was asked about by so many messages, the last with the failure."""
        self.count += 1
        asked_at = more.pop("asked_at", ASKED)
        call = make_asked_call(
            self.session, self.vault, self.office.id, now=asked_at, phone=f"+7701{self.count:07}", ended_at=asked_at
        )
        invitation = self.session.get_one(Invitation, call.invitation.id)
        interaction = self.session.get_one(Interaction, call.invitation.interaction_id)
        invitation.opens = opens
        for name, value in more.items():
            setattr(interaction if name == "delivery" else invitation, name, value)
        for number, state in enumerate(states):
            self.session.add(
                Message(
                    id=new_id(),
                    channel="sms",
                    purpose=MessagePurpose.REMINDER if number else MessagePurpose.INVITATION,
                    subject_id=invitation.id,
                    contact_id=call.contact.id if call.contact else None,
                    unit_id=self.office.id,
                    language="ru",
                    text_key="invitation",
                    params={},
                    state=state,
                    created_at=asked_at,
                    due_at=asked_at,
                    failure=failure if number == len(states) - 1 else None,
                )
            )
        self.session.flush()
        return call

    def answer(self, call: AskedCall, *, finished: bool = True, suspect: bool = False) -> None:
        """Store what the person answered."""
        self.rate(interaction_id=call.invitation.interaction_id, finished=finished, suspect=suspect)

    def rate(self, *, finished: bool = True, suspect: bool = False, **more: Any) -> None:
        """Store a response."""
        response_id = new_id()
        self.session.add(
            SurveyResponse(
                id=response_id,
                survey_version_id=store_version(self.session, CALL, now=NOW),
                unit_id=self.office.id,
                channel="call",
                via=Via.PAGE,
                language="ru",
                rating=5,
                scale_style="faces",
                answered_at=ASKED,
                touched_at=ASKED,
                finished_at=ASKED if finished else None,
                key_hash=response_id.bytes,
                suspect=suspect,
                **more,
            )
        )
        self.session.flush()

    def found(self, wanted: Wanted = MONTH, by: By | None = None, scope: Scope = EVERYTHING) -> dict[Any, Counter[Any]]:
        """Return the counts without the zeros."""
        counts = count_dispositions(self.session, wanted, scope, by=by, units=[self.office.id], now=NOW)
        return {group: +counter for group, counter in counts.items() if +counter}


@pytest.fixture
def calls(session: Session, vault: Vault) -> Calls:
    """Nobody has called yet."""
    return Calls(session, vault)


def test_each_person_asked_has_one_disposition(calls: Calls) -> None:
    def answered(how: dict[str, bool], *states: MessageState) -> None:
        calls.answer(calls.ask(*states), **how)

    def stopped() -> None:
        contact = calls.ask(DONE).contact
        assert contact is not None
        opt_out(calls.session, contact, via="page", now=ASKED + timedelta(days=1))

    def stopped_later() -> None:
        contact = calls.ask(DONE).contact
        assert contact is not None
        opt_out(calls.session, contact, via="page", now=NOW)

    ways: list[tuple[Any, Disposition]] = [
        (lambda: answered({}, DONE), Disposition.INTERVIEW),
        (lambda: answered({}), Disposition.INTERVIEW),
        (lambda: answered({"finished": False}, DONE), Disposition.PARTIAL),
        (lambda: answered({"suspect": True}, DONE), Disposition.INELIGIBLE),
        (stopped, Disposition.REFUSAL),
        (stopped_later, Disposition.NON_CONTACT),
        (lambda: calls.ask(DONE, MessageState.CANCELLED, failure="opted_out"), Disposition.REFUSAL),
        (lambda: calls.ask(DONE, opens=2), Disposition.REFUSAL),
        (lambda: calls.ask(DONE, opens=2, scanned=True), Disposition.NON_CONTACT),
        (lambda: calls.ask(DONE), Disposition.NON_CONTACT),
        (lambda: calls.ask(MessageState.READ), Disposition.NON_CONTACT),
        (lambda: calls.ask(MessageState.FAILED, DONE, failure=None), Disposition.NON_CONTACT),
        (lambda: calls.ask(MessageState.HANDED_OVER), Disposition.UNKNOWN),
        (lambda: calls.ask(delivery=Delivery.SELF), Disposition.UNKNOWN),
        (lambda: calls.ask(MessageState.FAILED, failure="unknown_number"), Disposition.INELIGIBLE),
        (lambda: calls.ask(MessageState.EXPIRED), Disposition.INELIGIBLE),
        (calls.ask, Disposition.INELIGIBLE),
        (lambda: calls.ask(DONE, withdrawn_at=NOW), Disposition.INELIGIBLE),
        (lambda: calls.ask(DONE, answer_by=NOW + timedelta(hours=1)), Disposition.PENDING),
    ]
    expected: Counter[Disposition] = Counter()
    for number, (happen, disposition) in enumerate(ways):
        happen()
        expected[disposition] += 1
        assert calls.found() == {None: expected}, f"way {number}: {disposition}"


def test_rates_follow_from_the_dispositions_and_pending_ones_from_nothing(calls: Calls) -> None:
    for _ in range(13):
        calls.answer(calls.ask(DONE))
    for _ in range(4):
        calls.answer(calls.ask(DONE), finished=False)
    for _ in range(3):
        calls.ask(DONE)
    for _ in range(5):
        calls.ask(MessageState.FAILED, failure="unknown_number")
        calls.answer(calls.ask(DONE, answer_by=NOW + timedelta(hours=1)))

    found = read_metric(calls.session, Asking(MetricName.RESPONSE_RATE, MONTH), EVERYTHING, now=NOW).whole

    assert (found.headline, found.figure.value, found.figure.n) == ("rr1", 13 / 20, 20)
    assert found.parts["rr2"].value == 17 / 20
    assert found.parts["contact"].value == 17 / 20
    assert found.parts["cooperation"].value == 13 / 17
    assert found.parts["refusal"].value == 0


def test_the_people_asked_are_told_apart_and_narrowed(calls: Calls) -> None:
    calls.ask(DONE)
    calls.ask(DONE, asked_at=ASKED - timedelta(days=3))
    silent = Counter({Disposition.NON_CONTACT: 1})
    day = ASKED.astimezone(ALMATY).date()

    assert calls.found(by=By.DAY) == {day: silent, day - timedelta(days=3): silent}
    assert calls.found(by=By.UNIT) == {calls.office.id: silent + silent}
    assert calls.found(by=By.CHANNEL) == {"call": silent + silent}
    assert calls.found(by=By.CALL_TOPIC) == {"Internet": silent + silent}
    assert calls.found(by=By.EMPLOYEE) == {}
    assert calls.found(Wanted(MONTH.period, channel="visit")) == {}
    assert calls.found(Wanted(MONTH.period, call_topic="Internet")) == {None: silent + silent}
    assert calls.found(Wanted(MONTH.period, unit_id=calls.office.id)) == {None: silent + silent}
    assert calls.found(scope=Scope(unit_ids=frozenset({new_id()}))) == {}


def test_people_at_a_code_have_no_response_rate_but_finish_or_not(calls: Calls) -> None:
    code = add_touchpoint(calls.session, unit_id=calls.office.id, survey_key=CALL.key, now=ASKED)
    calls.session.add(PageOpen(touchpoint_id=code.id, day=ASKED.date(), opens=40))
    for finished in (True, True, False):
        calls.rate(touchpoint_id=code.id, finished=finished)
    calls.rate(touchpoint_id=code.id, suspect=True)
    calls.answer(calls.ask(DONE))

    assert count_walk_ups(calls.session, MONTH, EVERYTHING) == {None: WalkUps(rated=3, finished=2)}
    assert count_opens(calls.session, MONTH, EVERYTHING) == 40
    assert count_walk_ups(calls.session, Wanted(MONTH.period, call_topic="Internet"), EVERYTHING) == {}
    whole = read_metric(calls.session, Asking(MetricName.RESPONSE_RATE, MONTH, split=Split.UNIT), EVERYTHING, now=NOW)
    assert whole.whole.parts["walk_up_completion"].n == 3
    assert whole.whole.n == 1
