"""How far the people asked came: each step takes in all who came further."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.funnel import AskedBy, Step, StepCount, reached_conditions, read_funnel, tell_steps
from app.analytics.response_rate import count_dispositions, outcome_condition
from app.invitations.models import Delivery, Interaction
from app.kit.crypto import Vault
from app.kit.ids import new_id
from app.messaging.models import Message, MessageState, MessagingChannel
from app.responses.models import SurveyResponse
from app.review_sites.models import ReviewClick
from tests.analytics.test_response_rate import ASKED, MONTH, Calls
from tests.conftest import NOW


@pytest.fixture
def calls(session: Session, vault: Vault) -> Calls:
    return Calls(session, vault)


def steps(found: tuple[StepCount, ...]) -> dict[str, int]:
    return {each.name: each.n for each in found}


def test_each_step_takes_in_all_who_came_further(calls: Calls) -> None:
    calls.ask()  # nothing was sent
    calls.ask(MessageState.FAILED)
    calls.ask(MessageState.HANDED_OVER)
    calls.ask(MessageState.DELIVERED, MessageState.FAILED)
    calls.ask(MessageState.DELIVERED, opens=1)
    calls.ask(MessageState.DELIVERED, opens=3, scanned=True)
    calls.answer(calls.ask(MessageState.HANDED_OVER), finished=False)  # no receipt, no beacon
    calls.answer(calls.ask(MessageState.READ, opens=2))
    calls.answer(calls.ask(MessageState.DELIVERED), suspect=True)

    funnel = read_funnel(calls.session, MONTH, EVERYTHING)

    assert funnel.contacts == 9
    assert steps(funnel.messages) == {
        "invited": 9,
        "sent": 7,
        "delivered": 6,
        "opened": 3,
        "rated": 2,
        "finished": 1,
        "reviewed": 0,
    }
    assert list(funnel.by_channel) == ["sms"]
    assert steps(funnel.by_channel["sms"])["delivered"] == 6
    assert steps(funnel.shown)["invited"] == 0


def test_a_question_that_another_system_shows_has_no_receipts(calls: Calls) -> None:
    calls.ask(delivery=Delivery.SELF, opens=1)
    calls.answer(calls.ask(delivery=Delivery.SELF))

    funnel = read_funnel(calls.session, MONTH, EVERYTHING)

    assert steps(funnel.shown) == {"invited": 2, "opened": 2, "rated": 1, "finished": 1, "reviewed": 0}
    assert steps(funnel.messages)["invited"] == 0


def test_whoever_was_written_to_by_two_channels_and_left_for_two_sites_is_one_person(calls: Calls) -> None:
    call = calls.ask(MessageState.FAILED, MessageState.DELIVERED)
    calls.session.scalars(select(Message).where(Message.state == MessageState.FAILED)).one().channel = "telegram"
    calls.answer(call)
    response = calls.session.scalars(select(SurveyResponse.id)).one()
    for site in ("google", "2gis"):
        url = f"https://{site}.example"
        calls.session.add(ReviewClick(id=new_id(), response_id=response, site=site, url=url, clicked_at=ASKED))
    calls.session.flush()

    funnel = read_funnel(calls.session, MONTH, EVERYTHING)

    assert set(steps(funnel.messages).values()) == {1}
    assert {channel: steps(rows)["reviewed"] for channel, rows in funnel.by_channel.items()} == {
        "sms": 1,
        "telegram": 1,
    }
    assert read_funnel(calls.session, MONTH, Scope()).contacts == 0


def test_the_contacts_of_a_step_are_found_as_they_are_counted(calls: Calls) -> None:
    calls.ask()
    calls.ask(MessageState.DELIVERED, opens=1)
    calls.answer(calls.ask(MessageState.FAILED, MessageState.HANDED_OVER))
    calls.answer(calls.ask(delivery=Delivery.SELF), finished=False)
    funnel = read_funnel(calls.session, MONTH, EVERYTHING)
    ways: dict[AskedBy | MessagingChannel, tuple[StepCount, ...]] = {
        AskedBy.MESSAGE: funnel.messages,
        AskedBy.SHOWN: funnel.shown,
        MessagingChannel.SMS: funnel.by_channel["sms"],
    }
    for by, counted in ways.items():
        for step in counted:
            conditions = reached_conditions(calls.session, Step(step.name), by)
            found = calls.session.scalar(select(func.count()).select_from(Interaction).where(*conditions))
            assert found == step.n, (by, step.name)
    outcomes = count_dispositions(calls.session, MONTH, EVERYTHING, now=NOW)[None]
    for outcome, n in outcomes.items():
        condition = outcome_condition(calls.session, [outcome], now=NOW)
        assert calls.session.scalar(select(func.count()).select_from(Interaction).where(condition)) == n, outcome


def test_shares_are_of_the_step_before_and_of_the_first_and_clicks_of_the_ratings() -> None:
    told = {each.name: each for each in tell_steps(("invited", "rated", "finished", "reviewed"), (100, 50, 20, 25))}

    assert told["finished"].of_before is not None
    assert told["reviewed"].of_before is not None
    assert told["reviewed"].of_first is not None
    assert told["finished"].of_before.value == 0.4
    assert (told["reviewed"].of_before.value, told["reviewed"].of_first.value) == (0.5, 0.25)
    assert tell_steps(("invited", "rated"), (9, 3))[1].of_before.suppressed  # type: ignore[union-attr]
