"""Listings are inherited down the tree."""

import uuid
from datetime import datetime

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.review_sites.catalogue import Site
from app.review_sites.models import ReviewListing
from app.review_sites.service import ListingChanges, listings_for, remove_listing, set_listing, set_listings
from tests.review_sites.answers import a_unit

LINK = "https://2gis.kz/firm/{}/tab/reviews/addreview"


def test_an_office_has_its_own_page_and_inherits_the_nearest_of_the_rest(session: Session, now: datetime) -> None:
    city = a_unit(session, kind="city", now=now)
    office = a_unit(session, below=city, now=now)
    desk = a_unit(session, below=office, kind="desk", now=now)
    elsewhere = a_unit(session, below=city, now=now)
    set_listing(session, unit_id=city.id, site=Site.TWOGIS, link=LINK.format(1), now=now)
    set_listing(session, unit_id=city.id, site=Site.TRUSTPILOT, link="https://t.example/evaluate/x", now=now)
    set_listing(session, unit_id=office.id, site=Site.TWOGIS, link=LINK.format(2), now=now)

    def shown(unit_id: uuid.UUID) -> list[tuple[Site, str, bool]]:
        return [(each.site, each.link, each.inherited) for each in listings_for(session, unit_id)]

    trustpilot = (Site.TRUSTPILOT, "https://t.example/evaluate/x", True)
    assert shown(office.id) == [(Site.TWOGIS, LINK.format(2), False), trustpilot]
    assert shown(desk.id) == [(Site.TWOGIS, LINK.format(2), True), trustpilot]
    assert shown(elsewhere.id) == [(Site.TWOGIS, LINK.format(1), True), trustpilot]


def test_a_unit_with_no_page_anywhere_above_has_no_listing(session: Session, now: datetime) -> None:
    assert listings_for(session, a_unit(session, now=now).id) == []


def test_listings_of_a_unit_are_one_query(session: Session, now: datetime) -> None:
    office = a_unit(session, below=a_unit(session, kind="city", now=now), now=now)
    statements: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
    listings_for(session, office.id)
    assert len(statements) == 1


def test_setting_the_same_page_again_changes_nothing(session: Session, now: datetime) -> None:
    office = a_unit(session, now=now)
    first = set_listing(session, unit_id=office.id, site=Site.TWOGIS, link=LINK.format(1), now=now)
    again = set_listing(session, unit_id=office.id, site=Site.TWOGIS, link=LINK.format(1), now=now)
    other = set_listing(session, unit_id=office.id, site=Site.TWOGIS, link=LINK.format(2), now=now)
    assert (first, again, other) == (ListingChanges(added=1), ListingChanges(same=1), ListingChanges(changed=1))
    assert [each.link for each in listings_for(session, office.id)] == [LINK.format(2)]
    assert session.scalar(select(func.count()).select_from(ReviewListing)) == 1


def test_many_units_get_their_pages_in_a_few_statements(session: Session, now: datetime) -> None:
    offices = [a_unit(session, now=now) for _ in range(12)]
    links = {(office.id, Site.TWOGIS): LINK.format(number) for number, office in enumerate(offices)}
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert set_listings(session, links, now=now) == ListingChanges(added=12)
    links[offices[3].id, Site.TWOGIS] = LINK.format(99)
    links[offices[3].id, Site.GOOGLE] = "https://g.page/r/x/review"
    assert set_listings(session, links, now=now) == ListingChanges(added=1, changed=1, same=11)
    assert len(statements) <= 5


def test_a_page_taken_away_is_inherited_again(session: Session, now: datetime) -> None:
    city = a_unit(session, kind="city", now=now)
    office = a_unit(session, below=city, now=now)
    for unit, number in ((city, 1), (office, 2)):
        set_listing(session, unit_id=unit.id, site=Site.TWOGIS, link=LINK.format(number), now=now)
    assert remove_listing(session, unit_id=office.id, site=Site.TWOGIS)
    assert not remove_listing(session, unit_id=office.id, site=Site.TWOGIS)
    assert [each.link for each in listings_for(session, office.id)] == [LINK.format(1)]
