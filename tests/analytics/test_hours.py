"""Satisfaction by the hour of the week: by the clock on the wall, also where it leaps."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.analytics.differences import Verdict
from app.analytics.filters import ResponseFilter, response_conditions
from app.analytics.hours import MOST_DAYS, read_hours, shorten
from app.analytics.periods import Period
from app.analytics.wall_clock import WallHour, hour_of_week
from app.analytics.wanted import Wanted
from app.responses.models import SurveyResponse
from tests.analytics.company import Company

KYIV, KATHMANDU = ZoneInfo("Europe/Kyiv"), ZoneInfo("Asia/Kathmandu")
# Clocks in Kyiv leap from 3 to 4 on 29 March 2026, and back from 4 to 3 on 25 October.
SPRING = Period(date(2026, 2, 1), date(2026, 4, 20), KYIV)


@pytest.mark.parametrize("zone", [KYIV, KATHMANDU])
def test_the_database_tells_the_hour_that_the_wall_does(session: Session, company: Company, zone: ZoneInfo) -> None:
    moments = [
        datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        *(datetime(2026, 1, 1, 23, 14, 59, 600_000, tzinfo=UTC) + timedelta(hours=37 * step) for step in range(60)),
    ]
    for moment in moments:
        company.answer("n1", 5, at=moment)

    hour = hour_of_week(session, SurveyResponse.answered_at, zone)
    found = session.execute(select(SurveyResponse.answered_at, hour)).all()

    walls = {moment: moment.astimezone(zone) for moment in moments}
    assert dict(found) == {moment: wall.weekday() * 24 + wall.hour for moment, wall in walls.items()}


def test_each_cell_has_the_answers_that_its_link_lists(session: Session, company: Company) -> None:
    for days, times in ((0, 12), (1, 20), (7, 15)):
        for minute in range(times):
            at = datetime(2026, 4, 6, 9, tzinfo=UTC) + timedelta(days=days, minutes=minute)
            company.answer("n1", 5 if minute % 4 else 1, at=at)
    company.answer("s1", 5, at=datetime(2026, 4, 8, 3, tzinfo=UTC))
    wanted = Wanted(SPRING)

    hours = read_hours(session, wanted, EVERYTHING)

    monday = hours.cells[1, 12]  # nine in UTC is noon in Kyiv in summer
    assert (monday.measured.n, monday.measured.figure.value) == (27, 20 / 27)
    assert (hours.whole.n, hours.hours) == (48, range(6, 13))
    listed = ResponseFilter(at_hour=WallHour(1, 12, KYIV), suspect=False, since=SPRING.since, until=SPRING.until)
    conditions = response_conditions(session, listed, EVERYTHING)
    assert len(session.scalars(select(SurveyResponse.id).where(*conditions)).all()) == 27


def test_small_hours_are_hidden_and_cannot_be_worked_out(session: Session, company: Company) -> None:
    for hour, times in ((6, 9), (7, 10), (8, 30)):
        for minute in range(times):
            company.answer("n1", 5, at=datetime(2026, 4, 6, hour, minute, tzinfo=UTC))

    cells = read_hours(session, Wanted(SPRING), EVERYTHING).cells

    assert [cells[1, hour].measured.figure.suppressed for hour in (9, 10, 11)] == [True, True, False]


def test_an_hour_is_said_to_stand_out_only_beside_all_others(session: Session, company: Company) -> None:
    for day in range(5):
        for minute in range(50):
            poor = day == 4
            at = datetime(2026, 4, 6, 9, minute, tzinfo=UTC) + timedelta(days=day)
            company.answer("n1", 2 if poor and minute % 10 else 5, at=at)

    cells = read_hours(session, Wanted(SPRING), EVERYTHING).cells

    assert cells[5, 12].against_others is Verdict.LOWER
    assert cells[6, 12].against_others is Verdict.TOO_FEW
    assert not read_hours(session, Wanted(SPRING), Scope(frozenset({company.units["south"].id}))).whole.n


def test_a_longer_period_is_cut_to_its_last_days() -> None:
    year = Period(date(2025, 4, 21), date(2026, 4, 20), KYIV)

    assert shorten(year).days == MOST_DAYS
    assert shorten(year).last == year.last
    assert shorten(SPRING) == SPRING


def test_an_hour_of_thousands_of_years_looks_up_no_more_clocks_than_of_those_with_answers(session: Session) -> None:
    ages = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

    hour = hour_of_week(session, SurveyResponse.answered_at, KYIV, *ages)

    # Two leaps a year from 1990 to 2039, and a few by decree.
    assert str(hour).count("WHEN") < 110
