"""The demo company, made once a module to be read, or anew for a test that changes it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from app.demo.service import (
    create_demo,
)
from app.kit.crypto import Vault
from app.kit.db import Database
from app.organisation.service import sync_company
from app.routing.desk import Desk
from app.surveys.loader import SurveyLibrary, load_surveys
from config.settings import ROOT
from tests.backup.installation import another_database
from tests.conftest import ENGINES, NOW
from tests.respondents import make_desk


@pytest.fixture(scope="module")
def surveys() -> SurveyLibrary:
    return load_surveys(ROOT / "surveys")


@pytest.fixture(scope="module")
def desk(vault: Vault) -> Desk:
    return make_desk(vault)


@pytest.fixture(scope="module", params=ENGINES)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, desk: Desk, surveys: SurveyLibrary
) -> Iterator[Database]:
    """A database with the demo in it, to be read only."""
    with another_database(str(request.param), tmp_path_factory.mktemp("demo")) as database:
        with database.transaction() as session:
            make_demo(session, desk, surveys, NOW)
        yield database


@pytest.fixture
def demo(made: Database) -> Iterator[Session]:
    with made.reading() as session:
        yield session


@pytest.fixture
def own_demo(session: Session, desk: Desk, surveys: SurveyLibrary, now: datetime) -> Session:
    """A demo that may be changed and removed."""
    make_demo(session, desk, surveys, now)
    return session


def make_demo(session: Session, desk: Desk, surveys: SurveyLibrary, now: datetime) -> None:
    sync_company(session, name="Otklik", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
    create_demo(session, desk, surveys, now=now)
    session.flush()
