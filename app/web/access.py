"""The gates: each blueprint names who may enter, and every request passes here before its view.

A gate of staff asks for a sign-in (a row, checked with its user and grants in one query on each request), and for
anything but GET and HEAD also for a form token and for a request that this very site caused. What may be seen behind it
is `scope()`: the units where the user holds a role that the gate asks for.

Flask-Security knows who somebody is, over our own models; what they may see is ours, since its roles have no units.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

from flask import Blueprint, Flask, abort, current_app, g, redirect, request, session
from flask_login import current_user, user_logged_out
from flask_security import RoleMixin, Security, user_authenticated
from flask_security.datastore import UserDatastore
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from app.accounts import passwords, proving, sign_ins
from app.accounts.audit import record_apart
from app.accounts.models import Role, StaffUser
from app.accounts.scope import Scope
from app.accounts.service import find_user
from app.accounts.sign_ins import Staff
from app.kit.i18n import read_language
from app.kit.locks import DatabaseBusyError
from app.web import edge

SIGN_IN = "/sign-in"
# Where it is shown anew who one is, and where a second factor is set up.
AGAIN, SET_UP = "/sign-in/again", "/manage/account/security"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SECRET = "sign_in"  # noqa: S105 -- the key in the cookie, not the secret
# What Flask-Login and Flask-Security have just written when a sign-in begins; all else in the cookie is from before it.
_KEPT = frozenset({"_user_id", "_fresh", "_id", "fs_paa"})
# Seconds for which a page waits to write that the sign-in is in use.
_PATIENCE = 0.05
_ViewT = TypeVar("_ViewT", bound=Callable[..., Any])


class Gate(StrEnum):
    """Who may enter."""

    PUBLIC = "public"  # anyone; its forms carry tokens of their own, since they work without cookies
    OPERATIONS = "operations"  # machines that watch us; tokens are the view's matter
    API = "api"  # other systems, by a key and its scopes; the blueprint's keeper looks at them
    SIGNED_IN = "signed_in"  # staff, whatever they may see: their own account
    STAFF = "staff"  # any role: admin, manager, analyst
    MANAGER = "manager"  # manager or admin
    ADMIN = "admin"


_ROLES: Mapping[Gate, tuple[Role, ...]] = {
    Gate.STAFF: (Role.ADMIN, Role.MANAGER, Role.ANALYST),
    Gate.MANAGER: (Role.ADMIN, Role.MANAGER),
    Gate.ADMIN: (Role.ADMIN,),
}
_OPEN = frozenset({Gate.PUBLIC, Gate.OPERATIONS})


@dataclass(frozen=True, slots=True)
class Lock:
    """The gate of a blueprint: for GET and HEAD, and for everything that changes something."""

    reading: Gate
    writing: Gate
    keeper: Callable[[], None] | None = None
    halfway: bool = False

    def for_method(self, method: str) -> Gate:
        """Return the gate that a request with this method has to pass."""
        return self.reading if method in _SAFE else self.writing


def gate(
    blueprint: Blueprint,
    reading: Gate,
    *,
    writing: Gate | None = None,
    keeper: Callable[[], None] | None = None,
    halfway: bool = False,
) -> None:
    """Declare who may enter the blueprint; `writing` where changing takes more than looking.

    A gate of the API has a `keeper`, which raises for whoever may not pass. `halfway` is where somebody is let in who
    must have a second factor and has none yet: to set one up.
    """
    if (reading is Gate.API) != (keeper is not None):
        raise ValueError("a gate of the API, and no other, has a keeper")
    lock = Lock(reading, writing or reading, keeper, halfway)
    blueprint.record(lambda state: state.app.extensions.setdefault("otklik_gates", {}).update({state.name: lock}))


def unattended(view: _ViewT) -> _ViewT:
    """Declare that open pages call the view by themselves: nobody is seen by it, so the sign-in idles as it should."""
    view.__dict__["unattended"] = True
    return view


def find_lock(app: Flask, endpoint: str) -> Lock | None:
    """Return the lock of the endpoint's blueprint, or None if nobody declared one."""
    locks = cast("dict[str, Lock]", app.extensions.get("otklik_gates", {}))
    return locks.get(endpoint.rpartition(".")[0])


def find_staff() -> Staff | None:
    """Return who is signed in, or None; asks the database once a request, and not at all without a cookie."""
    # Flask-Login calls `_load_user` below, once.
    return cast("Staff | None", g.get("staff")) if current_user.is_authenticated else None


def staff() -> Staff:
    """Return who is signed in; behind a gate there is somebody."""
    found = find_staff()
    if found is None:
        raise Unauthorized
    return found


def scope(at: Gate | None = None) -> Scope:
    """Return the units that the user may see (or change) behind this request's gate, or behind the one named."""
    asked = at or current_gate()
    if asked not in _ROLES:
        return Scope()
    return staff().scope(*_ROLES[asked])


def may(at: Gate | str, *, everywhere: bool = False) -> bool:
    """Tell whether the user could pass the gate, at all or `everywhere`: for what a page offers. `Gate` or its name."""
    found = find_staff()
    if found is None or is_halfway(found):
        return False
    return _admits(found, Gate(at)) and (not everywhere or scope(Gate(at)).everything)


def is_halfway(found: Staff) -> bool:
    """Tell whether this sign-in is good for setting up a second factor and nothing else; asks nothing."""
    return edge.wiring().door.rules.lacks_one(found.grants, found.sign_in.method)


def is_proved() -> bool:
    """Tell whether the user has shown within ten minutes who they are."""
    return proving.is_proved(staff().sign_in.proved_at, now=edge.now())


def prove_anew() -> None:
    """Ask who it is unless that was shown within ten minutes. Called first of all; what was typed comes back by itself.

    A form is sent on as it is (307) to the page that asks, which carries its fields along and sends them back the same
    way. So call it on the page with the form too, where it costs nobody anything.
    """
    if is_proved():
        return
    edge.roll_back()
    here = quote(request.full_path.removesuffix("?"), safe="")
    abort(redirect(f"{AGAIN}?next={here}", 302 if request.method in _SAFE else 307))


def renew_sign_in(second: str, *, keep_form_token: bool) -> None:
    """Keep that it was just proved whose this sign-in is, in a cookie with another secret, as at a sign-in.

    `second` is a second thing that was shown. The form token changes too, unless a form that has it is to be sent.
    """
    old = staff().sign_in
    more = second and not edge.wiring().door.rules.shows_two(old.method)
    method = proving.join_method(old.method, second) if more else None
    session[_SECRET] = sign_ins.renew_sign_in(edge.db(), old.id, method=method, now=edge.now())
    if not keep_form_token:
        session.pop("csrf_token", None)
        g.pop("csrf_token", None)


def note_wrong_password(email: str) -> None:
    """Roll back, and count that a wrong password was given for the account, at the door or behind it."""
    _record_apart(sign_ins.FAILED, object_type="account", object_id=sign_ins.account_key(email))


def current_gate() -> Gate:
    """Return the gate that this request has passed; an endpoint without one opens to nobody."""
    lock = find_lock(current_app, request.endpoint or "")
    if lock is None:
        raise LookupError(f"the blueprint of {request.endpoint!r} declares no gate")
    return lock.for_method(request.method)


def _keeper() -> Callable[[], None]:
    lock = find_lock(current_app, request.endpoint or "")
    if lock is None or lock.keeper is None:
        raise LookupError(f"nobody keeps the gate of {request.endpoint!r}")
    return lock.keeper


def init_access(app: Flask) -> None:
    """Hang Flask-Security, the form tokens, the limits and the gates on the application."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # the gate checks, so that respondents without cookies are left alone
        WTF_CSRF_TIME_LIMIT=None,  # as long as the sign-in; a page left open overnight is signed out anyway
        WTF_CSRF_SSL_STRICT=False,  # asks for a Referer; `_refuse_other_sites` asks what browsers cannot leave out
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": lambda text: text, "case_insensitive": True}}],
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 -- a scheme
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__memory_cost": passwords.MEMORY_KIB,
            "argon2__rounds": passwords.PASSES,
            "argon2__parallelism": passwords.LANES,
        },
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106 -- a form of Unicode
        SECURITY_PASSWORD_LENGTH_MIN=passwords.SHORTEST,
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    CSRFProtect(app)
    # Without its blueprint: the addresses, pages and words of signing in are ours (site/sign_in.py).
    security = Security(app, StaffDatastore(), register_blueprint=False)
    security.login_manager.user_loader(_load_user)
    security.login_manager.request_loader(_no_other_way)
    security.login_manager.session_protection = None  # a telephone changes its address while it works
    # Roles without units are no use to us; left in, this would ask who is there on every respondent's request.
    security.principal.identity_loaders.clear()
    user_authenticated.connect(_begin_sign_in, app)
    user_logged_out.connect(_end_sign_in, app)
    app.before_request(_pass_gate)
    company = cast("edge.Wiring", app.extensions["otklik"]).desk.company
    app.jinja_env.globals.update(find_staff=find_staff, may=may, company=company)


class StaffDatastore(UserDatastore):
    """Flask-Security's way to our users, through the request's session; its commit is the edge's."""

    def __init__(self) -> None:
        super().__init__(StaffUser, RoleMixin)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> StaffUser | None:
        """Return the user with this one attribute, or None."""
        ((name, value),) = wanted.items()
        if name == "email":
            return find_user(edge.db(), value)
        return edge.db().scalars(select(StaffUser).where(getattr(StaffUser, name) == value)).one_or_none()

    def find_role(self, role: str) -> None:
        """Return None: a role is granted at a unit, which Flask-Security does not know."""

    def put(self, model: Any) -> Any:
        """Add the row to the request's session."""
        edge.db().add(model)
        return model

    def delete(self, model: Any) -> None:
        """Delete the row in the request's session."""
        edge.db().delete(model)

    def commit(self) -> None:
        """Send what is pending to the database; the edge commits it, or does not."""
        edge.db().flush()


def _pass_gate() -> AnyResponse | None:
    if request.endpoint in (None, "static"):
        return None
    asked = current_gate()
    if asked in _OPEN:
        return None
    if asked is Gate.API:
        _keeper()()
        return None
    found = find_staff()
    if found is None:
        return _ask_to_sign_in()
    if is_halfway(found) and not _is_halfway_open():
        return redirect(SET_UP, 303)
    if request.method not in _SAFE:
        check_form()
    if not _admits(found, asked):
        _note_refusal(found)
        raise Forbidden
    return None


def _is_halfway_open() -> bool:
    lock = find_lock(current_app, request.endpoint or "")
    return lock is not None and lock.halfway


def _admits(found: Staff, asked: Gate) -> bool:
    return asked is Gate.SIGNED_IN or asked in _OPEN or found.holds(*_ROLES[asked])


def _ask_to_sign_in() -> AnyResponse:
    # The secret stays in the cookie: renewed meanwhile by another tab, it must not be taken out again by this answer.
    if request.method not in ("GET", "HEAD"):
        abort(401)  # what was typed cannot be carried over; the page says how to keep it
    here = request.full_path.removesuffix("?")
    return redirect(SIGN_IN if here == "/manage/" else f"{SIGN_IN}?next={quote(here, safe='')}")


def check_form() -> None:
    """Refuse what another site sent, and what was sent without this sign-in's form token."""
    refuse_other_sites()
    current_app.extensions["csrf"].protect()


def refuse_other_sites() -> None:
    """Refuse a request that another site caused. Every browser says so, by one of these headers."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site:
        foreign = site not in ("same-origin", "none")
    else:
        # By plain http browsers leave the first header out. A proxy may have put another host into the request.
        ours = {request.host, urlsplit(edge.wiring().public_url).netloc}
        foreign = origin is not None and urlsplit(origin).netloc not in ours
    if foreign:
        raise Forbidden


def _note_refusal(found: Staff) -> None:
    page = f"{request.method} {request.endpoint}"
    _record_apart("access.refused", user_id=found.user.id, object_type="page", object_id=page)


def _record_apart(action: str, **about: Any) -> None:
    edge.roll_back()
    record_apart(edge.wiring().database, action, now=edge.now(), address=request.remote_addr, **about)


def _load_user(user_id: str) -> StaffUser | None:
    """Return the user whose sign-in the cookie holds; in sessions of its own, over before the request's begins."""
    secret = session.get(_SECRET)
    if not isinstance(secret, str):
        return None
    wiring = edge.wiring()
    idle = timedelta(minutes=wiring.sign_in_idle_minutes)
    with wiring.database.reading() as reading:
        found = sign_ins.find_staff(reading, secret, idle=idle, now=edge.now())
    if found is None or found.user.fs_uniquifier != user_id:
        return None
    if edge.now() - found.sign_in.seen_at >= sign_ins.SEEN_EVERY and not _is_unattended():
        # A page that is only read does not wait for a writer: the next one marks it.
        with suppress(DatabaseBusyError), wiring.database.transaction(patience=_PATIENCE) as writing:
            sign_ins.mark_seen(writing, found.sign_in.id, now=edge.now())
    g.staff = found
    g.preferred_language = read_language(found.user.language)
    g.fs_authn_via = "session"
    g.fs_paa = session.get("fs_paa", 0)
    return found.user


def _is_unattended() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and "unattended" in view.__dict__


def _no_other_way(_request: object) -> None:
    """Return nobody: Flask-Security's tokens in headers and addresses open nothing here."""


def _begin_sign_in(_app: Flask, user: StaffUser, authn_via: Sequence[str] = (), **_: object) -> None:
    """Write the row and put a fresh secret into a cookie that keeps nothing from before: none can be planted."""
    for key in set(session) - _KEPT:
        del session[key]
    g.pop("csrf_token", None)
    session[_SECRET] = sign_ins.begin_sign_in(
        edge.db(),
        user,
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        lasts=timedelta(hours=edge.wiring().sign_in_hours),
        method=proving.join_method(*authn_via),
        now=edge.now(),
    )


def _end_sign_in(_app: Flask, **_: object) -> None:
    found = cast("Staff | None", g.pop("staff", None))
    if found is not None:
        sign_ins.end_sign_in(edge.db(), found.sign_in.id, user_id=found.user.id, now=edge.now())
    session.clear()


def local_path(text: str | None) -> str | None:
    """Return the text if it is a path on this site that a browser cannot read as another, else None."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc or "//" in parts.path else text
