"""The company that figures are read of."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.analytics.company import Company, build_company


@pytest.fixture
def company(session: Session, now: datetime) -> Company:
    """Two cities, three offices, two surveys, no answers yet."""
    return build_company(session, now)
