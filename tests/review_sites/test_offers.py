"""Who is offered which site, and what is noted about it."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.organisation.models import Unit
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.service import (
    Click,
    Offer,
    find_offered_sites,
    form_action_hosts,
    list_clicks,
    offers_for,
    record_click,
    record_offer,
    set_listing,
)
from app.surveys.definition import Band
from app.touchpoints.models import Channel
from tests.review_sites.answers import USUAL, a_catalogue, a_response, a_unit

ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
def office(session: Session, now: datetime) -> Unit:
    """An office on three sites."""
    unit = a_unit(session, now=now)
    for site in (Site.GOOGLE, Site.YANDEX, Site.TRUSTPILOT):
        set_listing(session, unit_id=unit.id, site=site, link=f"https://{site}.example/own", now=now)
    return unit


def offered(
    session: Session,
    catalogue: Catalogue,
    unit: Unit,
    *,
    band: Band | None = Band.HAPPY,
    channel: Channel = Channel.VISIT,
    now: datetime,
) -> list[Offer]:
    return offers_for(session, catalogue, unit_id=unit.id, band=band, channel=channel, now=now)


def sites(offers: list[Offer]) -> list[str]:
    return [offer.site.value for offer in offers]


@pytest.mark.parametrize("band", [*Band, None])
def test_everybody_is_offered_the_same_sites_in_the_order_of_the_catalogue(
    session: Session, office: Unit, now: datetime, band: Band | None
) -> None:
    catalogue = a_catalogue(yandex=USUAL, google=USUAL, facebook=USUAL)
    offers = offered(session, catalogue, office, band=band, now=now)
    assert [(offer.name, offer.link, offer.host) for offer in offers] == [
        ("yandex", "https://yandex.example/own", "yandex.example"),
        ("google", "https://google.example/own", "google.example"),
    ]


@pytest.mark.parametrize(
    ("band", "expected"),
    [
        (Band.HAPPY, ["google", "yandex"]),
        (Band.NEUTRAL, ["yandex"]),
        (Band.UNHAPPY, ["yandex"]),
        (None, ["yandex"]),
    ],
)
def test_a_site_for_the_happy_is_offered_to_the_happy_only(
    session: Session, office: Unit, now: datetime, band: Band | None, expected: list[str]
) -> None:
    catalogue = a_catalogue(google={"offer_to": "happy"}, yandex=USUAL)
    assert sites(offered(session, catalogue, office, band=band, now=now)) == expected


@pytest.mark.parametrize("channel", list(Channel))
def test_a_site_barred_from_the_premises_is_not_offered_after_a_visit(
    session: Session, office: Unit, now: datetime, channel: Channel
) -> None:
    catalogue = a_catalogue(google=USUAL, trustpilot={"on_premises": False})
    expected = ["google"] if channel is Channel.VISIT else ["google", "trustpilot"]
    assert sites(offered(session, catalogue, office, channel=channel, now=now)) == expected


def test_a_site_switched_off_is_never_offered(session: Session, office: Unit, now: datetime) -> None:
    assert sites(offered(session, a_catalogue(google={"enabled": False}, yandex=USUAL), office, now=now)) == ["yandex"]


def test_a_listing_rests_when_its_day_is_full_and_wakes_at_the_units_midnight(session: Session, office: Unit) -> None:
    catalogue = a_catalogue(google={"daily_cap": 2}, yandex={"daily_cap": 9})
    evening = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)  # 23:30 in Almaty

    for expected in (["google", "yandex"], ["google", "yandex"], ["yandex"]):
        offers = offered(session, catalogue, office, now=evening)
        assert sites(offers) == expected
        if offers[0].site is Site.GOOGLE:
            record_click(session, a_response(session, office, now=evening), offers[0], now=evening)

    assert sites(offered(session, catalogue, office, now=evening + timedelta(minutes=29))) == ["yandex"]
    assert sites(offered(session, catalogue, office, now=evening + timedelta(minutes=31))) == ["google", "yandex"]


def test_one_respondent_who_clicks_again_and_again_does_not_fill_the_day(
    session: Session, office: Unit, now: datetime
) -> None:
    catalogue = a_catalogue(google={"daily_cap": 2})
    [offer] = offered(session, catalogue, office, now=now)
    response = a_response(session, office, now=now)
    for _ in range(30):
        record_click(session, response, offer, now=now)
    assert offered(session, catalogue, office, now=now) == [offer]
    record_click(session, a_response(session, office, now=now), offer, now=now)
    assert offered(session, catalogue, office, now=now) == []


def test_suspect_answers_do_not_fill_the_day(session: Session, office: Unit, now: datetime) -> None:
    catalogue = a_catalogue(google={"daily_cap": 1})
    [offer] = offered(session, catalogue, office, now=now)
    record_click(session, a_response(session, office, suspect=True, now=now), offer, now=now)
    assert offered(session, catalogue, office, now=now) == [offer]


def test_a_listing_at_a_host_that_was_taken_out_is_not_offered(session: Session, office: Unit, now: datetime) -> None:
    catalogue = a_catalogue(google={"hosts": ["elsewhere.example"]}, yandex={"hosts": ["x.example", "yandex.example"]})
    assert sites(offered(session, catalogue, office, now=now)) == ["yandex"]


def test_a_button_shown_before_the_day_was_full_still_works(session: Session, office: Unit, now: datetime) -> None:
    catalogue = a_catalogue(google={"daily_cap": 1})
    [offer] = offered(session, catalogue, office, now=now)
    record_click(session, a_response(session, office, now=now), offer, now=now)
    assert offered(session, catalogue, office, now=now) == []
    still = offers_for(
        session, catalogue, unit_id=office.id, band=None, channel=Channel.VISIT, now=now, heed_caps=False
    )
    assert still == [offer]


def test_a_cap_counts_the_page_that_people_are_sent_to_wherever_they_come_from(session: Session, now: datetime) -> None:
    city = a_unit(session, kind="city", now=now)
    here, there = a_unit(session, below=city, now=now), a_unit(session, below=city, now=now)
    own = a_unit(session, below=city, now=now)
    for unit in (city, own):
        set_listing(session, unit_id=unit.id, site=Site.GOOGLE, link="https://google.example/page", now=now)
    catalogue = a_catalogue(google={"daily_cap": 1})
    [offer] = offered(session, catalogue, here, now=now)
    record_click(session, a_response(session, here, now=now), offer, now=now)
    assert offered(session, catalogue, there, now=now) == []
    assert sites(offered(session, catalogue, own, now=now)) == ["google"]


def test_a_page_names_every_host_that_its_buttons_may_pass_through(
    session: Session, office: Unit, now: datetime
) -> None:
    catalogue = a_catalogue(google={"redirects_to": ["consent.example", "accounts.example"]}, yandex={"enabled": False})
    offers = offered(session, catalogue, office, now=now)
    assert form_action_hosts(offers, catalogue) == [
        "https://accounts.example",
        "https://consent.example",
        "https://google.example",
    ]
    assert form_action_hosts([], catalogue) == []


def test_clicks_are_kept_in_order_with_the_address_of_their_day(session: Session, office: Unit, now: datetime) -> None:
    catalogue = a_catalogue(google=USUAL, yandex=USUAL)
    response, other = a_response(session, office, now=now), a_response(session, office, now=now)
    google, yandex = offered(session, catalogue, office, now=now)
    later = now + timedelta(seconds=5)
    assert record_click(session, response, yandex, now=later) == "https://yandex.example/own"
    assert record_click(session, response, google, now=now) == "https://google.example/own"
    set_listing(session, unit_id=office.id, site=Site.GOOGLE, link="https://google.example/new", now=later)
    assert list_clicks(session, response) == [
        Click(Site.GOOGLE, "https://google.example/own", now),
        Click(Site.YANDEX, "https://yandex.example/own", later),
    ]
    assert list_clicks(session, other) == []


def test_what_a_page_led_with_is_noted_once(session: Session, office: Unit, now: datetime) -> None:
    response = a_response(session, office, now=now)
    record_offer(session, response, [Site.YANDEX, Site.GOOGLE], now=now)
    record_offer(session, response, [Site.GOOGLE], now=now + timedelta(hours=1))
    assert find_offered_sites(session, response) == [Site.YANDEX, Site.GOOGLE]


def test_a_page_without_sites_leaves_no_note(session: Session, office: Unit, now: datetime) -> None:
    response = a_response(session, office, now=now)
    record_offer(session, response, [], now=now)
    assert find_offered_sites(session, response) == []
    assert find_offered_sites(session, uuid.uuid4()) == []
