""" "Did we settle it?" answered inside a channel: by a tap, or by yes and no in words."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.callbacks.asking_back.answering import AnswerClosedError, answer_question, rate_handling, say_more
from app.callbacks.asking_back.composing import HANDLING
from app.callbacks.asking_back.hearing import read_yes_no
from app.callbacks.asking_back.links import (
    Question,
    QuestionNotInUseError,
    get_question,
    get_question_by_id,
)
from app.kit.errors import InvalidInputError
from app.messaging.models import Message, MessagePurpose, MessageState, MessagingChannel
from app.routing.chat import ANSWER_WINDOW, was_told_lately
from app.routing.heard import read_rating
from app.routing.line import Line, tell, tell_once_a_day
from app.routing.replies import Reply

_SENT = (MessageState.HANDED_OVER, MessageState.DELIVERED, MessageState.READ)
_ABOUT_IT = (Reply.BACK_YES, Reply.BACK_NO, Reply.BACK_HELP)
_RATING = (Reply.BACK_YES, Reply.BACK_NO)


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """What was said last in the chat about a case, and when; `for_rating` if it was the five faces."""

    question_id: uuid.UUID
    at: datetime
    for_rating: bool


def find_asked_about(line: Line) -> AskedAbout | None:
    """Return the question after a case that went out last by this channel, within the time in which words answer it."""
    about = (Message.purpose == MessagePurpose.ASKED_BACK) | Message.text_key.in_(_ABOUT_IT)
    row = line.session.execute(
        select(Message.subject_id, Message.handed_over_at, Message.text_key)
        .where(
            Message.contact_id == line.contact.id,
            Message.channel == line.channel,
            about,
            Message.state.in_(_SENT),
            Message.handed_over_at > line.now - ANSWER_WINDOW,
            # What the person wrote before it reached them cannot answer it.
            Message.handed_over_at <= line.now,
        )
        .order_by(Message.handed_over_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row[1] is None:
        return None
    return AskedAbout(row[0], row[1], row[2] in _RATING)


def hear_back_tap(line: Line, token: str, value: str) -> bool:
    """Take a tap on yes, no or a face from the very person who was asked, and tell whether it counted."""
    try:
        question = get_question(line.session, token, now=line.now)
    except QuestionNotInUseError:
        return False
    # Whoever passes a message on passes its buttons on.
    if question.contact_id != line.contact.id:
        return False
    if value in ("y", "n"):
        _answer(line, question, settled=value == "y")
        return True
    return value.isascii() and value.isdecimal() and len(value) == 1 and _rate(line, question, int(value))


def hear_back_text(line: Line, asked: AskedAbout, text: str) -> bool:
    """Take words that follow the question: yes or no, a number for the faces, or words for whoever works the case.

    Tells whether they were about it; they are not once it takes no more.
    """
    try:
        question = get_question_by_id(line.session, asked.question_id, now=line.now)
    except QuestionNotInUseError:
        return False
    said = read_yes_no(text)
    if question.answered_at is None:
        if said is not None:
            _answer(line, question, settled=said.settled, words=said.words or "")
            return True
        _keep(line, question, text)
        if not was_told_lately(line.session, line.contact, line.channel, Reply.BACK_HELP, now=line.now):
            _tell(line, Reply.BACK_HELP, question)
        return True
    if not question.takes_more(line.now):
        return False
    rated = read_rating(text, HANDLING) if asked.for_rating else None
    if rated is not None:
        _rate(line, question, rated.value, words=rated.words or "")
    elif said is not None and said.settled is not question.settled and not text.strip()[:1].isdigit():
        _answer(line, question, settled=said.settled, words=said.words or "")
    elif said is None:
        _keep(line, question, text)
        _thank(line, question)
    return True


def _answer(line: Line, question: Question, *, settled: bool, words: str = "") -> None:
    rules = line.desk.case_rules
    try:
        answered = answer_question(
            line.session, question, settled=settled, rules=rules, via=line.channel.value, now=line.now
        )
    except AnswerClosedError:
        tell_once_a_day(line, Reply.CLOSED)
        return
    if words:
        _keep(line, question, words)
    if answered.counted:
        _tell(line, Reply.BACK_YES if settled else Reply.BACK_NO, question)


def _rate(line: Line, question: Question, rating: int, *, words: str = "") -> bool:
    try:
        changed = rate_handling(line.session, question, rating=rating, via=line.channel.value, now=line.now)
    except AnswerClosedError:
        tell_once_a_day(line, Reply.CLOSED)
        return True
    except InvalidInputError:  # forged: no button of ours has it
        return False
    if words:
        _keep(line, question, words)
    if changed:
        _thank(line, question)
    return True


def _keep(line: Line, question: Question, words: str) -> None:
    """Words that cannot be kept (too long for a note, unreadable) are dropped: a chat has no form to show them in."""
    try:
        say_more(line.session, question, rules=line.desk.case_rules, words=words, now=line.now)
    except InvalidInputError:
        tell_once_a_day(line, Reply.HELP)


def _thank(line: Line, question: Question) -> None:
    if line.channel is not MessagingChannel.SMS:  # there each word costs
        _tell(line, Reply.NOTED, question)


def _tell(line: Line, reply: Reply, question: Question) -> None:
    tell(
        line,
        reply,
        subject_id=question.id,
        unit_id=question.unit_id,
        language=question.language or line.talk.language,
    )
