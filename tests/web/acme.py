"""The company of the figures as staff meet it: with an admin, and with managers who see a part of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.accounts.models import Role
from app.kit.db import Database
from tests.analytics.company import Company, build_company
from tests.web.staff import add_staff


@contextmanager
def acme(database: Database, now: datetime) -> Iterator[Company]:
    """The company of the figures, an admin of everything, and managers of either city."""
    with database.transaction() as session:
        company = build_company(session, now)
        add_staff(session, "admin", Role.ADMIN, company.units["company"].id, now=now)
        add_staff(session, "manager", Role.MANAGER, company.units["north"].id, now=now)
        add_staff(session, "elsewhere", Role.MANAGER, company.units["south"].id, now=now)
        yield company
