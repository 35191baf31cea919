"""/i/<token>: the question about one call, visit or chat. Looking at it writes nothing; one answer spends the link.

Scanners open every link of a mail, some of them as browsers with scripts. So the five links of a mail only mark an
answer, which a person sends. A sixth that no person sees, `?trap=1`, shows the same page with a form that says so: an
answer given through it is kept and flagged.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from app.invitations.links import LinkNotInUseError, LiveInvitation, get_live, invitation_token
from app.invitations.noticed import mark_scanned
from app.kit.i18n import Language
from app.responses.flags import SuspectReason
from app.responses.forms import BadFormTokenError, FormToken, form_subject, issue_form, read_form
from app.responses.models import Via
from app.responses.service import identify_sender
from app.routing.invited import AnswerIn, LinkSpentError, take_invited_rating
from app.routing.service import Taken
from app.routing.single_use import OpenedLink, open_link
from app.surveys.definition import Definition
from app.touchpoints.qr import qr_address, qr_png, qr_svg
from app.web import edge
from app.web.access import Gate, gate
from app.web.public.device import give_device, read_device
from app.web.public.interaction_words import say_which
from app.web.public.opened import allow_opened_script
from app.web.public.question_page import Meeting, render_question
from app.web.public.questions import read_value
from app.web.public.scanners import note_preselected, was_scanned
from app.web.public.shell import answer_gone, render, speak

invited = Blueprint("invited", __name__)
gate(invited, Gate.PUBLIC)

# The image says nothing that the address does not; it may go when the link does.
_IMAGE_KEPT = "private, max-age=300"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a link asks whoever opened it."""

    link: OpenedLink
    definition: Definition

    @property
    def invitation(self) -> LiveInvitation:
        return self.link.invitation

    @property
    def is_spent(self) -> bool:
        """Whether it was answered, by anybody but this device."""
        return self.link.answered and self.link.own is None

    def subject(self, *, trapped: bool) -> str:
        """What a form of this page is signed for; a form of the page that no person sees says so."""
        about = f"{'trap' if trapped else 'i'}-{self.invitation.id.hex}"
        return form_subject(about, self.definition.key, self.definition.version)


@invited.before_request
def keep_token_here() -> None:
    """Keep the address, which is a key, out of every request that the page causes."""
    edge.no_referrer()


@invited.errorhandler(LinkNotInUseError)
def show_gone(_error: LinkNotInUseError) -> tuple[str, int]:
    """Answer unknown, expired and withdrawn links alike."""
    return answer_gone()


@invited.get("/I/<token>")
@invited.get("/i/<token>")
def show(token: str) -> AnyResponse:
    """Show the question; `?rating=4` marks an answer and stores nothing, `?lang=kk` chooses the language.

    Whoever has answered goes on with the answer; anybody else is told that it was answered, never how.
    """
    asked = _open(token)
    own, marked = asked.link.own, request.args.get("rating")
    language = _speak(asked)
    if asked.is_spent:
        return give_device(_spent(asked, 200))
    if own is not None and not (own.changeable and (marked is not None or "change" in request.args)):
        return redirect(url_for("answer.show", key=own.key, lang=language.value), 303)
    rating = read_value(marked)
    if rating is not None and asked.definition.first.accepts(rating):
        note_preselected(asked.invitation.id, rating, now=edge.now())
    allow_opened_script()
    return give_device(make_response(_page(asked, marked=marked, trapped="trap" in request.args)))


@invited.post("/I/<token>")
@invited.post("/i/<token>")
def rate(token: str) -> AnyResponse:
    """Store the answer, once, and lead on to what follows it; what cannot be taken shows the question again."""
    edge.only_read()
    asked = _open(token)
    language = _speak(asked)
    try:
        form = request.form
    except RequestEntityTooLarge:
        return _again(asked, 413, gettext("That was too much at once. Please tap an answer."))
    rating = read_value(form.get("rating"))
    if rating is None or not asked.definition.first.accepts(rating):
        return _again(asked, 422, gettext("That is not one of the answers. Please tap one of these."))
    try:
        shown, trapped = _read_form(asked, form)
    except BadFormTokenError:
        return _again(asked, 400, gettext("This page had grown old. Please tap your answer once more."), form)
    try:
        taken = _take(token, asked, rating, shown, language, trapped=trapped or bool(form.get("website")))
    except LinkSpentError:
        return _spent(asked, 409)
    return give_device(make_response(redirect(url_for("answer.show", key=taken.key, lang=language.value), 303)))


@invited.get("/i/<token>/qr.svg")
def show_qr_svg(token: str) -> Response:
    """The code of this very link, for an operator's screen, a receipt or a queue terminal."""
    return _image(qr_svg(_qr_address(token)), "image/svg+xml")


@invited.get("/i/<token>/qr.png")
def show_qr_png(token: str) -> Response:
    """The same as a PNG."""
    return _image(qr_png(_qr_address(token)), "image/png")


def _take(token: str, asked: _Asked, rating: int, shown: FormToken, language: Language, *, trapped: bool) -> Taken:
    desk, now = edge.desk(), edge.now()
    sender = identify_sender(desk.vault, form=shown, device=read_device(), address=request.remote_addr, now=now)
    reasons = (SuspectReason.TRAP,) if trapped else ()
    scanned = trapped or was_scanned(asked.invitation.id)

    def store(session: Session) -> Taken:
        # The database is asked, not what was so when the page was shown: a link that is withdrawn takes no answer.
        invitation = get_live(session, token, now=now)
        taken = take_invited_rating(
            session,
            desk,
            invitation=invitation,
            definition=asked.definition,
            rating=rating,
            answer=AnswerIn(Via.PAGE, language, sender, reasons=reasons),
            now=now,
        )
        if scanned:
            mark_scanned(session, invitation.id)
        return taken

    return edge.write(store)


def _open(token: str) -> _Asked:
    link = open_link(edge.db(), edge.desk(), token=token, device=read_device(), now=edge.now())
    return _Asked(link, edge.wiring().surveys.current(link.invitation.survey_key))


def _speak(asked: _Asked) -> Language:
    return speak(asked.definition.languages, asked=request.args.get("lang"), known=asked.invitation.language)


def _read_form(asked: _Asked, form: MultiDict[str, str]) -> tuple[FormToken, bool]:
    """Return the form's token and whether it came from the page that no person sees."""
    key, token = edge.wiring().signing_key, form.get("form_token", "")
    try:
        return read_form(key, asked.subject(trapped=False), token), False
    except BadFormTokenError:
        return read_form(key, asked.subject(trapped=True), token), True


def _again(asked: _Asked, status: int, problem: str, form: MultiDict[str, str] | None = None) -> Response:
    """Return the same question with a sentence that says why it is asked again, unless it was answered meanwhile."""
    if asked.is_spent:
        return _spent(asked, 409)
    return make_response(_page(asked, marked=form.get("rating") if form else None, problem=problem), status)


def _page(asked: _Asked, *, marked: str | None, problem: str = "", trapped: bool = False) -> str:
    invitation, wiring = asked.invitation, edge.wiring()
    action = url_for(".show", token=invitation_token(wiring.vault, invitation.id), lang=edge.current_language().value)
    meeting = Meeting(
        action,
        invitation.unit_name,
        invitation.unit_address,
        remember=say_which(invitation.channel, invitation.ended_at, asked.link.zone),
    )
    token = issue_form(wiring.signing_key, asked.subject(trapped=trapped), edge.now())
    return render_question(meeting, asked.definition, token, marked=marked, problem=problem)


def _spent(asked: _Asked, status: int) -> Response:
    """Return the page of a link that was answered: thanks, and not a word of what was said."""
    return make_response(render("public/spent.html", asked.definition.languages), status)


def _qr_address(token: str) -> str:
    invitation = get_live(edge.db(), token, now=edge.now())
    wiring = edge.wiring()
    return qr_address(wiring.public_url, invitation_token(wiring.vault, invitation.id), path="i")


def _image(content: bytes, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = _IMAGE_KEPT
    return response
