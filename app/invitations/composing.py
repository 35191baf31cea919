"""An invitation into a message of its channel: the words, the link, and a button for each answer.

Everything is made anew from the invitation at each try, so a text that was mended is right for all that still wait.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.links import unsubscribe_token
from app.contacts.models import Contact
from app.invitations.letters import Letter, write_letter
from app.invitations.links import invitation_token
from app.invitations.models import Interaction, Invitation
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.messaging.content import Content, NothingToSayError
from app.messaging.gateway import Button
from app.messaging.models import Message, MessagePurpose, MessagingChannel
from app.messaging.texts import MessageTexts, Spoken
from app.organisation.models import Employee, Unit
from app.organisation.tree import working_time
from app.surveys.definition import Definition, Question, QuestionType
from app.surveys.loader import SurveyLibrary

FACES: Mapping[int, str] = {1: "😡", 2: "🙁", 3: "😐", 4: "🙂", 5: "😀"}
# What one digit or number answers: an SMS asks for it.
_NUMBERED = (QuestionType.RATING5, QuestionType.NPS, QuestionType.CES7)
# Rows of a WhatsApp list, and the letters that one may have (Cloud API, interactive list messages).
_LIST_ROWS, _ROW_LETTERS = 10, 24
_CHATS = (MessagingChannel.TELEGRAM, MessagingChannel.WHATSAPP, MessagingChannel.VIBER)


@dataclass(frozen=True, slots=True)
class Composing:
    """What composing needs; `find_answer` finds by the interaction what spent the link."""

    vault: Vault
    public_url: str
    company: str
    surveys: SurveyLibrary
    texts: MessageTexts
    find_answer: Callable[[Session, uuid.UUID], object | None]


@dataclass(frozen=True, slots=True)
class _Words:
    """Which words, and what fills them."""

    key: str
    spoken: Spoken
    values: Mapping[str, str]

    def say(self, ending: str = "") -> str:
        return self.spoken.say(f"{self.key}{ending}", self.values)


@dataclass(frozen=True, slots=True)
class _About:
    """What an invitation is about, as it is now."""

    invitation: Invitation
    interaction: Interaction
    place: str
    employee: str
    definition: Definition
    link: str
    token: str
    zone: ZoneInfo


def compose_invitation(session: Session, message: Message, now: datetime, *, composing: Composing) -> Content:
    """Return what the invitation or its reminder says in the message's channel.

    Raises NothingToSayError: `answered`, `withdrawn`, `expired`, or `gone` when the invitation or survey is no more.
    An e-mail's token of unsubscribing is kept with the contact, so the session must be committed before it is sent.
    """
    about = _read(session, message, now, composing)
    channel, language = MessagingChannel(message.channel), Language(message.language)
    question = about.definition.first
    words = _Words(
        "reminder" if message.purpose == MessagePurpose.REMINDER else "invitation",
        composing.texts.speak(session, channel, language),
        fill_values(
            question,
            language,
            company=composing.company,
            place=about.place,
            employee=about.employee,
            link=about.link,
            at=(about.interaction.started_at or about.interaction.ended_at).astimezone(about.zone),
        ),
    )
    if channel is MessagingChannel.EMAIL:
        return _letter(session, message.contact_id, composing, about, words)
    if channel is MessagingChannel.SMS:
        return Content(words.say() if question.type in _NUMBERED else words.say(".choice"))
    return Content(
        words.say(),
        buttons=answer_buttons(question, language, about.token, channel),
        buttons_title=words.spoken.say("invitation.button", words.values),
        template_values=words.say(".template").split("\n") if channel is MessagingChannel.WHATSAPP else (),
    )


def fill_values(
    question: Question, language: Language, *, company: str, place: str, employee: str, link: str, at: datetime
) -> dict[str, str]:
    """Return the values of the placeholders; `at` is in the unit's zone."""
    first, last = question.values()[0], question.values()[-1]
    return {
        "company": company,
        "place": place,
        "employee": employee,
        "link": link,
        "date": say_moment(at, language),
        "question": question.ask(language, company),
        "scale": f"{first}-{last}",
    }


def say_moment(at: datetime, language: Language) -> str:
    """Return the day and time as people say them: "3 марта, 14:05"; `at` is in the zone they live in."""
    return format_datetime(at, "d MMMM, HH:mm", locale=language.value)


def answer_buttons(question: Question, language: Language, token: str, channel: MessagingChannel) -> Sequence[Button]:
    """Return a button for each answer, its payload `r:<token>:<value>`; none where the channel has no room for them.

    A WhatsApp list has ten rows, so 0 to 10 is asked by the link that the text has anyway.
    """
    values = question.values()
    if channel not in _CHATS or (channel is MessagingChannel.WHATSAPP and len(values) > _LIST_ROWS):
        return ()
    buttons = [Button(say_answer(question, value, language), f"r:{token}:{value}") for value in values]
    if channel is MessagingChannel.WHATSAPP:
        return [Button(_shorten(button.label, _ROW_LETTERS), button.payload) for button in buttons]
    return buttons


def say_answer(question: Question, value: int, language: Language) -> str:
    """Return what stands on the button of an answer: a face and words, a number and words, or words alone."""
    label = question.label(value, language)
    if question.type is QuestionType.RATING5:
        return f"{FACES[value]} {value} · {label}"
    if question.type is QuestionType.CES7:
        return f"{value} · {label}"
    # Eleven of them stand side by side, so the number has to do; its meaning is in the question.
    return str(value) if question.type is QuestionType.NPS else label


def _shorten(label: str, limit: int) -> str:
    return label if len(label) <= limit else label[: limit - 1].rstrip() + "…"


def _read(session: Session, message: Message, now: datetime, composing: Composing) -> _About:
    row = session.execute(
        select(Invitation, Interaction, Unit.name, Employee.name)
        .join(Interaction, Interaction.id == Invitation.interaction_id)
        .join(Unit, Unit.id == Interaction.unit_id)
        .outerjoin(Employee, Employee.id == Interaction.employee_id)
        .where(Invitation.id == message.subject_id)
    ).one_or_none()
    if row is None:
        raise NothingToSayError("gone")
    invitation, interaction, place, employee = row
    if invitation.withdrawn_at is not None:
        raise NothingToSayError("withdrawn")
    if composing.find_answer(session, interaction.id) is not None:
        raise NothingToSayError("answered")
    if invitation.answer_by <= now:
        raise NothingToSayError("expired")
    if invitation.survey_key not in composing.surveys:
        raise NothingToSayError("gone")
    token = invitation_token(composing.vault, invitation.id)
    return _About(
        invitation,
        interaction,
        place,
        employee or "",
        composing.surveys.current(invitation.survey_key),
        f"{composing.public_url}/i/{token}",
        token,
        working_time(session, interaction.unit_id).time_zone,
    )


def _letter(
    session: Session, contact_id: uuid.UUID | None, composing: Composing, about: _About, words: _Words
) -> Content:
    contact = session.get(Contact, contact_id) if contact_id else None
    if contact is None:
        raise NothingToSayError("gone")
    stop = f"{composing.public_url}/u/{unsubscribe_token(composing.vault, contact)}"
    letter = Letter(
        language=words.spoken.language,
        company=composing.company,
        subject=words.say(".subject"),
        words=words.say(),
        answer=words.spoken.say("email.answer", words.values),
        stop=words.spoken.say("email.stop", {**words.values, "link": stop}),
        stop_url=stop,
        link=about.link,
        question=about.definition.first,
    )
    text, html = write_letter(letter)
    return Content(text, subject=letter.subject, html=html, unsubscribe_url=stop)
