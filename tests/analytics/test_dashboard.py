"""The figures of the dashboard, equal to those counted by hand."""

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.analytics.dashboard import SiteFigures
from app.analytics.differences import Verdict
from app.analytics.metrics import Reason
from app.analytics.periods import Period
from app.analytics.trend import Step
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewOffer
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from tests.analytics.company import Company
from tests.analytics.dashboards import codes, list_lines, read, units

KYIV = ZoneInfo("Europe/Kyiv")
CES = """
key: ces
version: 1
audience: customers
languages: [en]
title: {en: Effort}
questions:
  - key: effort
    type: ces7
    metric: ces
    text: {en: Was it easy?}
"""


BOTH = """
key: both
version: 1
audience: customers
languages: [en]
title: {en: Both}
questions:
  - key: recommend
    type: nps
    metric: nps
    text: {en: How likely are you to recommend us?}
  - key: overall
    type: rating5
    metric: csat
    text: {en: And how was it today?}
"""


def test_csat_counts_fours_and_fives(company: Company) -> None:
    company.answers("n1", {1: 2, 2: 1, 3: 2, 4: 5, 5: 10})
    found = read(company)
    assert (found.csat.value, found.csat.n) == (0.75, 20)
    assert found.csat_mean.value == pytest.approx(4.0)
    assert found.histogram == {1: 2, 2: 1, 3: 2, 4: 5, 5: 10}
    assert found.responses == 20


def test_nine_answers_hide_the_figure_and_what_it_comes_from(company: Company) -> None:
    company.answers("n1", {5: 9})
    found = read(company)
    assert (found.responses, found.csat.n, found.csat.value) == (9, 9, None)
    assert found.histogram == {}


def test_another_scale_is_counted_and_enters_no_csat(company: Company) -> None:
    company.answers("n1", {5: 12})
    company.answers("n1", {4: 7}, survey="nps")
    found = read(company)
    assert (found.responses, found.csat.n) == (19, 12)


def test_suspect_answers_are_counted_apart(company: Company) -> None:
    company.answers("n1", {5: 10})
    for _ in range(3):
        company.click(company.answer("n1", 1, suspect="too_fast"))
    found = read(company)
    assert (found.responses, found.suspect, found.csat.n, found.csat.value) == (10, 3, 10, 1.0)
    assert found.left == 0


def test_demo_answers_count(company: Company) -> None:
    company.answer("n1", 4, demo=True)
    assert read(company).responses == 1


def test_the_period_is_from_midnight_to_midnight(company: Company) -> None:
    since, until = datetime(2026, 2, 25, 19, 0, tzinfo=UTC), datetime(2026, 3, 4, 19, 0, tzinfo=UTC)
    for moment in (since, until - timedelta(microseconds=1)):
        company.answer(at=moment)
    for moment in (since - timedelta(microseconds=1), until):
        company.answer(at=moment)
    found = read(company, days=7)
    assert found.responses == 2
    assert found.trend.answers == (1, 0, 0, 0, 0, 0, 1)


def test_a_day_of_23_hours_takes_its_answers_and_no_others(company: Company) -> None:
    # Kyiv puts its clocks on at 03:00 of 29 March 2026.
    day = date(2026, 3, 29)
    first, last = datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 20, 59, 59, tzinfo=UTC)
    for moment in (first, last, first - timedelta(seconds=1), last + timedelta(seconds=1)):
        company.answer(at=moment)
    assert read(company, period=Period(day, day, KYIV)).responses == 2
    days = read(company, period=Period(day - timedelta(days=1), day + timedelta(days=1), KYIV))
    assert days.trend.answers == (1, 2, 1)
    hours = read(company, period=Period(day, day, KYIV)).trend
    assert (hours.slot_step, len(hours.answers), hours.answers[0], hours.answers[-1]) == (Step.HOUR, 23, 1, 1)


def test_the_hour_that_a_clock_repeats_is_there_twice(company: Company) -> None:
    day = date(2026, 10, 25)
    for hour in (0, 1):  # 03:00 to 04:00 on the wall, both times
        company.answer(at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    hours = read(company, period=Period(day, day, KYIV)).trend.answers
    assert len(hours) == 25
    assert hours[3:5] == (1, 1)


def test_a_few_answers_are_compared_with_nothing(company: Company, now: datetime) -> None:
    for number in range(29):
        company.answer(rating=5, at=now - timedelta(days=10, minutes=number))
        company.answer(rating=1)
    found = read(company)
    assert found.change is Verdict.TOO_FEW
    assert found.concerns == ()
    assert found.attention.too_few == 2  # the two cities: no office could be judged


def test_an_office_below_the_others_is_named_with_theirs(company: Company) -> None:
    company.answers("n1", {1: 25, 5: 15})
    company.answers("n2", {1: 4, 5: 36})
    company.answers("s1", {1: 6, 5: 34})
    (one,) = read(company).concerns
    assert (one.code, one.place, one.why.value, one.why.others) == ("n1", "Unit north", 15 / 40, 70 / 80)
    assert read(company, unit="north").concerns[0].place is None


def test_where_no_office_can_be_judged_the_next_level_is(company: Company) -> None:
    company.answers("n1", {1: 20, 5: 6})
    company.answers("n2", {1: 20, 5: 6})
    company.answers("s1", {5: 29})
    company.answers("south", {5: 29})
    assert [one.code for one in read(company).concerns] == ["north"]


def test_an_office_whose_small_brother_it_would_give_away_is_not_named(company: Company) -> None:
    company.answers("n1", {1: 30, 5: 10})
    company.answers("n2", {5: 5})
    company.answers("s1", {5: 300})
    assert read(company).concerns == ()


def test_nps_and_ces_stand_beside_csat(company: Company, now: datetime) -> None:
    company.versions["ces"] = store_version(company.session, parse_survey(CES.encode(), "ces.yaml"), now=now)
    company.answers("n1", {10: 20, 9: 5, 8: 5, 3: 10}, survey="nps")
    company.answers("n1", {7: 6, 5: 2, 2: 4}, survey="ces")
    found = read(company, unit="north")
    assert found.nps is not None
    assert (found.nps.figure.value, found.nps.figure.n, found.nps.change) == (37.5, 40, Verdict.TOO_FEW)
    assert found.ces is not None
    assert found.ces.mean.value == pytest.approx(5.0)
    assert found.ces.easy.value == pytest.approx(8 / 12)
    assert found.csat.n == 0


def test_nps_is_compared_with_the_days_before(company: Company, now: datetime) -> None:
    for number in range(40):
        company.answer(rating=10, survey="nps", at=now - timedelta(days=10, minutes=number))
        company.answer(rating=2, survey="nps")
    found = read(company).nps
    assert found is not None
    assert found.change is Verdict.LOWER


def test_without_such_surveys_there_is_no_nps_and_no_ces(company: Company) -> None:
    company.answers("n1", {5: 10})
    found = read(company)
    assert (found.nps, found.ces) == (None, None)


def test_each_person_who_left_is_counted_once_for_a_site(company: Company) -> None:
    first, second = company.answer(), company.answer()
    company.click(first, Site.TWOGIS)
    company.click(second, Site.TWOGIS)
    company.click(second, Site.GOOGLE)
    company.click(second, Site.GOOGLE)  # again
    found = read(company)
    assert [(one.site, one.left) for one in found.sites] == [(Site.GOOGLE, 1), (Site.TWOGIS, 2)]
    assert found.left == 2


def test_clicks_are_a_share_of_those_who_saw_the_button(company: Company, now: datetime) -> None:
    def offer(response_id: uuid.UUID, sites: str) -> None:
        company.session.add(ReviewOffer(response_id=response_id, sites=sites, offered_at=now))

    for number in range(12):
        response = company.answer()
        offer(response.id, "2gis,google" if number < 9 else "2gis")
        if number < 3:
            company.click(response, Site.TWOGIS)
    suspect = company.answer(suspect="burst")
    offer(suspect.id, "2gis")
    company.session.flush()
    google, twogis = read(company).sites
    assert (twogis.offered, twogis.left, twogis.share.value) == (12, 3, 0.25)
    assert isinstance(google, SiteFigures)
    assert (google.offered, google.left, google.share.reason) == (9, 0, Reason.TOO_FEW)


def test_nothing_answered_gives_no_figures(company: Company) -> None:
    found = read(company)
    assert (found.responses, found.suspect, found.left) == (0, 0, 0)
    assert found.csat.reason is Reason.NO_ANSWERS
    assert codes(found) == ["north", "south"]


def test_the_share_is_compared_with_as_many_days_before(company: Company, now: datetime) -> None:
    for number in range(40):
        company.answer(rating=5 if number < 36 else 1, at=now - timedelta(days=10, minutes=number))
        company.answer(rating=5 if number < 20 else 1)
    found = read(company)
    assert (found.csat.value, found.csat_before.value, found.change) == (0.5, 0.9, Verdict.LOWER)
    assert units(found)[0].change is Verdict.LOWER
    assert [(one.code, one.why.before) for one in found.concerns] == [("n1", 0.9)]


def test_csat_asked_by_a_later_question_counts_as_on_its_own_page(company: Company, now: datetime) -> None:
    company.versions["both"] = store_version(company.session, parse_survey(BOTH.encode(), "both.yaml"), now=now)
    company.answers("n1", {5: 10})
    for number in range(10):
        response = company.answer("n1", 9, survey="both", at=now - timedelta(hours=2, seconds=number))
        company.said(response, "overall", 2)
    for days in (1, 7):
        found = read(company, days=days)
        assert (found.responses, found.csat.value, found.csat.n) == (20, 0.5, 20)
        assert found.csat_mean.value == pytest.approx(3.5)
        assert list_lines(found).lines[0].csat_mean.value == pytest.approx(3.5)
        assert found.nps is not None
        assert found.nps.figure.n == 10
