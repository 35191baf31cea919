"""The real application on a database of its own, an office with codes on its wall, and people who scan them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from app.backup.audit_hold import audit_let_go
from app.kit.crypto import Vault
from app.kit.db import Base, Database
from app.organisation.models import Unit
from app.responses.models import SurveyResponse
from app.review_sites.catalogue import Site
from app.review_sites.service import set_listing
from app.surveys.loader import load_surveys
from app.surveys.service import store_version
from app.touchpoints.models import Channel
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT, Settings
from tests.respondents import Office, make_office
from tests.web.kept_app import keep_app

YANDEX = "https://yandex.kz/maps/org/1234567890/reviews/?add-review=true"
OWN_SURVEYS = Path(__file__).parent / "surveys"


class SetClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        """Let time go by."""
        self.now += timedelta(**span)


@dataclass
class Place:
    """The application, its database and an office on 2GIS and Yandex; `codes` by survey."""

    app: Flask
    database: Database
    office: Office
    codes: dict[str, str]
    clock: SetClock

    def person(self) -> "Person":
        """Return somebody with a browser of their own."""
        return Person(self.app.test_client(), self)

    def count(self, table: type[Base]) -> int:
        """Return how many rows a table has."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def only_response(self) -> SurveyResponse:
        """Return the one response that there is."""
        with self.database.reading() as session:
            return session.scalars(select(SurveyResponse)).one()


@dataclass
class Person:
    """A respondent: scans, taps, types. `page` is what they look at."""

    client: FlaskClient
    place: Place
    page: BeautifulSoup | None = None
    address: str = ""

    def scan(self, survey: str = "office-visit", query: str = "?lang=en", **headers: str) -> TestResponse:
        """Open the page of a code."""
        reply = self.client.get(f"/q/{self.place.codes[survey]}{query}", headers=headers)
        return self._look_at(reply)

    def tap(self, rating: object, *, after: float = 5, **fields: str) -> TestResponse:
        """Press an answer on the page, some seconds after it came."""
        self.place.clock.pass_by(seconds=after)
        form = self.shown.find("form")
        assert isinstance(form, Tag)
        sent = {str(field["name"]): str(field.get("value", "")) for field in form.find_all("input")}
        reply = self.client.post(str(form["action"]), data={**sent, "rating": str(rating), **fields})
        if reply.status_code == 303:
            self.address = reply.location
        return reply

    def rate(self, rating: object, survey: str = "office-visit") -> BeautifulSoup:
        """Scan, tap and look at what follows."""
        self.scan(survey)
        assert self.tap(rating).status_code == 303
        self.look()
        return self.shown

    def look(self, query: str = "") -> TestResponse:
        """Open the page that follows the tap."""
        return self._look_at(self.client.get(self.address + query))

    def send(self, **fields: object) -> TestResponse:
        """Send what is typed; `answer_waiting_time` stands for `answer-waiting-time`."""
        named = {
            name if not name.startswith("answer_") else name.replace("_", "-"): value for name, value in fields.items()
        }
        reply = self.client.post(f"{self.address}?lang=en", data=named)
        if reply.status_code == 303:
            self._look_at(self.client.get(reply.location))
            return reply
        return self._look_at(reply)

    @property
    def shown(self) -> BeautifulSoup:
        """What is on the screen."""
        assert self.page is not None
        return self.page

    @property
    def text(self) -> str:
        """The words on the screen, white space as one space."""
        return " ".join(self.shown.get_text(" ").split())

    def _look_at(self, reply: TestResponse) -> TestResponse:
        self.page = BeautifulSoup(reply.text, "html.parser")
        return reply


@pytest.fixture
def kept_database(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The migrated database of all tests, swept after this one: making one for each would take most of the time."""
    database: Database = request.getfixturevalue("migrated_sqlite" if engine_name == "sqlite" else "migrated_postgres")
    yield database
    with database.transaction() as session, audit_let_go(session.connection()):
        root = select(Unit.id).where(Unit.parent_id.is_(None)).scalar_subquery()
        for table in reversed(Base.metadata.sorted_tables):
            if table.name == "unit":
                session.execute(delete(table).where(table.c.id != root))
            elif table.name == "unit_ancestor":
                session.execute(delete(table).where(table.c.unit_id != root))
            else:
                session.execute(delete(table))


@pytest.fixture
def open_place(kept_database: Database, tmp_path: Path, now: datetime) -> Callable[..., Place]:
    """Return a function that opens the office with the application; settings may differ."""
    surveys = tmp_path / "surveys"
    shutil.copytree(ROOT / "surveys", surveys)
    for extra in OWN_SURVEYS.glob("*.yaml"):
        shutil.copy(extra, surveys)

    def build(channel: Channel = Channel.VISIT, **settings: object) -> Place:
        clock = SetClock(now)
        chosen = Settings.model_validate(
            {"var_dir": tmp_path / "var", "company_name": "Made-up Telecom", "surveys_dir": surveys, **settings}
        )
        app = keep_app(chosen, clock=clock, database=kept_database)
        with kept_database.transaction() as session:
            office = make_office(session, Vault(chosen.encryption_keys), now=now, channel=channel)
            unit = office.touchpoint.unit_id
            set_listing(session, unit_id=unit, site=Site.YANDEX, link=YANDEX, now=now)
            codes = {"office-visit": office.touchpoint.code}
            for definition in load_surveys(surveys):
                store_version(session, definition, now=now)
                if definition.key not in codes:
                    added = add_touchpoint(session, unit_id=unit, survey_key=definition.key, now=now)
                    codes[definition.key] = added.code
        return Place(app, kept_database, office, codes, clock)

    return build


@pytest.fixture
def place(open_place: Callable[..., Place]) -> Place:
    """An office as it comes."""
    return open_place()


@pytest.fixture
def person(place: Place) -> Person:
    """Somebody in the office, phone in hand."""
    return place.person()
