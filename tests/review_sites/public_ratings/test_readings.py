"""How pages stood on days: what was last known counts, weighted by reviews, and pages are compared with themselves."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.kit.ids import new_id
from app.organisation.models import Unit
from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewClick
from app.review_sites.public_ratings.keeping import Reading, keep_readings
from app.review_sites.public_ratings.models import Origin
from app.review_sites.public_ratings.readings import (
    Growth,
    Standing,
    Stars,
    count_left,
    read_growth,
    read_standings,
    read_stars,
    read_unit_standings,
)
from app.review_sites.service import listings_for, set_listing
from tests.review_sites.answers import a_response, a_unit

FIRST, LATER, TODAY = date(2026, 1, 10), date(2026, 2, 20), date(2026, 3, 4)
GOOGLE, TWOGIS = Site.GOOGLE, Site.TWOGIS
LINK = "https://search.google.com/local/writereview?placeid=ChIJabcdef"


def keep(session: Session, unit: Unit, site: Site, now: datetime, *days: tuple[date, int, int]) -> None:
    """Keep what the unit's page showed: day, stars in hundredths, number of reviews."""
    readings = [Reading(unit.id, site, *one) for one in days]
    keep_readings(session, readings, origin=Origin.API, now=now)


@pytest.fixture
def city(session: Session, now: datetime) -> Unit:
    """A city with two offices on Google, one of them on 2GIS, and one that is closed."""
    city = a_unit(session, kind="city", now=now)
    north, south, shut = (a_unit(session, below=city, now=now) for _ in range(3))
    north.code, south.code = "north", "south"
    keep(session, north, GOOGLE, now, (FIRST, 400, 100), (LATER, 420, 150), (TODAY, 460, 300))
    keep(session, south, GOOGLE, now, (LATER, 500, 100))
    keep(session, north, TWOGIS, now, (TODAY, 310, 7))
    keep(session, shut, GOOGLE, now, (FIRST, 100, 9999), (TODAY, 100, 9999))
    shut.closed_at = now
    session.flush()
    return city


def office(session: Session, code: str) -> Unit:
    return session.query(Unit).filter_by(code=code).one()


def test_pages_together_are_weighted_by_reviews_and_each_counts_as_last_known(session: Session, city: Unit) -> None:
    found = read_stars(session, EVERYTHING, [date(2026, 1, 9), FIRST, LATER, TODAY], unit_id=city.id)
    assert found == {
        (GOOGLE, FIRST): Stars(1, 4.0, 100),
        (GOOGLE, LATER): Stars(2, 4.52, 250),
        (GOOGLE, TODAY): Stars(2, 4.7, 400),
        (TWOGIS, TODAY): Stars(1, 3.1, 7),
    }
    assert read_standings(session, EVERYTHING, TODAY, unit_id=city.id) == {
        GOOGLE: Standing(2, 4.7, 400, (LATER, TODAY), 1),
        TWOGIS: Standing(1, 3.1, 7, (TODAY, TODAY), 0),
    }


def test_a_reading_is_stale_once_it_is_older_than_a_week(session: Session, city: Unit) -> None:
    south = office(session, "south")
    days = [LATER + timedelta(days=days) for days in (7, 8)]
    found = [read_standings(session, EVERYTHING, day, unit_id=south.id)[GOOGLE].stale for day in days]
    assert found == [0, 1]


def test_each_unit_has_the_pages_of_all_below_it_and_none_beyond_the_scope(session: Session, city: Unit) -> None:
    north, south = office(session, "north"), office(session, "south")
    ids = [city.id, north.id, south.id]
    found = read_unit_standings(session, EVERYTHING, ids, TODAY)
    assert {key: (one.pages, one.reviews) for key, one in found.items()} == {
        (city.id, GOOGLE): (2, 400),
        (city.id, TWOGIS): (1, 7),
        (north.id, GOOGLE): (1, 300),
        (north.id, TWOGIS): (1, 7),
        (south.id, GOOGLE): (1, 100),
    }
    mine = Scope(frozenset({south.id}))
    assert set(read_unit_standings(session, mine, ids, TODAY)) == {(city.id, GOOGLE), (south.id, GOOGLE)}
    assert read_standings(session, mine, TODAY) == {GOOGLE: Standing(1, 5.0, 100, (LATER, LATER), 1)}
    assert read_growth(session, Scope(), until=TODAY) == {}


def test_growth_compares_the_same_pages_and_leaves_out_what_was_read_once(session: Session, city: Unit) -> None:
    """The office that came later with five stars has not raised anybody's."""
    assert read_growth(session, EVERYTHING, until=TODAY, unit_id=city.id) == {
        GOOGLE: Growth(1, (4.0, 4.6), (100, 300), FIRST, TODAY)
    }
    keep(session, office(session, "south"), GOOGLE, datetime(2026, 3, 4).astimezone(), (TODAY, 500, 120))
    since = date(2026, 3, 1)  # each as it stood then: both on the twentieth of February
    assert read_growth(session, EVERYTHING, until=TODAY, since=since, unit_id=city.id) == {
        GOOGLE: Growth(2, (4.52, (460 * 300 + 500 * 120) / 420 / 100), (250, 420), LATER, TODAY)
    }
    early = date(2026, 1, 1)  # nothing was known then: the first readings after it
    assert read_growth(session, EVERYTHING, until=LATER, since=early, unit_id=city.id) == {
        GOOGLE: Growth(1, (4.0, 4.2), (100, 150), FIRST, LATER)
    }


def test_a_later_word_about_a_day_takes_the_place_of_the_earlier(session: Session, now: datetime) -> None:
    unit = a_unit(session, now=now)
    keep(session, unit, GOOGLE, now, (TODAY, 400, 1))
    keep(session, unit, GOOGLE, now, (TODAY, 410, 2))
    assert read_standings(session, EVERYTHING, TODAY)[GOOGLE].reviews == 2


def test_who_left_for_the_pages_is_counted_once_a_site_within_the_days_and_without_suspects(
    session: Session, city: Unit, now: datetime
) -> None:
    north = office(session, "north")
    set_listing(session, unit_id=north.id, site=GOOGLE, link=LINK, now=now)
    set_listing(session, unit_id=city.id, site=TWOGIS, link="https://2gis.kz/firm/7/tab/reviews/addreview", now=now)
    listings = {listing.site: listing.id for listing in listings_for(session, north.id)}

    def click(site: Site, at: datetime, *, suspect: bool = False, times: int = 1) -> None:
        response = a_response(session, north, suspect=suspect, now=at)
        for _ in range(times):
            click = {"response_id": response, "listing_id": listings[site], "site": site, "url": LINK}
            session.execute(insert(ReviewClick).values(id=new_id(), clicked_at=at, **click))

    click(GOOGLE, now, times=2)
    click(GOOGLE, now)
    click(GOOGLE, now, suspect=True)
    click(GOOGLE, now - timedelta(days=2))
    click(TWOGIS, now)  # a page of the city, which the office only inherits
    since, until = now - timedelta(days=1), now + timedelta(seconds=1)
    assert count_left(session, EVERYTHING, since=since, until=until) == {GOOGLE: 2, TWOGIS: 1}
    assert count_left(session, EVERYTHING, since=since, until=until, unit_id=north.id) == {GOOGLE: 2}
