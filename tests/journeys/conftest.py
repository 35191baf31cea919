"""A real Chromium before the real application, served on this machine; without a Chromium nothing here is collected.

Every page is watched: an error on the console, a refusal by the content security policy or a request to anybody else
fails the journey, whatever else it is about.
"""

import os
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from sqlalchemy import func, select
from werkzeug.serving import make_server

from app.contacts.links import unsubscribe_token
from app.contacts.models import Contact
from app.factory import create_app
from app.kit.crypto import Vault
from app.kit.db import Base, Database
from app.kit.schema import upgrade_database
from app.organisation.models import Unit
from app.surveys.loader import load_surveys
from app.surveys.service import store_version
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT, Settings
from tests.callers import AskedCall, make_asked_call
from tests.conftest import NOW
from tests.journeys.certificate import write_certificate
from tests.respondents import make_office

CHROMIUM = os.environ.get("TEST_CHROMIUM") or "/usr/bin/chromium"
if not Path(CHROMIUM).exists():
    collect_ignore_glob = ["test_*.py"]

_CALLERS = count(1)
# Where 2GIS would send people; the browser of these tests finds both names on this machine.
HOPS = {"2gis.kz": "https://link.2gis.ru/hop", "link.2gis.ru": "https://2gis.ru/form"}


class TickingClock:
    """Every look at the clock is three seconds later, so that nobody in these journeys taps suspiciously fast."""

    def __init__(self) -> None:
        self._ticks = count()
        self.skipped = timedelta(0)

    def __call__(self) -> datetime:
        return NOW + self.skipped + timedelta(seconds=3 * next(self._ticks))


@dataclass
class Site:
    """The application, served at `address`; `codes` by survey, all of one office that is on 2GIS."""

    address: str
    database: Database
    codes: dict[str, str]
    clock: TickingClock
    unit: Unit
    vault: Vault

    def survey(self, key: str = "office-visit", query: str = "?lang=en") -> str:
        """Return the address of a survey."""
        return f"{self.address}/q/{self.codes[key]}{query}"

    def invite(self, **about: Any) -> AskedCall:
        """Return a call at the office that ended minutes ago and that its caller, a new one, was invited to rate."""
        phone = f"+7701{next(_CALLERS):07}"
        with self.database.transaction() as session:
            return make_asked_call(session, self.vault, self.unit.id, **{"now": NOW, "phone": phone, **about})

    def unsubscribe(self, call: AskedCall) -> str:
        """Return the address by which the caller stops all messages."""
        assert call.contact is not None
        with self.database.transaction() as session:
            token = unsubscribe_token(self.vault, session.get_one(Contact, call.contact.id))
        return f"{self.address}/u/{token}"

    def count(self, table: type[Base]) -> int:
        """Return how many rows a table has."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@dataclass
class Watch:
    """What went wrong on the pages of a context; statuses that a journey provokes are named in `expected`."""

    expected: set[int] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def hear(self, message: ConsoleMessage) -> None:
        provoked = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in ("error", "warning") and not provoked:
            self.errors.append(f"{message.type}: {message.text}")

    def see(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.hosts.add(urlsplit(request.url).hostname or "")


@dataclass
class Visitor:
    """Opens pages in a browser of their own; `watch` is checked when the test ends."""

    browser: Browser
    watches: list[Watch] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, *, abroad: tuple[str, ...] = (), provoked: tuple[int, ...] = (), **options: object) -> Page:
        """Return a page, phone-sized unless told otherwise; `abroad` are other hosts that it may go to."""
        chosen = {"viewport": {"width": 360, "height": 740}, "locale": "en", "ignore_https_errors": True, **options}
        context = self.browser.new_context(**chosen)  # type: ignore[arg-type]
        watch = Watch(expected=set(provoked), hosts=set())
        page = context.new_page()
        page.on("console", watch.hear)
        page.on("pageerror", lambda error: watch.errors.append(f"script: {error}"))
        page.on("dialog", lambda dialog: watch.errors.append(f"dialog: {dialog.message}"))
        page.on("request", watch.see)
        page.set_default_timeout(10_000)
        watch.hosts.update(abroad)
        self.watches.append(watch)
        self.contexts.append(context)
        return page

    def close(self, abroad: set[str]) -> None:
        """Close everything and judge what was seen."""
        for context in self.contexts:
            context.close()
        for watch in self.watches:
            assert watch.errors == []
            assert watch.hosts - abroad <= {"127.0.0.1", "localhost"}


class _SiteHandler(BaseHTTPRequestHandler):
    """A review site that sends people on twice, as real ones do, and then shows its form."""

    def do_GET(self) -> None:
        onward = HOPS.get((self.headers.get("Host") or "").partition(":")[0])
        body = b"" if onward else b"<!doctype html><title>Review form</title><link rel=icon href='data:,'>Your review"
        self.send_response(302 if onward else 200)
        if onward:
            self.send_header("Location", onward)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def in_background(serve: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Serve in a thread until the block ends."""
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield
    stop()
    thread.join()


@pytest.fixture(scope="session")
def review_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the made-up review site."""
    certificate = write_certificate(tmp_path_factory.mktemp("tls"), ["2gis.kz", "2gis.ru", "link.2gis.ru"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SiteHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with in_background(server.serve_forever, server.shutdown):
        yield server.server_address[1]
    server.server_close()


@pytest.fixture(scope="session")
def browser(review_site: int) -> Iterator[Browser]:
    """Chromium, for which the review site's names lead here and all other names nowhere."""
    mapped = ",".join(f"MAP {host} 127.0.0.1:{review_site}" for host in (*HOPS, "2gis.ru"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                f"--host-resolver-rules={mapped},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE localhost",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Somebody with a browser; fails the test for any error on the console or request to a stranger."""
    visitor = Visitor(browser)
    yield visitor
    visitor.close({*HOPS, "2gis.ru"})


@contextmanager
def _served(database: Database, var_dir: Path) -> Iterator[Site]:
    settings = Settings.model_validate({"var_dir": var_dir, "company_name": "Made-up Telecom"})
    clock = TickingClock()
    app = create_app(settings, clock=clock, database=database)
    with database.transaction() as session:
        office = make_office(session, Vault(settings.encryption_keys), now=NOW)
        unit = session.get_one(Unit, office.touchpoint.unit_id)
        codes = {office.definition.key: office.touchpoint.code}
        for definition in load_surveys(ROOT / "surveys"):
            store_version(session, definition, now=NOW)
            if definition.key not in codes:
                codes[definition.key] = add_touchpoint(
                    session, unit_id=unit.id, survey_key=definition.key, now=NOW
                ).code
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with in_background(server.serve_forever, server.shutdown):
        vault = Vault(settings.encryption_keys)
        yield Site(f"http://127.0.0.1:{server.server_port}", database, codes, clock, unit, vault)
    server.server_close()


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[Site]:
    """The application on a database of this journey's own, SQLite and PostgreSQL alike."""
    with _served(database, tmp_path / "var") as site:
        yield site


@pytest.fixture(scope="module")
def shown_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application for journeys that only look at how pages are; one for all of a module."""
    directory = tmp_path_factory.mktemp("shown")
    database = Database(f"sqlite:///{directory / 'otklik.db'}")
    upgrade_database(database)
    with _served(database, directory / "var") as site:
        yield site
    database.dispose()
