"""The question as a message of its channel, and what is said back to yes and no there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from sqlalchemy.orm import Session

from app.callbacks.asking_back.links import Question, QuestionNotInUseError, get_question_by_id, question_token
from app.callbacks.models import CallbackCase
from app.contacts.links import unsubscribe_token
from app.contacts.models import Contact
from app.invitations.composing import say_answer
from app.invitations.letters import Letter, write_letter
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.messaging.content import Content, NothingToSayError
from app.messaging.gateway import Button
from app.messaging.models import Message, MessagingChannel
from app.messaging.texts import MessageTexts, Spoken
from app.organisation.service import working_time
from app.surveys.question import Question as Scale
from app.surveys.question import QuestionType

# What stands before the first colon of a button's payload: `b:<token>:y`, then `b:<token>:4`.
BACK = "b"
# The follow-up's own scale, drawn and read like every scale of five faces; its words are in messages.yaml.
HANDLING = Scale(key="handling", type=QuestionType.RATING5, text=dict.fromkeys(Language, "?"))
_SETTLED = Scale(key="settled", type=QuestionType.YES_NO, text=dict.fromkeys(Language, "?"))
_CHATS = (MessagingChannel.TELEGRAM, MessagingChannel.WHATSAPP, MessagingChannel.VIBER)


@dataclass(frozen=True, slots=True)
class AskingBack:
    """What composing needs."""

    vault: Vault
    public_url: str
    company: str
    texts: MessageTexts


def compose_question(session: Session, message: Message, now: datetime, *, asking: AskingBack) -> Content:
    """Return what the question says in the message's channel.

    Raises NothingToSayError: `answered`, `reopened` when the case was opened again meanwhile, or `gone`.
    """
    question = _get(session, message, now)
    if question.answered_at is not None:
        raise NothingToSayError("answered")
    case = session.get(CallbackCase, question.case_id)
    if case is None or case.closed_at is None or case.reopenings != question.round:
        raise NothingToSayError("reopened")
    spoken = asking.texts.speak(session, MessagingChannel(message.channel), Language(message.language))
    token = question_token(asking.vault, question.id)
    values = {
        "company": asking.company,
        "place": question.unit_name,
        "date": _say_day(session, question, spoken.language),
        "link": f"{asking.public_url}/s/{token}",
    }
    if spoken.channel is MessagingChannel.EMAIL:
        contact = session.get(Contact, message.contact_id) if message.contact_id else None
        if contact is None:
            raise NothingToSayError("gone")
        return _write(spoken, values, stop=f"{asking.public_url}/u/{unsubscribe_token(asking.vault, contact)}")
    buttons = _yes_no(spoken, token) if spoken.channel in _CHATS else ()
    return Content(spoken.say("asked_back", values), buttons=buttons)


def compose_follow_up(
    session: Session,
    message: Message,
    now: datetime,
    *,
    spoken: Spoken,
    vault: Vault,
    public_url: str,
    values: Mapping[str, str],
) -> Content:
    """Return what is said back in a chat: thanks or regret above five faces, or the question once more.

    Raises NothingToSayError("gone").
    """
    question = _get(session, message, now)
    token = question_token(vault, question.id)
    filled = {**values, "link": f"{public_url}/s/{token}", "scale": "1-5"}
    words = spoken.say(message.text_key, filled)
    if spoken.channel not in _CHATS:
        return Content(words)
    if question.answered_at is None:
        return Content(words, buttons=_yes_no(spoken, token))
    faces = [
        Button(say_answer(HANDLING, value, spoken.language), f"{BACK}:{token}:{value}") for value in HANDLING.values()
    ]
    return Content(words, buttons=faces, buttons_title=spoken.say("invitation.button", {}))


def _get(session: Session, message: Message, now: datetime) -> Question:
    try:
        return get_question_by_id(session, message.subject_id, now=now)
    except QuestionNotInUseError as gone:
        raise NothingToSayError("gone") from gone


def _yes_no(spoken: Spoken, token: str) -> list[Button]:
    return [
        Button(spoken.say("asked_back.yes_button", {}), f"{BACK}:{token}:y"),
        Button(spoken.say("asked_back.no_button", {}), f"{BACK}:{token}:n"),
    ]


def _say_day(session: Session, question: Question, language: Language) -> str:
    zone = working_time(session, question.unit_id).time_zone
    return format_date(question.about_at.astimezone(zone), "d MMMM", locale=language.value)


def _write(spoken: Spoken, values: Mapping[str, str], *, stop: str) -> Content:
    """Return the letter: its two links mark an answer, which a person sends; scanners open every link."""
    letter = Letter(
        language=spoken.language,
        company=values["company"],
        subject=spoken.say("asked_back.subject", values),
        words=spoken.say("asked_back", values),
        answer=spoken.say("asked_back.answer", values),
        stop=spoken.say("email.stop", {**values, "link": stop}),
        stop_url=stop,
        link=values["link"],
        question=_SETTLED,
    )
    text, html = write_letter(letter)
    return Content(text, subject=letter.subject, html=html, unsubscribe_url=stop)
