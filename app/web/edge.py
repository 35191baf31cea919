"""The edge of a request: what the application is wired with, the session, commit and retry, language, headers.

A GET or HEAD reads; everything else writes in one transaction that is committed when the answer is below 400 and rolled
back otherwise. A transaction that PostgreSQL asks to repeat, or that lost a race for a unique index, is repeated from
the beginning of the request.
"""

import hashlib
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import Flask, Request, Response, current_app, g, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import Babel, Domain, format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_accept_header

from app.accounts.door import Door
from app.callbacks.improvements.rules import WishRules
from app.callbacks.rules.case_rules import CaseRules
from app.invitations.desk import AskDesk
from app.kit.clock import Clock
from app.kit.crypto import Vault
from app.kit.db import Database, should_retry
from app.kit.group_commit import Answer
from app.kit.i18n import Language, choose_language
from app.kit.installation import Installation
from app.messaging.content import Compose
from app.messaging.hooks import Hooks
from app.messaging.registry import Gateways
from app.messaging.sending import Sender
from app.messaging.texts import MessageTexts
from app.responses.topics.desk import TopicDesk
from app.review_sites.public_ratings.sources import RatingSources
from app.routing.desk import Desk
from app.routing.line import Talk
from app.routing.staff_notices import NoticeDesk
from app.surveys.loader import SurveyLibrary
from app.touchpoints.posters.choice import Workshop

T = TypeVar("T", bound=Callable[..., object])
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TRIES = 3
# How PostgreSQL says that a unique index has it already.
_UNIQUE_VIOLATION = "23505"
_FILE_PIECES = 512 * 1024
_LANGUAGES = tuple(Language)
# Told to every browser with every answer.
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything the faces are handed by the factory: implementations and plain values, never the settings."""

    database: Database
    vault: Vault
    clock: Clock
    surveys: SurveyLibrary
    desk: Desk
    case_rules: CaseRules
    wish_rules: WishRules
    # What comments are about.
    topics: TopicDesk
    workshop: Workshop
    public_url: str
    secure: bool
    signing_key: str
    language: Language
    metrics_token: str
    # Calls that one key may make in a minute.
    api_per_minute: int
    # From how many answers in a month on employees' own figures are told.
    employee_minimum: int
    var_dir: Path
    sign_in_idle_minutes: int
    sign_in_hours: int
    # How staff come in: what is asked of whom, and the company's own sign-in.
    door: Door
    installation: Installation
    gateways: Gateways
    ask: AskDesk
    hooks: Hooks
    # What the worker hears people with who answer in their channel.
    talk: Talk
    # The bot's name for t.me links, without @; empty if there is none.
    telegram_bot: str
    texts: MessageTexts
    # What a message says, made anew at each try.
    compose: Compose
    # What the dispatcher works with.
    sender: Sender
    # What telling staff needs.
    notices: NoticeDesk
    # Which review sites are asked for their stars.
    ratings: RatingSources


class SpareSessions(SecureCookieSessionInterface):
    """Flask's own cookie of the staff, at no cost to a request that has none: respondents never get one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds; no signer is built where there is no cookie."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie if there is anything to write; what nobody may keep needs no `Vary` either."""
        if session or session.modified:
            super().save_session(app, session, response)


class OtklikApp(Flask):
    """Flask, with the retry that a serializable or deadlocked transaction asks for, or one that lost a race."""

    session_interface = SpareSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: none of ours is a coroutine, and asking each hook costs on every request."""
        return func

    def full_dispatch_request(self) -> Response:
        for attempt in range(1, _TRIES + 1):
            try:
                return super().full_dispatch_request()
            except DBAPIError as error:
                if attempt == _TRIES or not (should_retry(error) or _lost_a_race(error)):
                    raise
                close_session()
                for name in list(g):  # what the first try remembered belongs to a session that is gone
                    g.pop(name)
                time.sleep(random.uniform(0.005, 0.03) * attempt)  # noqa: S311 -- a pause, not a secret
        raise AssertionError("unreachable")


def _lost_a_race(error: DBAPIError) -> bool:
    """Tell whether another request has just written what this one looked for and did not find (two taps on a button).

    Begun again it finds it, and says so in words. With SQLite's one writer nobody comes between the look and the write.
    """
    return getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION


def wiring() -> Wiring:
    """Return what the factory wired the application with."""
    return cast("Wiring", current_app.extensions["otklik"])


def desk() -> Desk:
    """Return what the respondent's use cases are handed."""
    return wiring().desk


def now() -> datetime:
    """Return the instant of this request, the same for all of it."""
    if "now" not in g:
        g.now = wiring().clock()
    return cast("datetime", g.now)


def db() -> Session:
    """Return the request's session, begun at its first statement: reading for GET and HEAD, writing otherwise."""
    if "db" not in g:
        g.db = wiring().database.session(write=_may_write() and "only_reads" not in g)
    return cast("Session", g.db)


def let_write() -> None:
    """Let this GET write, and be committed. One does: the company's sign-in leads people back to us by an address."""
    g.writes = True


def _may_write() -> bool:
    return request.method not in _SAFE or (request.method == "GET" and "writes" in g)


def only_read() -> None:
    """Let `db()` only read: what this request writes, it writes by `write`. Called before anything is asked."""
    g.only_reads = True


def write(work: Callable[[Session], Answer]) -> Answer:
    """Return what `work` returned, once it is durable (see `Database.write`); the request itself may `only_read`."""
    if "only_reads" not in g:
        raise RuntimeError("say only_read() first: the database's one writer would wait for this very request")
    return wiring().database.write(work)


def roll_back() -> None:
    """Undo what the request wrote, so that a short transaction of its own may follow (SQLite has one writer)."""
    if "db" in g:
        g.db.rollback()


def close_session(_error: BaseException | None = None) -> None:
    """Give the session's connection back, whatever happened."""
    session = g.pop("db", None)
    if session is not None:
        session.close()


def current_language() -> Language:
    """Return the language of this page: set by the view, asked for, the user's, the browser's, the company's."""
    if "language" not in g:
        asked = request.args.get("lang") or g.get("preferred_language")
        g.language = choose_language(asked, accepted_tags(), _LANGUAGES, wiring().language)
    return cast("Language", g.language)


def accepted_tags() -> tuple[str, ...]:
    """Return the browser's languages, the most wanted first."""
    return _read_tags(request.headers.get("Accept-Language", ""))


def use_language(language: Language) -> None:
    """Show this page in the language."""
    g.language = language


def allow_form_action(origins: Iterable[str]) -> None:
    """Let the forms of this page lead to these origins (`https://2gis.kz`): Chromium checks every redirect's hop."""
    g.form_action = sorted({*g.get("form_action", ()), *origins})


def allow_script(digest: str) -> None:
    """Let this page run the one inline script that has the digest (`sha256-…`)."""
    g.script = f" '{digest}'"


def allow_frames() -> None:
    """Let this page show pages of ours in frames."""
    g.frames = "frame-src 'self'; "


def show_as_preview() -> None:
    """Let pages of ours show this one in a frame; its forms lead nowhere."""
    g.preview = True


def no_referrer() -> None:
    """Keep this page's address, which is a key, out of every request that it causes."""
    g.referrer_policy = "no-referrer"


def asset(path: str) -> str:
    """Return the address of a static file with the hash of its content, so that it may be kept for a year."""
    return f"{url_for('static', filename=path)}?v={_fingerprint(str(Path(str(current_app.static_folder)) / path))}"


def takes_file(view: T, largest: int, *, as_text: bool = False) -> T:
    """Return the view, now open to bodies of `largest` bytes, `as_text` also in a plain field. Behind a gate alone.

    Such a body is not taken in at the door: the gate reads it, when it looks for the form's token, from whoever is
    signed in. A file goes to the disk meanwhile, and no transaction has begun.
    """
    view.largest_body = largest  # type: ignore[attr-defined]
    view.largest_text = largest if as_text else None  # type: ignore[attr-defined]
    return view


def largest_file() -> int | None:
    """Return how many bytes this request's view takes with a file, or None if it takes none."""
    view = current_app.view_functions.get(request.endpoint or "")
    return None if getattr(view, "largest_text", None) is not None else getattr(view, "largest_body", None)


def init_edge(app: Flask) -> None:
    """Hang the edge on the application; first of all, so that its commit comes after everything else."""
    app.before_request(_read_body)
    app.after_request(_commit)
    app.after_request(_set_headers)
    app.teardown_request(close_session)
    app.jinja_env.globals.update(asset=asset, current_language=current_language)


def _read_body() -> None:
    """Take the whole body in before anything is begun: a slow sender must not hold the one writer's lock meanwhile."""
    view = current_app.view_functions.get(request.endpoint or "")
    largest = getattr(view, "largest_body", None)
    if largest is not None:
        request.max_content_length = largest
        # Werkzeug counts the piece of the file that it has just read, 64 KB and what was left, among the fields.
        request.max_form_memory_size = _FILE_PIECES
        if (text := getattr(view, "largest_text", None)) is not None:
            request.max_form_memory_size = text
        return
    if request.method not in _SAFE:
        # A body that is too large is the view's to answer, with a page that lets the person go on: it asks again.
        with suppress(RequestEntityTooLarge):
            request.form  # noqa: B018 -- reading it is the point


def _commit(response: Response) -> Response:
    if "db" in g:
        if response.status_code < 400 and _may_write():
            g.db.commit()
        else:
            g.db.rollback()
    return response


def _set_headers(response: Response) -> Response:
    headers = response.headers
    policy = _policy(g.get("script", ""), g.get("frames", ""), tuple(g.get("form_action", ())), preview="preview" in g)
    wanted = [
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", g.get("referrer_policy", "same-origin")),
        *_ALWAYS,
    ]
    if wiring().secure:
        wanted.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    if request.endpoint != "static":
        wanted.append(("Cache-Control", "no-store"))
    elif "v" in request.args:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # What a view has said stands. Looked through once, since every `setdefault` would look through them all.
    said = {name.lower() for name, _ in headers}
    headers.extend([pair for pair in wanted if pair[0].lower() not in said])
    return response


@lru_cache(maxsize=256)
def _policy(script: str, frames: str, form_action: tuple[str, ...], *, preview: bool) -> str:
    forms = "'none'" if preview else " ".join(["'self'", *form_action])
    ancestors = "'self'" if preview else "'none'"
    return (
        f"default-src 'none'; script-src 'self'{script}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"{frames}form-action {forms}; base-uri 'none'; frame-ancestors {ancestors}"
    )


@lru_cache(maxsize=1024)
def _read_tags(header: str) -> tuple[str, ...]:
    return tuple(tag for tag, _ in parse_accept_header(header, LanguageAccept))


@lru_cache(maxsize=256)
def _fingerprint(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


class _Grouping(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """The texts, with the number of a plural as the reader writes it: "12,345 answers"."""

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """Return the form for the number, with the number in it."""
        form: str = self.get_translations().ungettext(singular, plural, num)
        return form % {**variables, "num": format_decimal(num)}


class Texts(Babel):  # type: ignore[misc]
    """The texts in the reader's language, with counts grouped, in templates as in Python."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The texts of the application."""
        return _Grouping(domain=self.domain)

    def init_app(self, app: Flask, *args: Any, **options: Any) -> None:
        """Set it up for the application and its templates."""
        super().init_app(app, *args, **options)
        plain = cast("Callable[..., str]", app.jinja_env.globals["ngettext"])

        @pass_context
        def ngettext(context: Context, singular: str, plural: str, num: int, **variables: Any) -> str:
            variables.setdefault("num", format_decimal(num))
            return plain(context, singular, plural, num, **variables)

        app.jinja_env.globals["ngettext"] = ngettext
