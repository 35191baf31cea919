"""Dashboards of the made-up company, asked with defaults, and the lines of their tables of units."""

from zoneinfo import ZoneInfo

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.dashboard import Dashboard, read_dashboard
from app.analytics.periods import Period, last_days
from app.analytics.unit_table import Column, Level, UnitFigures, UnitPage, list_units
from tests.analytics.company import Company

ALMATY = ZoneInfo("Asia/Almaty")


def read(
    company: Company,
    *,
    unit: str | None = None,
    scope: Scope = EVERYTHING,
    days: int = 7,
    period: Period | None = None,
) -> Dashboard:
    """Return the dashboard of the unit, or of all that may be seen, for the last days or the period."""
    return read_dashboard(
        company.session,
        scope=scope,
        unit_id=company.units[unit].id if unit else None,
        period=period or last_days(days, now=company.now, zone=ALMATY),
        now=company.now,
    )


def list_lines(found: Dashboard, level: Level = Level.NEXT, **asked: object) -> UnitPage:
    """Return a page of the table of units, by answers unless asked otherwise."""
    usual = {"search": "", "sort": Column.ANSWERS, "descending": True, "offset": 0, "limit": 50}
    return list_units(found.area, level, **(usual | asked))  # type: ignore[arg-type]


def units(found: Dashboard, level: Level = Level.NEXT, **asked: object) -> tuple[UnitFigures, ...]:
    """Return its lines."""
    return list_lines(found, level, **asked).lines


def codes(found: Dashboard, level: Level = Level.NEXT, **asked: object) -> list[str]:
    """Return the codes of its lines."""
    return [line.code for line in units(found, level, **asked)]
