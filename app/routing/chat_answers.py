"""What a person who was asked says in a chat: a rating, yes or no to a call, a number, a few words more."""

from app.callbacks.models import CallWindow
from app.invitations.links import LiveInvitation
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.messaging.models import MessagingChannel
from app.responses import service as responses
from app.responses.models import SurveyResponse, Via
from app.routing.additions import decline_call, request_callback
from app.routing.chat import Awaits, note_turn
from app.routing.invited import AnswerIn, LinkSpentError, take_invited_rating
from app.routing.known_person import find_person
from app.routing.line import Line, tell, tell_once_a_day
from app.routing.replies import Reply
from app.routing.service import RatingNotOnScaleError
from app.routing.spoken import add_words
from app.surveys.definition import Definition

# Where a few words more cost nothing; an SMS does.
_MESSENGERS = (MessagingChannel.TELEGRAM, MessagingChannel.VIBER, MessagingChannel.WHATSAPP)


def find_definition(line: Line, invitation: LiveInvitation | None) -> Definition | None:
    """Return what the invitation asks now, or None if nothing is asked."""
    if invitation is None or invitation.survey_key not in line.talk.surveys:
        return None
    return line.talk.surveys.current(invitation.survey_key)


def rate(line: Line, invitation: LiveInvitation, rating: int, words: str | None) -> bool:
    """Store the rating, with the words that came along, and answer; the same rating again is answered once.

    Tells whether there was something to answer: a rating off the scale is forged, or older than the survey.
    """
    definition = find_definition(line, invitation)
    if definition is None:
        return False
    before = responses.find_by_interaction(line.session, invitation.interaction_id)
    # The chat is the person's, so whoever answers again changes the answer.
    answer = AnswerIn(Via(line.channel.value), invitation.language, same_person=True)
    try:
        taken = take_invited_rating(
            line.session,
            line.desk,
            invitation=invitation,
            definition=definition,
            rating=rating,
            answer=answer,
            now=line.now,
        )
    except RatingNotOnScaleError:
        return False
    except LinkSpentError:
        tell_once_a_day(line, Reply.CLOSED)
        return True
    if words is not None:
        add_words(line.session, line.desk, key=taken.key, words=words, now=line.now)
    note_turn(
        line.session,
        line.contact,
        line.channel,
        response_id=taken.response_id,
        awaits=Awaits.COMMENT,
        now=line.now,
    )
    if before is None or before.rating != rating:
        tell(
            line,
            Reply.THANKS,
            subject_id=taken.response_id,
            unit_id=invitation.unit_id,
            language=invitation.language,
        )
    return True


def answer_call(line: Line, key: str, *, wants_call: bool) -> bool:
    """Hear yes or no to "may we call you back?", from the very person who was asked; False for anybody else."""
    try:
        response = responses.get_by_key(line.session, key)
    except NotFoundError:
        return False
    person = find_person(line.session, response)
    if person is None or person.contact_id != line.contact.id:
        return False
    try:
        if not wants_call:
            decline_call(line.session, line.desk, key=key, now=line.now)
            said = Reply.NO_CALL
        elif person.has_number:
            _request_call(line, response, key, "")
            said = Reply.CALL_NOTED
        else:
            _note(line, response, Awaits.CALL)
            said = Reply.ASK_NUMBER
    except responses.ResponseClosedError:
        said = Reply.CLOSED
    except InvalidInputError:  # this survey offers no call
        return False
    _tell(line, said, response)
    return True


def take_number(line: Line, response: SurveyResponse, text: str) -> None:
    """Take the number that we asked for; the question came with the words of consent."""
    key = responses.response_key(line.desk.vault, response.id)
    try:
        _request_call(line, response, key, text)
        _note(line, response, Awaits.COMMENT)
        said = Reply.CALL_NOTED
    except responses.ResponseClosedError:
        said = Reply.CLOSED
    except InvalidInputError:
        said = Reply.BAD_NUMBER
    _tell(line, said, response)


def comment(line: Line, response: SurveyResponse, text: str) -> bool:
    """Add the words to the response; False if it takes none any more."""
    key = responses.response_key(line.desk.vault, response.id)
    try:
        add_words(line.session, line.desk, key=key, words=text, now=line.now)
    except responses.ResponseClosedError:
        return False
    _note(line, response, Awaits.COMMENT)
    if line.channel in _MESSENGERS:
        _tell(line, Reply.NOTED, response)
    return True


def _request_call(line: Line, response: SurveyResponse, key: str, phone: str) -> None:
    request_callback(
        line.session,
        line.desk,
        key=key,
        phone=phone,
        call_window=CallWindow.ANY,
        consent_given=True,
        language=Language(response.language),
        now=line.now,
    )


def _note(line: Line, response: SurveyResponse, awaits: Awaits) -> None:
    note_turn(line.session, line.contact, line.channel, response_id=response.id, awaits=awaits, now=line.now)


def _tell(line: Line, reply: Reply, response: SurveyResponse) -> None:
    tell(
        line,
        reply,
        subject_id=response.id,
        unit_id=response.unit_id,
        language=Language(response.language),
    )
