"""Stars beside our own figures: cut into stretches, small groups hidden, and what each office lacks."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.periods import Period
from app.analytics.public_rating_units import Asking, Lack, Level, Listed, count_lacks, list_units
from app.analytics.public_ratings import cut, read_public_ratings
from app.analytics.wanted import Wanted
from app.organisation.service import add_unit
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewListing
from app.review_sites.public_ratings.google_places import GooglePlaces
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin, Outcome, RatingPage
from app.review_sites.public_ratings.sources import RatingSources
from app.review_sites.service import set_listing
from tests.analytics.company import Company
from tests.review_sites.answers import USUAL, a_catalogue

ALMATY = ZoneInfo("Asia/Almaty")
TODAY = date(2026, 3, 4)
MONTH = Period(date(2026, 2, 3), TODAY, ALMATY)
CATALOGUE = a_catalogue(google=USUAL, **{"2gis": USUAL}, yandex=USUAL)
SOURCES = RatingSources({Site.GOOGLE: GooglePlaces("http://127.0.0.1", "key")})
PLACE = "https://search.google.com/local/writereview?placeid=ChIJabcdef"


@pytest.mark.parametrize(
    ("days", "stretches"),
    [
        (1, [(4, 4)]),
        (3, [(2, 2), (3, 3), (4, 4)]),
        (16, [(-11, -10), (-9, -3), (-2, 4)]),
    ],
)
def test_a_period_is_cut_into_days_or_whole_weeks_from_its_end(days: int, stretches: list[tuple[int, int]]) -> None:
    def day(number: int) -> date:
        return date(2026, 3, 4) + timedelta(days=number - 4)

    period = Period(TODAY - timedelta(days=days - 1), TODAY, ALMATY)
    assert cut(period) == tuple((day(first), day(last)) for first, last in stretches)


def test_no_period_has_more_points_than_can_be_read() -> None:
    for days in range(1, 800, 7):
        found = cut(Period(TODAY - timedelta(days=days - 1), TODAY, ALMATY))
        assert len(found) <= 14
        assert (found[0][0], found[-1][1]) == (TODAY - timedelta(days=days - 1), TODAY)
        assert all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in pairwise(found))


def test_stars_stand_beside_our_own_figures_of_the_same_unit_and_days(
    session: Session, company: Company, now: datetime
) -> None:
    for rating in [5] * 8 + [4, 1] * 2:
        company.answer("n1", rating)
    company.answer("s1", 1)
    company.answer("n1", 1, at=now - timedelta(days=40))
    n1, s1 = company.units["n1"].id, company.units["s1"].id
    first, latest = TODAY - timedelta(days=60), TODAY - timedelta(days=9)
    pages = ((n1, 410, 100, first), (n1, 460, 150, latest), (s1, 200, 10, TODAY))
    readings = [Reading(unit, Site.GOOGLE, day, stars, count) for unit, stars, count, day in pages]
    keep_readings(session, readings, origin=Origin.API, now=now)
    wanted = Wanted(MONTH, company.units["north"].id)
    found = read_public_ratings(session, CATALOGUE, wanted, EVERYTHING, now=now)
    (google,) = found.sites
    assert found.unread == (Site.TWOGIS, Site.YANDEX)
    assert (google.standing.stars, google.standing.days, google.standing.stale) == (4.6, (latest, latest), 1)
    assert google.since_first is not None
    assert (google.since_first.stars, google.since_first.since) == ((4.1, 4.6), first)
    assert (google.in_period and google.in_period.new_reviews, google.left) == (50, 0)
    assert (found.own.parts["mean"].n, found.own.parts["mean"].value) == (12, 50 / 12)
    # Before the second reading the first was known: a line without a gap.
    assert [point and point.stars for point in google.points] == [4.1, 4.1, 4.1, 4.6, 4.6]


def test_of_days_to_come_nothing_is_known(session: Session, company: Company, now: datetime) -> None:
    keep_readings(session, [Reading(company.units["n1"].id, Site.YANDEX, TODAY, 400, 5)], origin=Origin.API, now=now)
    coming = Period(TODAY + timedelta(days=5), TODAY + timedelta(days=9), ALMATY)
    found = read_public_ratings(session, CATALOGUE, Wanted(coming), EVERYTHING, now=now)
    assert (found.day, [stars.site for stars in found.sites]) == (TODAY, [Site.YANDEX])


def test_each_office_says_what_it_lacks(session: Session, company: Company, now: datetime) -> None:
    n1, n2, s1 = (company.units[code] for code in ("n1", "n2", "s1"))
    add_unit(session, name="Bare", kind="office", code="bare", parent_id=company.units["south"].id, now=now)
    set_listing(session, unit_id=company.units["north"].id, site=Site.YANDEX, link="https://y.example/", now=now)
    for unit, link in ((n1, PLACE), (n2, "https://g.page/r/x/review"), (s1, PLACE)):
        set_listing(session, unit_id=unit.id, site=Site.GOOGLE, link=link, now=now)
    old = TODAY - timedelta(days=8)
    keep_readings(session, [Reading(s1.id, Site.GOOGLE, old, 450, 9)], origin=Origin.API, now=now)
    session.execute(
        update(RatingPage).where(RatingPage.unit_id == s1.id).values(outcome="bad_key", failures=2, asked_at=now)
    )
    wanted = Wanted(MONTH)

    def listed(lack: Lack | None, site: Site | None = None) -> list[str]:
        chosen = Listed(Level.OFFICES, lack=lack, site=site)
        lines, total = list_units(session, SOURCES, wanted, EVERYTHING, chosen, offset=0, limit=50, now=now)
        assert total == len(lines)
        return [line.place.code for line in lines]

    assert listed(Lack.NO_PAGE) == ["bare"]
    assert listed(Lack.NO_PAGE, Site.YANDEX) == ["bare", "s1"]
    assert listed(Lack.NO_STARS) == ["n1", "n2"]
    assert listed(Lack.STALE) == listed(Lack.FAILING) == ["s1"]
    assert count_lacks(session, wanted, EVERYTHING, now=now) == {
        Lack.NO_PAGE: 1,
        Lack.NO_STARS: 2,
        Lack.STALE: 1,
        Lack.FAILING: 1,
    }
    session.execute(
        update(ReviewListing).where(ReviewListing.unit_id == n1.id).values(updated_at=now - timedelta(days=366))
    )
    lines, _ = list_units(
        session, SOURCES, wanted, EVERYTHING, Listed(Level.OFFICES, sort=Site.GOOGLE), offset=0, limit=50, now=now
    )
    assert lines[0].place.code == "s1"  # the only one with stars; the others by name
    pages = {line.place.code: line.pages.get(Site.GOOGLE) for line in lines}
    assert pages["bare"] is None
    told = {code: (page.asking, page.outcome, page.old_place) for code, page in pages.items() if page}
    assert told == {
        "n1": (Asking.NOT_YET, None, True),
        "n2": (Asking.NO_REFERENCE, None, False),
        "s1": (Asking.FAILED, Outcome.BAD_KEY, False),
    }


def test_an_office_of_few_answers_cannot_be_worked_out_from_the_whole(
    session: Session, company: Company, now: datetime
) -> None:
    for unit, count in (("n1", 30), ("n2", 9)):
        for _ in range(count):
            company.answer(unit, 5)
    wanted = Wanted(MONTH, company.units["north"].id)
    lines, _ = list_units(session, SOURCES, wanted, EVERYTHING, Listed(), offset=0, limit=50, now=now)
    assert {line.place.code: line.own.parts["mean"].suppressed for line in lines} == {"n1": True, "n2": True}
