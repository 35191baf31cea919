"""Answers to single-use links: one response, by the database; changed by the same person; the caller can be rung."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.callbacks.models import CallbackCase
from app.kit.crypto import Vault
from app.kit.db import Database, should_retry
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from app.responses.models import RatingChange, SurveyResponse, Via
from app.responses.service import Sender
from app.routing.invited import AnswerIn, LinkSpentError, take_invited_rating
from app.routing.service import RatingNotOnScaleError, Taken
from tests.callbacks.factories import make_office
from tests.callers import CALL, AskedCall, make_asked_call
from tests.conftest import NOW
from tests.respondents import make_desk

PHONE = Sender(form_hash=b"f" * 32, device_hash=b"d" * 32, address_hash=None)
OTHER = Sender(form_hash=b"g" * 32, device_hash=b"e" * 32, address_hash=None)


@pytest.fixture
def call(session: Session, vault: Vault, now: datetime) -> AskedCall:
    return make_asked_call(session, vault, make_office(session, now=now).id, now=now)


def answer(
    session: Session,
    vault: Vault,
    call: AskedCall,
    rating: int,
    *,
    sender: Sender = PHONE,
    via: Via = Via.PAGE,
    same_person: bool = False,
    now: datetime = NOW,
) -> Taken:
    return take_invited_rating(
        session,
        make_desk(vault),
        invitation=call.invitation,
        definition=CALL,
        rating=rating,
        answer=AnswerIn(via, Language.RU, sender, same_person),
        now=now,
    )


def test_an_answer_belongs_to_the_call_and_its_operator_place(session: Session, vault: Vault, call: AskedCall) -> None:
    taken = answer(session, vault, call, 5)
    response = session.scalars(select(SurveyResponse)).one()
    assert taken.created
    assert (response.interaction_id, response.unit_id) == (call.invitation.interaction_id, call.invitation.unit_id)
    assert (response.channel, response.via, response.touchpoint_id) == ("call", "page", None)


def test_a_low_answer_opens_a_case_with_the_callers_number_and_both_clocks(
    session: Session, vault: Vault, call: AskedCall
) -> None:
    answer(session, vault, call, 1)
    case = session.scalars(select(CallbackCase)).one()
    assert call.contact is not None
    assert case.contact_id == call.contact.id
    assert case.first_attempt_due_at is not None


def test_another_persons_answer_finds_the_link_spent(session: Session, vault: Vault, call: AskedCall) -> None:
    answer(session, vault, call, 5)
    with pytest.raises(LinkSpentError):
        answer(session, vault, call, 1, sender=OTHER)
    assert session.scalars(select(SurveyResponse.rating)).one() == 5


def test_the_same_form_sent_twice_finds_what_it_made(session: Session, vault: Vault, call: AskedCall) -> None:
    first = answer(session, vault, call, 4)
    again = answer(session, vault, call, 4)
    assert (again.response_id, again.key, again.created) == (first.response_id, first.key, False)
    assert session.scalars(select(func.count()).select_from(RatingChange)).one() == 0


def test_of_two_taps_on_one_form_the_later_counts(session: Session, vault: Vault, call: AskedCall) -> None:
    answer(session, vault, call, 4)
    assert not answer(session, vault, call, 2).created
    assert session.scalars(select(SurveyResponse.rating)).one() == 2


def test_a_form_that_comes_again_from_another_device_changes_nothing(
    session: Session, vault: Vault, call: AskedCall
) -> None:
    answer(session, vault, call, 4)
    answer(session, vault, call, 1, sender=Sender(PHONE.form_hash, OTHER.device_hash, None))
    assert session.scalars(select(SurveyResponse.rating)).one() == 4


@pytest.mark.parametrize(
    ("sender", "same_person"),
    [(Sender(b"h" * 32, PHONE.device_hash, None), False), (Sender(None, None, None), True)],
    ids=["same device", "same chat"],
)
def test_the_same_person_changes_the_answer_for_twelve_hours(
    session: Session, vault: Vault, call: AskedCall, sender: Sender, same_person: bool
) -> None:
    answer(session, vault, call, 5)
    answer(session, vault, call, 2, sender=sender, same_person=same_person, now=NOW + timedelta(hours=11))
    assert session.scalars(select(SurveyResponse.rating)).one() == 2
    assert session.scalars(select(RatingChange.old_rating)).one() == 5
    assert session.scalars(select(func.count()).select_from(CallbackCase)).one() == 1
    with pytest.raises(LinkSpentError):
        answer(session, vault, call, 4, sender=sender, same_person=same_person, now=NOW + timedelta(hours=12))


def test_a_rating_off_the_scale_is_refused_and_spends_nothing(session: Session, vault: Vault, call: AskedCall) -> None:
    with pytest.raises(RatingNotOnScaleError):
        answer(session, vault, call, 6)
    assert answer(session, vault, call, 3).created


def test_a_link_posted_a_hundred_times_at_once_is_one_response_one_case_and_one_event(
    database: Database, vault: Vault
) -> None:
    with database.transaction() as session:
        call = make_asked_call(session, vault, make_office(session, now=NOW).id, now=NOW)
    barrier = Barrier(8)

    def post(number: int) -> bool:
        sender = Sender(bytes([number]) * 32, bytes([number]) * 32, None)
        return in_one(database, lambda session: answer(session, vault, call, 1, sender=sender).created)

    def work(first: int) -> list[bool]:
        barrier.wait()
        return [post(number) for number in range(first, 100, 8)]

    with ThreadPoolExecutor(8) as pool:
        created = [each for results in pool.map(work, range(8)) for each in results]

    assert sum(created) == 1
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(SurveyResponse)).one() == 1
        assert session.scalars(select(func.count()).select_from(CallbackCase)).one() == 1
        told = select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "response.created")
        assert session.scalars(told).one() == 1


def in_one(database: Database, tap: Callable[[Session], bool]) -> bool:
    """One transaction, repeated as the edge repeats it; a link that was spent meanwhile made nothing."""
    while True:
        try:
            with database.transaction() as session:
                return tap(session)
        except LinkSpentError:
            return False
        except DBAPIError as error:
            if not should_retry(error):
                raise
