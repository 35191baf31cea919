"""The last steps through the door, whichever way somebody came: a second factor asked for, or the sign-in begun."""

from urllib.parse import urlencode

from flask import redirect, request, session
from flask_security import login_user
from werkzeug.wrappers import Response

from app.accounts import proving
from app.accounts.acting import load_actor
from app.accounts.factors import StepKind
from app.accounts.models import StaffUser
from app.accounts.permissions import Actor
from app.accounts.second_factors import read_factors
from app.accounts.steps import begin_step
from app.kit.errors import OtklikError
from app.web import access, edge

HOME, ACCOUNT, CODE = "/manage/", "/manage/account", "/sign-in/code"
# Where the cookie keeps the secret of a step; a challenge may be open beside a code that is asked for.
STEP, CHALLENGE = "step", "challenge"


class CompanyOnlyError(OtklikError):
    """Whoever this is has to come by the company's own sign-in."""

    code = "company_only"


def go_on(user: StaffUser, *, first: str, second: str = "", leads: str | None = None) -> Response:
    """Return where to go next, once the first thing was shown: to the second one, or in.

    `second` is what the first has brought along, `leads` where it leads if the address does not say so. Raises
    CompanyOnlyError.
    """
    rules, actor = edge.wiring().door.rules, load_actor(edge.db(), user.id)
    grants = actor.grants if actor is not None else ()
    if first != proving.COMPANY and not rules.admits_without_company(grants):
        raise CompanyOnlyError
    method = proving.join_method(first, second)
    if not rules.shows_two(method) and read_factors(edge.db(), user.id).any:
        session[STEP], _ = begin_step(edge.db(), StepKind.SECOND_FACTOR, user_id=user.id, method=method, now=edge.now())
        return redirect(with_next(CODE, leads), 303)
    return begin(user, first, second, leads)


def begin(user: StaffUser, first: str, second: str = "", leads: str | None = None) -> Response:
    """Begin the sign-in and return the way in; nothing the browser held before survives it."""
    actor = load_actor(edge.db(), user.id)
    login_user(user, remember=False, authn_via=[first, second] if second else [first])
    return redirect(leads or onward(actor), 303)


def onward(actor: Actor | None) -> str:
    """Return where to go: back, or to the dashboard; whoever sees nothing yet goes where that is said."""
    seen = actor is not None and actor.grants
    return access.local_path(request.args.get("next")) or (HOME if seen else ACCOUNT)


def with_next(address: str, leads: str | None = None) -> str:
    """Return the address, with where this request is to lead in the end."""
    leads = leads or access.local_path(request.args.get("next"))
    return f"{address}?{urlencode({'next': leads})}" if leads else address
