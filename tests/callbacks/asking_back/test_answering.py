"""Yes or no counts once, "no" opens the case anew, and what is added finds its way to whoever works it."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.answering import AnswerClosedError, answer_question, rate_handling, say_more
from app.callbacks.asking_back.links import QuestionNotInUseError, get_question, question_token
from app.callbacks.closing import close_case
from app.callbacks.merging import merge_cases
from app.callbacks.models import CallbackCase, CallWindow, CaseEvent, EventKind
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.errors import InvalidInputError
from tests.callbacks.asking_back.closed import DAY, Closed, make_closed
from tests.callbacks.factories import RULES, acting, make_case
from tests.conftest import NOW

ASKED = NOW + DAY
LATER = ASKED + timedelta(hours=1)


@pytest.fixture
def closed(session: Session, vault: Vault) -> Closed:
    closed = make_closed(session, vault, now=NOW)
    closed.ask()
    return closed


def answer(closed: Closed, *, settled: bool, hours: float = 1) -> bool:
    now = ASKED + timedelta(hours=hours)
    question = closed.live(now)
    return answer_question(closed.session, question, settled=settled, rules=RULES, via="page", now=now).counted


def test_yes_is_kept_once_and_the_case_stays_closed(closed: Closed) -> None:
    assert [answer(closed, settled=True), answer(closed, settled=True)] == [True, False]
    assert (closed.question().settled, closed.question().via, closed.case().closed_at) == (True, "page", NOW)
    assert [event.details["settled"] for event in closed.events(EventKind.ANSWERED_BACK)] == [True]


def test_no_opens_the_case_anew_once_with_whoever_had_it(closed: Closed) -> None:
    assert [answer(closed, settled=False), answer(closed, settled=False)] == [True, False]
    case = closed.case()
    assert (case.closed_at, case.reopenings, case.claimed_by_id is not None) == (None, 1, True)
    assert len(closed.events(EventKind.REOPENED)) == 1


def test_a_yes_can_be_taken_back_for_twelve_hours_and_a_no_cannot(closed: Closed) -> None:
    answer(closed, settled=True)
    assert answer(closed, settled=False, hours=12.9)
    assert closed.case().reopenings == 1
    with pytest.raises(AnswerClosedError):
        answer(closed, settled=True, hours=12.9)


def test_after_twelve_hours_a_yes_stands(closed: Closed) -> None:
    answer(closed, settled=True)
    with pytest.raises(AnswerClosedError):
        answer(closed, settled=False, hours=13)
    assert closed.case().closed_at == NOW


def test_a_rating_follows_the_answer_and_the_latest_counts(closed: Closed) -> None:
    with pytest.raises(AnswerClosedError):
        rate_handling(closed.session, closed.live(LATER), rating=5, via="page", now=LATER)
    answer(closed, settled=True)
    for rating, counts in ((3, True), (3, False), (5, True)):
        assert rate_handling(closed.session, closed.live(LATER), rating=rating, via="sms", now=LATER) is counts
    assert closed.question().rating == 5
    late = LATER + timedelta(hours=12)
    with pytest.raises(AnswerClosedError):
        rate_handling(closed.session, closed.live(late), rating=1, via="page", now=late)
    for nonsense in (0, 6, -1):
        with pytest.raises(InvalidInputError):
            rate_handling(closed.session, closed.live(LATER), rating=nonsense, via="page", now=LATER)


def test_words_after_a_no_go_into_the_timeline_once_and_the_window_moves_the_clock(closed: Closed) -> None:
    answer(closed, settled=False)
    for _ in range(2):
        say_more(
            closed.session,
            closed.live(LATER),
            rules=RULES,
            words=" The money has not come back \r\n",
            call_window=CallWindow.EVENING,
            now=LATER,
        )
    assert [event.note for event in closed.events(EventKind.NOTE)] == ["The money has not come back"]
    assert closed.case().call_window == CallWindow.EVENING
    assert len(closed.events(EventKind.CALLBACK_REQUESTED)) == 1


def test_words_after_a_no_go_to_the_case_that_theirs_was_merged_into(closed: Closed, now: datetime) -> None:
    session, into = closed.session, make_case(closed.session, closed.unit.id, contact=closed.contact, now=now)
    actor = acting(closed.user_id)
    answer(closed, settled=False)
    merge_cases(session, into_id=into.id, other_ids=[closed.case_id], actor=actor, note="The same thing", now=LATER)
    close_case(session, into.id, actor=actor, rules=RULES, outcome="not_reached", cause="waiting", now=LATER)
    say_more(session, closed.live(LATER), rules=RULES, words="The money has not come back", now=LATER)
    notes = select(CaseEvent.note).where(CaseEvent.case_id == into.id, CaseEvent.note.is_not(None))
    assert session.scalars(notes.order_by(CaseEvent.id)).all() == ["The same thing", "The money has not come back"]


@pytest.mark.parametrize("words", ["x" * 2001, "\x00", "\ud800"])
def test_words_that_cannot_be_kept_are_refused(closed: Closed, words: str) -> None:
    answer(closed, settled=False)
    with pytest.raises(InvalidInputError):
        say_more(closed.session, closed.live(LATER), rules=RULES, words=words, now=LATER)


def test_a_link_opens_in_any_case_from_asking_to_the_last_day(closed: Closed, vault: Vault) -> None:
    token = question_token(vault, closed.question().id)
    assert get_question(closed.session, token.lower().replace("0", "o"), now=LATER).case_id == closed.case_id
    for wrong, now in (
        (token, ASKED + timedelta(days=7)),
        ("0" * 16, LATER),
        (token[:-1], LATER),
        ("\x00", LATER),
        ("x" * 10**6, LATER),
    ):
        with pytest.raises(QuestionNotInUseError):
            get_question(closed.session, wrong, now=now)


def test_a_link_that_was_never_sent_opens_nothing(session: Session, vault: Vault) -> None:
    closed = make_closed(session, vault, now=NOW)
    closed.ask(now=NOW)
    with pytest.raises(QuestionNotInUseError):
        get_question(session, question_token(vault, closed.question().id), now=NOW)


def test_of_a_yes_and_a_no_at_once_each_is_heard_and_the_case_opens_once(database: Database, vault: Vault) -> None:
    with database.transaction() as session:
        closed = make_closed(session, vault, now=NOW)
        closed.ask()
        question = closed.live(LATER)
    start = threading.Barrier(4)

    def tap(settled: bool) -> None:
        start.wait()

        def work(session: Session) -> None:
            with suppress(AnswerClosedError):
                answer_question(session, question, settled=settled, rules=RULES, via="page", now=LATER)

        database.write(work)

    taps = [threading.Thread(target=tap, args=(settled,)) for settled in (True, False, False, True)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()
    with database.reading() as session:
        case = session.get_one(CallbackCase, closed.case_id)
        assert (case.closed_at, case.reopenings) == (None, 1)
