"""`/sign-in/company`: out to the company's own sign-in, and back with whom it has signed in.

The way back is a GET that writes, the only one: a provider leads people back by an address. What scanners open comes to
nothing, since a way back counts only in the browser that was sent out, and once: the signed cookie holds its state,
nonce and PKCE verifier, and forgets them when they are looked at.
"""

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.exceptions import NotFound, TooManyRequests
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.audit import record_apart
from app.accounts.company_provider import Person, Provider, ProviderDownError, ProviderRefusedError, Request
from app.accounts.company_sign_in import REFUSED, NotLetInError, find_person
from app.accounts.models import StaffUser
from app.kit.log import get_logger
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.web import access, edge
from app.web.rates import is_too_often
from app.web.site.entering import HOME, go_on, with_next

company_sign_in = Blueprint("company_sign_in", __name__, url_prefix="/sign-in/company")
access.gate(company_sign_in, access.Gate.PUBLIC)
_LOG = get_logger(__name__)
_WAYS = "company"
# Tabs that may be out at once, and for how long, in seconds.
_MOST_WAYS, _WAY_LASTS = 3, 600
# A longer address is not led to: three of them have to fit into a cookie, which browsers drop above 4 KB.
_LONGEST_NEXT = 500
# Seconds since when the provider must have asked anew, where we asked it to.
_FRESH = 120


@company_sign_in.get("")
def leave() -> Response | tuple[str, int]:
    """Send the person out; `again` if they have to show anew who they are."""
    if is_too_often("company", per_minute=60):
        raise TooManyRequests
    anew = bool(request.args.get("again")) and access.find_staff() is not None
    asked = Request(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    try:
        address = _provider().authorization_address(asked, language=edge.current_language().value, anew=anew)
    except ProviderDownError as error:
        return _fail("provider_down", error.message, 503)
    leads = access.local_path(request.args.get("next")) or ""
    leads = leads if len(leads) <= _LONGEST_NEXT else ""
    way = [asked.state, asked.nonce, asked.verifier, leads, int(edge.now().timestamp()), anew]
    session[_WAYS] = [*_ways(), way][-_MOST_WAYS:]
    return redirect(address, 302)


@company_sign_in.get("/back")
def come_back() -> Response | tuple[str, int]:
    """Take whom the provider has signed in, and let them in if they are one of us."""
    if request.method == "HEAD":
        raise NotFound
    if is_too_often("company", per_minute=60):
        raise TooManyRequests
    state, ways = request.args.get("state", ""), _ways()
    way = next((one for one in ways if secrets.compare_digest(one[0].encode(), state.encode("utf-8", "replace"))), None)
    session[_WAYS] = [one for one in ways if one is not way]
    if way is None:
        return _fail("state_unknown", "no such state in this browser", 400)
    asked, leads, anew = Request(way[0], way[1], way[2]), way[3], bool(way[5])
    if "error" in request.args:
        return _fail("provider_refused", f"error {request.args['error'][:50]!r}", 401)
    try:
        person = _provider().read_answer(
            asked, code=request.args.get("code", "")[:2000], issuer=request.args.get("iss"), now=edge.now()
        )
        edge.let_write()
        return _prove(person, leads) if anew else _enter(person, leads)
    except ProviderDownError as error:
        return _fail("provider_down", error.message, 503)
    except ProviderRefusedError as error:
        return _fail("provider_refused", error.message, 401)
    except NotLetInError as error:
        return _fail(error.code, error.message, 403)


def _enter(person: Person, leads: str) -> Response:
    user = _find_user(person)
    trusts = edge.wiring().door.rules.company_trust is not proving.CompanyTrust.NEVER
    second = proving.COMPANY_TWO if trusts and person.showed_two else ""
    return go_on(user, first=proving.COMPANY, second=second, leads=leads)


def _prove(person: Person, leads: str) -> Response:
    """Note that whoever is signed in has shown it anew; another person, or an old sign-in there, proves nothing."""
    found, now, user = access.find_staff(), edge.now(), _find_user(person)
    if found is None or found.user.id != user.id:
        raise ProviderRefusedError("somebody else has come back")
    if person.signed_in_at is None or person.signed_in_at < now.timestamp() - _FRESH:
        raise ProviderRefusedError("it did not ask anew")
    access.renew_sign_in("", keep_form_token=False)
    return redirect(leads or HOME, 303)


def _find_user(person: Person) -> StaffUser:
    """Return who it is here, told of it when they are tied to the company's sign-in by this; raises NotLetInError."""
    user, is_new = find_person(edge.db(), person, now=edge.now())
    if is_new:
        change = {"change": "company_tied"}
        tell(edge.db(), user_id=user.id, kind=NoticeKind.SIGN_IN_CHANGED, params=change, now=edge.now())
    return user


def _provider() -> Provider:
    company = edge.wiring().door.company
    if company is None:
        raise NotFound
    return company


def _ways() -> list[Any]:
    """Return the ways out that this browser is still on."""
    oldest = edge.now().timestamp() - _WAY_LASTS
    return [way for way in session.get(_WAYS, ()) if len(way) == 6 and way[4] > oldest]


def _fail(code: str, why: str, status: int) -> tuple[str, int]:
    """Say in words that it did not work, and what to do; the reason is in the log and the audit."""
    _LOG.info("company sign-in refused", code=code, why=why)
    edge.roll_back()
    record_apart(
        edge.wiring().database,
        REFUSED,
        now=edge.now(),
        object_type="sign_in",
        details={"code": code},
        address=request.remote_addr,
    )
    door = edge.wiring().door
    page = render_template(
        "security/company_failed.html", code=code, name=door.company_name, try_again=with_next("/sign-in/company")
    )
    return page, status
