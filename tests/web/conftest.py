"""The application on a database of the test's own, with a clock that stands still until it is moved."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.callbacks.models import CallWindow
from app.factory import create_app
from app.kit.db import Database
from app.organisation.service import sync_company
from config.settings import Settings
from tests.callbacks.factories import make_case, make_contact, make_response
from tests.conftest import ENGINES
from tests.web.kept_app import keep_app
from tests.web.manage.callbacks.case_pages import COMMENT
from tests.web.staff import Company, make_company, signed_in

# What lies right here and in manage/ are pages of staff: rendered from what is tried on both databases below them.
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Try each page of staff on one of the databases, every other on SQLite, where both are at hand.

    All else runs on both, the API, the hooks and the respondents' pages among it; so does every page by the walk over
    the URL map (tests/test_access.py), and what is marked `both_databases`. It saves the run in CI three minutes.
    """
    if len(ENGINES) < 2:
        return
    left = [item for item in items if _is_page_of_staff(item.path) and not _is_its_turn(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


def _is_page_of_staff(path: Path) -> bool:
    return path.parent == _HERE or path.is_relative_to(_HERE / "manage")


def _is_its_turn(item: pytest.Item) -> bool:
    if item.get_closest_marker("both_databases"):
        return True
    callspec = getattr(item, "callspec", None)
    engine = callspec.params.get("engine_name") if callspec is not None else None
    if engine is None:
        return True
    # By its name, so that it is the same one in every run and on every process.
    return bool(engine == ENGINES[crc32(item.name.replace(engine, "").encode()) % 2])


class StoppedClock:
    """A clock that tells the same instant until somebody moves it."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.now

    def move(self, **by: float) -> None:
        """Move on, `minutes=…`, `hours=…`."""
        self.now += timedelta(**by)


@pytest.fixture
def clock(now: datetime) -> StoppedClock:
    """A Wednesday at eleven in Almaty, until it is moved."""
    return StoppedClock(now)


@pytest.fixture
def app(database: Database, clock: StoppedClock, tmp_path: Path) -> Flask:
    """The application by plain http, in English unless asked otherwise."""
    settings = Settings(
        var_dir=tmp_path, language="en", database_url=database.url.render_as_string(hide_password=False)
    )
    return keep_app(settings, clock=clock, database=database)


@pytest.fixture
def own_app(database: Database, clock: StoppedClock, tmp_path: Path) -> Flask:
    """The same, but this test's alone: one that hangs routes of its own on it."""
    settings = Settings(
        var_dir=tmp_path, language="en", database_url=database.url.render_as_string(hide_password=False)
    )
    application = create_app(settings, clock=clock, database=database)
    application.testing = True
    return application


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """Somebody's browser."""
    with app.test_client() as browser:
        yield browser


@pytest.fixture
def company(database: Database, now: datetime) -> Company:
    """Two regions with an office each, and the cast: an admin, each region's manager, an analyst, a nobody."""
    with database.transaction() as session:
        return make_company(session, now=now)


@pytest.fixture
def case_id(app: Flask, database: Database, company: Company, now: datetime) -> uuid.UUID:
    """A low rating in the east with a comment and a number."""
    vault = app.extensions["otklik"].vault
    with database.transaction() as session:
        sync_company(session, name="Aru Bank", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
        response = make_response(session, company.east_office, comment=COMMENT, now=now)
        contact = make_contact(session, vault, now=now)
        case = make_case(session, company.east_office, response=response, contact=contact, now=now)
        case.call_window = CallWindow.EVENING
        return case.id


@pytest.fixture
def manager(app: Flask, company: Company) -> FlaskClient:
    """The browser of the east's manager."""
    return signed_in(app, "manager")
