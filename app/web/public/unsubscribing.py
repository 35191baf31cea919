"""/u/<token>: no more messages. Looking at it only shows a button; scanners open this link as they open all others.

The token is the right to do it, so that a form needs no other: a mailbox's own "unsubscribe" posts here without ever
having seen the page (RFC 8058).
"""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.contacts.links import get_by_unsubscribe
from app.contacts.models import Contact, SuppressionReason
from app.contacts.suppression import find_suppression, opt_in
from app.kit.errors import NotFoundError
from app.kit.i18n import Language
from app.messaging.stopping import stop_writing
from app.web import edge
from app.web.access import Gate, gate
from app.web.public.shell import answer_gone, render, speak

unsubscribing = Blueprint("unsubscribing", __name__)
gate(unsubscribing, Gate.PUBLIC)

# How it was said, as the suppression keeps it.
_VIA = "page"


@unsubscribing.before_request
def keep_token_here() -> None:
    """Keep the address, which is a key, out of every request that the page causes."""
    edge.no_referrer()


@unsubscribing.errorhandler(NotFoundError)
def show_gone(_error: NotFoundError) -> tuple[str, int]:
    """Answer every token that is none alike."""
    return answer_gone()


@unsubscribing.get("/U/<token>")
@unsubscribing.get("/u/<token>")
def show(token: str) -> str:
    """Show the button that ends all messages, or, once they are ended, the one that takes it back."""
    contact = get_by_unsubscribe(edge.db(), token)
    return _page(token, contact, _speak(contact))


@unsubscribing.post("/U/<token>")
@unsubscribing.post("/u/<token>")
def decide(token: str) -> Response | str:
    """End all messages to the person, over every channel; `do=resume` takes it back."""
    contact = get_by_unsubscribe(edge.db(), token)
    language = _speak(contact)
    if request.form.get("do") == "resume":
        opt_in(edge.db(), contact)
    else:
        stop_writing(edge.db(), contact, via=_VIA, now=edge.now())
    if request.form.get("List-Unsubscribe") == "One-Click":
        return _page(token, contact, language)  # a mailbox follows no redirect
    return redirect(url_for(".show", token=token, lang=language.value), 303)


def _page(token: str, contact: Contact, language: Language) -> str:
    stopped = find_suppression(edge.db(), edge.wiring().vault, contact) is SuppressionReason.OPTED_OUT
    action = url_for(".decide", token=token, lang=language.value)
    return render("public/unsubscribe.html", list(Language), stopped=stopped, action=action)


def _speak(contact: Contact) -> Language:
    known = Language(contact.language) if contact.language else None
    return speak(list(Language), asked=request.args.get("lang"), known=known)
