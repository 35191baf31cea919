"""A system that may do everything, on the cast's company."""

from datetime import datetime

import pytest
from flask import Flask

from app.kit.db import Database
from app.organisation.employees import add_employee
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT
from tests.web.api.callers import System, make_system
from tests.web.staff import Company


@pytest.fixture
def system(app: Flask, database: Database, company: Company, now: datetime) -> System:
    """A system whose key holds every scope; in the east's office works the employee `aigerim`."""
    with database.transaction() as session:
        store_versions(session, load_surveys(ROOT / "surveys"), now=now)
        add_employee(session, code="aigerim", name="Aigerim", unit_id=company.east_office, now=now)
    return make_system(app, database)


@pytest.fixture
def code(database: Database, company: Company, now: datetime) -> str:
    """The code of a touchpoint in the east's office that asks `office-visit`."""
    with database.transaction() as session:
        return add_touchpoint(session, unit_id=company.east_office, survey_key="office-visit", now=now).code
