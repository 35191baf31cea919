"""/s/<token>: "did we settle it?" Looking at it writes nothing; a tap is stored at once, the rest is optional.

It works without cookies: whoever has the link is the person who was asked. The links of a letter only mark an answer
(`?rating=1` for yes, 2 for no), which a person sends: scanners open them all.
"""

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_date
from flask import Blueprint, redirect, request, url_for
from flask_babel import get_locale, gettext, lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.callbacks.asking_back.answering import AnswerClosedError, answer_question, rate_handling, say_more
from app.callbacks.asking_back.composing import HANDLING
from app.callbacks.asking_back.links import Question, QuestionNotInUseError, get_question
from app.callbacks.models import CallWindow
from app.callbacks.rules.case_rules import CaseRules
from app.kit.errors import InvalidInputError
from app.kit.i18n import Language
from app.organisation.service import working_time
from app.responses.forms import BadFormTokenError, issue_form, read_form
from app.web import edge
from app.web.access import Gate, gate
from app.web.public.questions import read_value, show_question
from app.web.public.shell import answer_gone, render, speak

settled = Blueprint("settled", __name__)
gate(settled, Gate.PUBLIC)

_VIA = "page"
_ANSWERS = {"yes": True, "no": False}
_MARKS = {1: "yes", 2: "no"}
_WINDOWS = {
    CallWindow.ANY: lazy_gettext("Any time"),
    CallWindow.MORNING: lazy_gettext("Morning"),
    CallWindow.AFTERNOON: lazy_gettext("Afternoon"),
    CallWindow.EVENING: lazy_gettext("Evening"),
}
_WRONG = {
    "text_too_long": lazy_gettext("This text is too long; 2,000 characters fit."),
    "unreadable_text": lazy_gettext("This text has characters that cannot be kept. Please write it anew."),
}
_SAVED = {
    "rating": lazy_gettext("Thank you, your rating is kept. You can still change it."),
    "words": lazy_gettext("Thank you, this goes to whoever works on it."),
}


@settled.before_request
def keep_token_here() -> None:
    """Keep the address, which is a key, out of every request that the page causes."""
    edge.no_referrer()


@settled.errorhandler(QuestionNotInUseError)
def show_gone(_error: QuestionNotInUseError) -> tuple[str, int]:
    """Answer unknown and expired links alike."""
    return answer_gone()


@settled.get("/S/<token>")
@settled.get("/s/<token>")
def show(token: str) -> str:
    """Show the question, or what can still be added to the answer."""
    question = get_question(edge.db(), token, now=edge.now())
    _speak(question)
    if question.answered_at is None:
        return _ask(token, question, marked=_MARKS.get(read_value(request.args.get("rating")) or 0, ""))
    return _thank(token, question, saved=str(_SAVED.get(request.args.get("saved", ""), "")))


@settled.post("/S/<token>")
@settled.post("/s/<token>")
def answer(token: str) -> Response | tuple[str, int]:
    """Keep yes or no, the rating, or a few words with the time to ring; each field that is there counts."""
    edge.only_read()
    question = get_question(edge.db(), token, now=edge.now())
    language = _speak(question)
    try:
        form = request.form
        read_form(edge.wiring().signing_key, _subject(question), form.get("form_token", ""))
    except RequestEntityTooLarge:
        return _again(token, question, gettext("That was too much at once. Please write less.")), 413
    except BadFormTokenError:
        problem = gettext("This page had grown old. Please tap your answer once more.")
        return _again(token, question, problem, request.form), 400
    try:
        rules, now = edge.wiring().case_rules, edge.now()
        saved = edge.write(lambda session: _keep(session, token, form, rules, now))
    except AnswerClosedError:
        return _again(token, question, gettext("This answer can no longer be changed. Thank you!")), 409
    except InvalidInputError as error:
        wrong = _WRONG.get(error.code) or gettext("That is not one of the answers. Please tap one of these.")
        return _again(token, question, str(wrong), form), 422
    return redirect(url_for(".show", token=token, lang=language.value, saved=saved), 303)


def _keep(session: Session, token: str, form: Mapping[str, str], rules: CaseRules, now: datetime) -> str | None:
    """Write what the form says and return what the page then confirms; raises InvalidInputError, AnswerClosedError."""
    # Read anew where it is written: a question that expired meanwhile takes no answer.
    question = get_question(session, token, now=now)
    said, rating = form.get("settled"), form.get("rating")
    if said is not None:
        if said not in _ANSWERS:
            raise InvalidInputError("neither yes nor no", field="settled", code="not_an_option")
        answer_question(session, question, settled=_ANSWERS[said], rules=rules, via=_VIA, now=now)
        return None
    if rating is None and "words" not in form:
        raise InvalidInputError("nothing was said", field="settled", code="not_an_option")
    if rating is not None:
        rate_handling(session, question, rating=read_value(rating) or 0, via=_VIA, now=now)
    if "words" not in form:
        return "rating"
    if not question.takes_more(now):
        raise AnswerClosedError("this takes no words any more")
    window = form.get("call_window")
    chosen = CallWindow(window) if window in list(CallWindow) else None
    wished = None if question.settled else chosen
    say_more(session, question, rules=rules, words=form["words"], call_window=wished, now=now)
    return "words" if form["words"].strip() or chosen else "rating" if rating else None


def _again(token: str, question: Question, problem: str, form: Mapping[str, str] | None = None) -> str:
    """Return the page as it stands with what is wrong; what was typed stays."""
    if question.answered_at is None:
        return _ask(token, question, marked=form.get("settled", "") if form else "", problem=problem)
    return _thank(token, question, problem=problem, form=form)


def _ask(token: str, question: Question, *, marked: str, problem: str = "") -> str:
    zone = working_time(edge.db(), question.unit_id).time_zone
    return render(
        "public/settled.html",
        list(Language),
        question=question,
        day=format_date(question.about_at.astimezone(zone), "d MMMM", locale=get_locale()),
        action=url_for(".answer", token=token, lang=edge.current_language().value),
        token=_token(question),
        marked=marked if marked in _ANSWERS else "",
        problem=problem,
    )


def _thank(
    token: str, question: Question, *, saved: str = "", problem: str = "", form: Mapping[str, str] | None = None
) -> str:
    if not question.takes_more(edge.now()):
        return render("public/spent.html", list(Language))
    given = [str(question.rating)] if question.rating else []
    return render(
        "public/settled_after.html",
        list(Language),
        question=question,
        scale=show_question(HANDLING, edge.current_language(), edge.desk().company, given),
        action=url_for(".answer", token=token, lang=edge.current_language().value),
        token=_token(question),
        windows=_WINDOWS.items(),
        chosen=form.get("call_window", "") if form else "",
        typed=form.get("words", "") if form else "",
        saved=saved,
        problem=problem,
    )


def _token(question: Question) -> str:
    return issue_form(edge.wiring().signing_key, _subject(question), edge.now())


def _subject(question: Question) -> str:
    return f"s-{question.id.hex}"


def _speak(question: Question) -> Language:
    return speak(list(Language), asked=request.args.get("lang"), known=question.language)
