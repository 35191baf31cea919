"""What the person says: settled or not, once; a rating; and on "no" a few words and when to ring.

A "yes" can be taken back for 12 hours: whoever then says "no" must be heard. A "no" stands, since somebody was told of
it at once and rings; what changed, the person tells them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.callbacks.asking_back.links import CHANGEABLE, Question
from app.callbacks.asking_back.models import AskedBack
from app.callbacks.deadlines import Deadline
from app.callbacks.models import CallbackCase, CallWindow, CaseEvent, EventKind
from app.callbacks.opening import add_number, find_open_case
from app.callbacks.reopening import ReopenReason, follow_merges, reopen_case
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.timeline import write_event
from app.kit.errors import ConflictError, InvalidInputError
from app.organisation.service import working_time
from app.surveys.answers import read_text

# In the details of a note that the person wrote, not the staff.
SAID = "answered_back"
RATINGS = range(1, 6)


class AnswerClosedError(ConflictError):
    """The answer was given and can no longer be changed, rated or explained."""

    code = "answer_closed"


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands now, and whether this very answer made it so."""

    settled: bool
    counted: bool


def answer_question(
    session: Session, question: Question, *, settled: bool, rules: CaseRules, via: str, now: datetime
) -> Answered:
    """Keep the answer and return what stands; "no" opens the case again, which whoever had it hears of.

    The database decides which of two taps counts. The same answer again changes nothing. Raises AnswerClosedError for
    a "yes" after a "no", and for a "no" more than 12 hours after a "yes".
    """
    first = AskedBack.answered_at.is_(None) & (AskedBack.answer_by > now) & AskedBack.asked_at.is_not(None)
    counted = _write(session, question, first, settled=settled, answered_at=now, via=via)
    if not counted and not settled:
        taken_back = AskedBack.settled.is_(True) & (AskedBack.answered_at > now - CHANGEABLE)
        counted = _write(session, question, taken_back, settled=False, via=via)
    if not counted:
        stands = session.scalar(select(AskedBack.settled).where(AskedBack.id == question.id))
        if stands is not settled:
            raise AnswerClosedError("this was answered otherwise and stays so")
        return Answered(settled, counted=False)
    write_event(
        session, question.case_id, EventKind.ANSWERED_BACK, now=now, settled=settled, via=via, round=question.round
    )
    if not settled:
        reopen_case(session, question.case_id, rules=rules, reason=ReopenReason.NOT_SETTLED, now=now)
    return Answered(settled, counted=True)


def rate_handling(session: Session, question: Question, *, rating: int, via: str, now: datetime) -> bool:
    """Keep how the person rates what was done (1 to 5; the latest counts) and tell whether it is another than before.

    Raises InvalidInputError for what is no rating, AnswerClosedError before the answer and 12 hours after it.
    """
    if rating not in RATINGS:
        raise InvalidInputError("not one of the five ratings", field="rating", code="not_an_option")
    if question.rating == rating and question.takes_more(now):
        return False
    open_for_more = AskedBack.answered_at > now - CHANGEABLE
    if not _write(session, question, open_for_more, rating=rating, rated_at=now):
        raise AnswerClosedError("this takes no rating any more")
    write_event(session, question.case_id, EventKind.ANSWERED_BACK, now=now, rating=rating, via=via)
    return True


def say_more(
    session: Session,
    question: Question,
    *,
    rules: CaseRules,
    words: str = "",
    call_window: CallWindow | None = None,
    now: datetime,
) -> None:
    """Write the person's words into the timeline, and when they would like to be rung if the case is open again.

    The same words again are written once. Raises InvalidInputError (`text_too_long`, `unreadable_text`).
    """
    said = read_text(words, "words")
    case = _find_case(session, question)
    if said is not None and not _has_said(session, case, said):
        write_event(session, case.id, EventKind.NOTE, now=now, note=said, said=SAID)
    if call_window is not None and case.closed_at is None and case.contact_id is not None:
        add_number(
            session,
            case,
            contact_id=case.contact_id,
            consent_id=None,
            call_window=call_window,
            deadline=Deadline(case.first_attempt_hours, case.settle_hours),
            rules=rules,
            working_time=working_time(session, case.unit_id),
            now=now,
        )


def _write(session: Session, question: Question, where: object, **values: object) -> bool:
    statement = update(AskedBack).where(AskedBack.id == question.id, where).values(**values)  # type: ignore[arg-type]
    result = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount) == 1  # type: ignore[attr-defined]


def _find_case(session: Session, question: Question) -> CallbackCase:
    """Return the case that is worked: the one that was asked about or went into, or the response's other open one."""
    case = session.get_one(CallbackCase, follow_merges(session, question.case_id), populate_existing=True)
    standing = find_open_case(session, case.response_id) if case.closed_at and case.response_id else None
    return standing or case


def _has_said(session: Session, case: CallbackCase, words: str) -> bool:
    same = exists().where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.NOTE, CaseEvent.note == words)
    return bool(session.scalar(select(same)))
