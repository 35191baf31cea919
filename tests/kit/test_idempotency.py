"""A request sent again is answered as the first time; another one under its key is not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.kit.idempotency import (
    IdempotencyConflictError,
    KeptAnswer,
    find_answer,
    keep_answer,
    purge_answers,
)
from app.kit.ids import new_id

ANSWER = KeptAnswer(201, '{"id": "1"}')


def test_the_first_answer_is_found_again_by_its_caller_and_key(session: Session, now: datetime) -> None:
    caller = new_id()
    assert find_answer(session, caller, "k", b"1") is None
    assert keep_answer(session, caller, "k", b"1", ANSWER, now=now)
    assert not keep_answer(session, caller, "k", b"1", KeptAnswer(500, ""), now=now)
    assert find_answer(session, caller, "k", b"1") == ANSWER
    assert find_answer(session, new_id(), "k", b"1") is None


def test_another_request_under_the_key_is_a_conflict(session: Session, now: datetime) -> None:
    caller = new_id()
    keep_answer(session, caller, "k", b"1", ANSWER, now=now)
    with pytest.raises(IdempotencyConflictError):
        find_answer(session, caller, "k", b"2")


def test_old_answers_are_forgotten_in_batches(session: Session, now: datetime) -> None:
    caller = new_id()
    for number in range(5):
        keep_answer(session, caller, str(number), b"1", ANSWER, now=now - timedelta(hours=number))
    assert purge_answers(session, before=now - timedelta(hours=1), limit=2) == 2
    assert purge_answers(session, before=now - timedelta(hours=1), limit=2) == 1
    assert find_answer(session, caller, "1", b"1") == ANSWER
