"""/q/<code>: the question of a touchpoint. Looking at it writes nothing; a tap on an answer is the vote."""

import secrets
from dataclasses import dataclass, field

from flask import Blueprint, Response, current_app, make_response, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from app.kit.errors import NotFoundError
from app.responses.forms import BadFormTokenError, form_subject, issue_form, read_form
from app.responses.models import Via
from app.routing.service import Taken, take_rating
from app.surveys.definition import Definition
from app.touchpoints.service import LiveTouchpoint, find_live, read_stamp
from app.web import edge
from app.web.access import Gate, gate
from app.web.public.device import give_device, read_device
from app.web.public.once_a_month import has_answered, remember
from app.web.public.opened import allow_opened_script
from app.web.public.question_page import Meeting, render_question
from app.web.public.questions import read_value
from app.web.public.shell import answer_gone, speak

survey = Blueprint("survey", __name__)
gate(survey, Gate.PUBLIC)

# About 3.5 KB each.
_MOST_PAGES = 4096
_MOST_CODES = 4096
_LATELY = 1.0  # seconds
_ANEW = 60.0  # seconds
# Stands where the form's token goes in a page that is kept; nobody can have typed it into a name.
_TOKEN_HERE = secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a code asks."""

    touchpoint: LiveTouchpoint
    definition: Definition

    @property
    def subject(self) -> str:
        """What a form of this page is signed for."""
        return form_subject(self.touchpoint.code, self.definition.key, self.definition.version)


@dataclass(slots=True)
class _Lately:
    """What codes asked as long as nothing has changed since `stamp`."""

    asked: dict[str, _Asked] = field(default_factory=dict)
    stamp: object = None
    checked_at: float = 0.0


class CodeNotInUseError(NotFoundError):
    """No touchpoint is in use under this code; anything else that is missing is our fault, not the code's."""

    code = "code_not_in_use"


@survey.errorhandler(CodeNotInUseError)
def show_gone(_error: CodeNotInUseError) -> tuple[str, int]:
    """Answer unknown and withdrawn codes alike."""
    return answer_gone()


@survey.get("/Q/<code>")
@survey.get("/q/<code>")
def show(code: str) -> AnyResponse:
    """Show the question; `?rating=4` marks an answer and stores nothing, `?lang=kk` chooses the language."""
    asked = _asked_lately(code)
    speak(asked.definition.languages, asked=request.args.get("lang"))
    allow_opened_script()
    return give_device(make_response(_page(asked, marked=request.args.get("rating"))))


@survey.post("/Q/<code>")
@survey.post("/q/<code>")
def rate(code: str) -> AnyResponse:
    """Store the tap and lead on to what follows it; what cannot be taken shows the question again."""
    edge.only_read()
    asked = _asked_lately(code)
    while (answer := _take(asked)) is None:  # withdrawn or pointed elsewhere within this second
        edge.roll_back()
        asked = _asked(code)
    return answer


def _take(asked: _Asked) -> AnyResponse | None:
    """Return the answer to a tap on what was asked, or None if the code asks something else by now."""
    language = speak(asked.definition.languages, asked=request.args.get("lang"))
    try:
        form = request.form
    except RequestEntityTooLarge:
        return _again(asked, 413, gettext("That was too much at once. Please tap an answer."))
    rating = read_value(form.get("rating"))
    if rating is None or not asked.definition.first.accepts(rating):
        return _again(asked, 422, gettext("That is not one of the answers. Please tap one of these."))
    try:
        token = read_form(edge.wiring().signing_key, asked.subject, form.get("form_token", ""))
    except BadFormTokenError:
        return _again(asked, 400, gettext("This page had grown old. Please tap your answer once more."), form)
    desk, device, now, trap_filled = edge.desk(), read_device(), edge.now(), bool(form.get("website"))
    address, repeated = request.remote_addr, has_answered(asked.definition, now=edge.now())

    def store(session: Session) -> Taken | None:
        # The database is asked, not what was so a second ago: a code that is withdrawn takes no answer.
        if find_live(session, asked.touchpoint.code) != asked.touchpoint:
            return None
        return take_rating(
            session,
            desk,
            touchpoint=asked.touchpoint,
            definition=asked.definition,
            rating=rating,
            form=token,
            trap_filled=trap_filled,
            repeated=repeated,
            device=device,
            address=address,
            language=language,
            via=Via.PAGE,
            now=now,
        )

    taken = edge.write(store)
    if taken is None:
        return None
    reply = make_response(redirect(url_for("answer.show", key=taken.key), 303))
    remember(reply, asked.definition, now=now)
    return give_device(reply)


def _asked(code: str) -> _Asked:
    touchpoint = find_live(edge.db(), code)
    if touchpoint is None:
        raise CodeNotInUseError("no touchpoint is in use under this code")
    return _Asked(touchpoint, edge.wiring().surveys.current(touchpoint.survey_key))


def _asked_lately(code: str) -> _Asked:
    """Return what a code asks, as it was at most a second ago: for showing the page and reading its form.

    Once a second one query asks whether any touchpoint or unit has changed; as long as none has, a scan costs no look
    at the database. A code that is withdrawn shows its page for that second more; the tap itself asks the database.
    """
    lately: _Lately = current_app.extensions.setdefault("otklik.asked_lately", _Lately())
    # Taken before the database is read: what a snapshot from before a change says must not land among what came after.
    asked = lately.asked
    instant = edge.now().timestamp()
    if not lately.checked_at <= instant < lately.checked_at + _LATELY:  # a clock may be set back, too
        # A change that began before another and ended after it leaves the database's stamp as it is: seen in a minute.
        stamp = (read_stamp(edge.db()), instant // _ANEW)
        if stamp != lately.stamp or len(asked) >= _MOST_CODES:
            asked = {}
            lately.stamp, lately.asked = stamp, asked
        lately.checked_at = instant
    if code not in asked:
        asked[code] = _asked(code)
    return asked[code]


def _again(asked: _Asked, status: int, problem: str, form: MultiDict[str, str] | None = None) -> Response:
    """Return the same question with a fresh token and a sentence that says why it is asked again."""
    return make_response(_page(asked, marked=form.get("rating") if form else None, problem=problem), status)


def _page(asked: _Asked, *, marked: str | None, problem: str = "") -> str:
    token = issue_form(edge.wiring().signing_key, asked.subject, edge.now())
    if marked is None and not problem:
        return _plain_page(asked).replace(_TOKEN_HERE, token)
    return render_question(_meeting(asked), asked.definition, token, marked=marked, problem=problem)


def _meeting(asked: _Asked) -> Meeting:
    touchpoint = asked.touchpoint
    action = url_for("survey.show", code=touchpoint.code, lang=edge.current_language().value)
    return Meeting(action, touchpoint.unit_name, touchpoint.unit_address)


def _plain_page(asked: _Asked) -> str:
    """Return the page as nearly everyone gets it, rendered once a process for each code, text and language.

    What it depends on is the key, so that a page is never older than its touchpoint; only the token is new each time.
    """
    pages: dict[tuple[object, ...], str] = current_app.extensions.setdefault("otklik.survey_pages", {})
    definition = asked.definition
    key = (
        asked.touchpoint.code,
        asked.touchpoint.unit_name,
        asked.touchpoint.unit_address,
        definition.key,
        definition.version,
        edge.current_language(),
    )
    page = pages.get(key)
    if page is None:
        if len(pages) >= _MOST_PAGES:
            pages.clear()
        page = pages[key] = render_question(_meeting(asked), asked.definition, _TOKEN_HERE, marked=None)
    return page
