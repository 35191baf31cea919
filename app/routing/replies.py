"""What we say back in a chat: the words of each reply, its buttons and links, made anew when it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.asking_back.composing import compose_follow_up
from app.invitations.composing import say_answer
from app.invitations.links import LinkNotInUseError, get_live_by_id, invitation_token
from app.kit.errors import NotFoundError
from app.kit.i18n import Language
from app.messaging.content import Content, NothingToSayError
from app.messaging.gateway import Button
from app.messaging.models import Message, MessagingChannel
from app.messaging.texts import MessageTexts, Spoken
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.responses.service import response_key
from app.routing.additions import AnswerPage, open_page
from app.routing.desk import Desk
from app.routing.rules import Lead
from app.surveys.loader import SurveyLibrary

# What stands before the first colon of a button's payload: `r:<token>:<value>`, `c:<key of the response>:y`;
# `asking_back.composing` has one more.
RATE, CALL = "r", "c"
# What all offers of help begin with.
HELP = "reply.help"
# Where a button may lead to a page; elsewhere the text carries the address.
_LINKED = (MessagingChannel.TELEGRAM, MessagingChannel.VIBER)
_CHATS = (*_LINKED, MessagingChannel.WHATSAPP)


class Reply(StrEnum):
    """The replies, by the keys of their words in `config/messages.yaml`."""

    THANKS = "reply.thanks"
    NOTED = "reply.noted"
    CALL_NOTED = "reply.call_noted"
    NO_CALL = "reply.no_call"
    ASK_NUMBER = "reply.ask_number"
    BAD_NUMBER = "reply.bad_number"
    CLOSED = "reply.closed"
    STOPPED = "reply.stopped"
    STARTED = "reply.started"
    LINKED = "reply.linked"
    WELCOME = "reply.welcome"
    HELP = "reply.help"
    HELP_RATE = "reply.help_rate"
    # After "did we settle it?"
    BACK_YES = "reply.back_yes"
    BACK_NO = "reply.back_no"
    BACK_HELP = "reply.back_help"


@dataclass(frozen=True, slots=True)
class Replying:
    """What composing a reply needs."""

    desk: Desk
    surveys: SurveyLibrary
    public_url: str
    texts: MessageTexts


def compose_reply(session: Session, message: Message, now: datetime, *, replying: Replying) -> Content:
    """Return what the reply says in the message's channel and language; raises NothingToSayError("gone").

    Its subject is a response, for `reply.help_rate` an invitation, for `reply.back_…` a question after a case, and the
    contact for what is about no answer.
    """
    spoken = replying.texts.speak(session, MessagingChannel(message.channel), Language(message.language))
    place = session.scalars(select(Unit.name).where(Unit.id == message.unit_id)).one_or_none()
    values = {"company": replying.desk.company, "place": place or ""}
    if message.text_key == Reply.THANKS:
        return _thank(_open(session, message, replying, now), spoken, replying, values)
    if message.text_key == Reply.ASK_NUMBER:
        consent = replying.desk.consent.render(spoken.language, replying.desk.company)
        return Content(f"{spoken.say(Reply.ASK_NUMBER, values)}\n\n{consent}")
    if message.text_key in (Reply.BACK_YES, Reply.BACK_NO, Reply.BACK_HELP):
        return compose_follow_up(
            session,
            message,
            now,
            spoken=spoken,
            vault=replying.desk.vault,
            public_url=replying.public_url,
            values=values,
        )
    if message.text_key == Reply.HELP_RATE:
        values |= _ask_again(session, message, replying, now)
    return Content(spoken.say(message.text_key, values))


def _open(session: Session, message: Message, replying: Replying, now: datetime) -> AnswerPage:
    try:
        key = response_key(replying.desk.vault, message.subject_id)
        return open_page(session, replying.desk, key=key, now=now)
    except NotFoundError as gone:
        raise NothingToSayError("gone") from gone


def _thank(page: AnswerPage, spoken: Spoken, replying: Replying, values: Mapping[str, str]) -> Content:
    """Thanks, and what comes next by the rating: the review links for everybody, a call for the unhappy, a few words.

    The page behind the link has the buttons of the review sites: a tap there is a form of its own, which counts it.
    """
    key = response_key(replying.desk.vault, page.response.id)
    filled = {**values, "link": f"{replying.public_url}/r/{key}", **_rating(page.response, page, spoken)}
    if spoken.channel not in _CHATS:
        return Content(spoken.say(Reply.THANKS, filled))
    parts = [spoken.say(Reply.THANKS, filled)]
    buttons: list[Button] = []
    if page.step.lead is Lead.CALLBACK and not page.number_left and not page.call_declined:
        parts.append(spoken.say("reply.ask_call", filled))
        buttons = _yes_no(spoken, key)
    parts.append(spoken.say("reply.ask_comment", filled))
    if page.offers and spoken.channel in _LINKED:
        buttons.append(Button(spoken.say("reply.review_button", filled), url=filled["link"]))
    elif page.offers:
        parts.append(spoken.say("reply.review", filled))
    return Content("\n\n".join(parts), buttons=buttons)


def _yes_no(spoken: Spoken, key: str) -> list[Button]:
    return [
        Button(spoken.say("reply.yes_button", {}), f"{CALL}:{key}:y"),
        Button(spoken.say("reply.no_button", {}), f"{CALL}:{key}:n"),
    ]


def _rating(response: SurveyResponse, page: AnswerPage, spoken: Spoken) -> Mapping[str, str]:
    if spoken.channel not in _CHATS:
        return {"rating": str(response.rating)}
    return {"rating": say_answer(page.definition.first, response.rating, spoken.language)}


def _ask_again(session: Session, message: Message, replying: Replying, now: datetime) -> Mapping[str, str]:
    try:
        invitation = get_live_by_id(session, message.subject_id, now=now)
    except LinkNotInUseError as gone:
        raise NothingToSayError("gone") from gone
    if invitation.survey_key not in replying.surveys:
        raise NothingToSayError("gone")
    question = replying.surveys.current(invitation.survey_key).first
    points: Sequence[int] = question.values()
    return {
        "link": f"{replying.public_url}/i/{invitation_token(replying.desk.vault, invitation.id)}",
        "scale": f"{points[0]}-{points[-1]}",
    }
