"""/r/<key>: what follows the tap. Whoever holds the key may add words, ask for a call, or leave for a review site."""

from flask import Blueprint, make_response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.review_sites.catalogue import Site
from app.routing.additions import (
    AnswerPage,
    decline_call,
    extend_response,
    leave_for_site,
    open_page,
    request_callback,
)
from app.surveys.answers import FIELD
from app.web import edge
from app.web.access import Gate, gate
from app.web.public.answer_page import read_window, render_answer, says_more, sent, stored
from app.web.public.shell import answer_gone, speak

answer = Blueprint("answer", __name__)
gate(answer, Gate.PUBLIC)


@answer.before_request
def keep_key_here() -> None:
    """Keep the address, which is a key, out of every request that the page causes."""
    edge.no_referrer()


@answer.errorhandler(NotFoundError)
def show_gone(_error: NotFoundError) -> tuple[str, int]:
    """Answer every key that is none alike."""
    return answer_gone()


@answer.get("/r/<key>")
def show(key: str) -> str:
    """Show what follows the tap, with everything that was said so far except the number."""
    page = _open(key)
    _speak(page, request.args.get("lang"))
    return render_answer(key, page, stored(page), saved=request.args.get("saved", ""))


@answer.post("/r/<key>")
def extend(key: str) -> Response:
    """Keep what was typed, all of it or nothing; a number asks for a call."""
    try:
        form = request.form  # before anything is begun: who sends slowly must keep nobody from writing meanwhile
    except RequestEntityTooLarge:
        page = _open(key)
        _speak(page, request.args.get("lang"))
        problem = gettext("That was too much at once; a comment of 2,000 characters fits.")
        return make_response(render_answer(key, page, stored(page), errors={"comment": problem}), 413)
    page = _open(key)
    language = _speak(page, request.args.get("lang"))
    if not page.open_for_additions:
        return make_response(render_answer(key, page, stored(page)), 409)
    answers = {name: form.getlist(name) for name in form if name.startswith(FIELD)}
    comment = form.get("comment")
    phone = form.get("phone", "")
    declines = form.get("do") == "no-call"
    wants_call = not declines and (form.get("do") == "call" or bool(phone.strip()))
    try:
        # Who only speaks of a call must not be held up by a question that the survey requires of those who say more.
        if not (wants_call or declines) or says_more(form, stored(page)):
            extend_response(edge.db(), edge.desk(), key=key, answers=answers, comment=comment, now=edge.now())
        if wants_call:
            request_callback(
                edge.db(),
                edge.desk(),
                key=key,
                phone=phone,
                call_window=read_window(form.get("call_window")),
                consent_given=form.get("consent") == "yes",
                language=language,
                now=edge.now(),
            )
        elif declines:
            decline_call(edge.db(), edge.desk(), key=key, now=edge.now())
    except InvalidInputError as error:
        edge.roll_back()
        return make_response(render_answer(key, _open(key), sent(form), refused=error, wants_call=wants_call), 422)
    said = "words"
    if wants_call:
        said = "call-known" if page.number_known and not phone.strip() else "call"
    elif declines:
        said = "no-call"
    return redirect(url_for("answer.show", key=key, saved=said, lang=language.value), 303)


@answer.post("/r/<key>/review/<site>")
def leave(key: str, site: str) -> Response:
    """Note the click and lead to the site; a comment that was typed but not sent yet comes along and is kept."""
    form = request.form  # first, as above
    comment = form.get("comment", "")
    page = _open(key)
    language = _speak(page, request.args.get("lang"))
    try:
        if comment.strip() and page.open_for_additions:
            extend_response(edge.db(), edge.desk(), key=key, answers={}, comment=comment, now=edge.now())
        address = leave_for_site(edge.db(), edge.desk(), key=key, site=_read_site(site), now=edge.now())
    except InvalidInputError as error:
        edge.roll_back()
        return make_response(render_answer(key, _open(key), sent(form), refused=error), 422)
    except NotFoundError:
        # The site was taken off, or the page's time ran out, since it was shown.
        return redirect(url_for("answer.show", key=key, saved="site-rests", lang=language.value), 303)
    return redirect(address, 303)


def _open(key: str) -> AnswerPage:
    return open_page(edge.db(), edge.desk(), key=key, now=edge.now())


def _speak(page: AnswerPage, asked: str | None) -> Language:
    return speak(page.definition.languages, asked=asked, known=Language(page.response.language))


def _read_site(text: str) -> Site:
    if text not in list(Site):
        raise NotFoundError("no such review site")
    return Site(text)
