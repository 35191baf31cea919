"""The page of the contact centre: figures with their n, each a way to the contacts or the answers behind it."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select

from app.invitations.models import Interaction
from app.kit.db import Database
from tests.analytics.contacts import clerk, contact
from tests.web.acme import acme
from tests.web.staff import signed_in

HOME = "/manage/figures/contact-centre"


def fill(database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        person = clerk(company, "clerk")
        for place in range(40):
            at = now - timedelta(hours=1 + place)
            wait, channel = place % 4 * 20, "chat" if place % 5 == 0 else "call"
            contact(company, 5 if place % 3 else 2, employee=person, topic="billing", wait=wait, channel=channel, at=at)
        for _ in range(12):
            contact(company, answered=False, unit="s1")


def page_of(app: Flask, address: str = HOME, name: str = "admin") -> BeautifulSoup:
    answer = signed_in(app, name).get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def number_of(tag: Tag) -> int:
    return int(re.sub(r"\D", "", tag.get_text()) or 0)


def test_every_number_leads_to_as_many_answers(app: Flask, database: Database, now: datetime) -> None:
    fill(database, now)
    page, browser = page_of(app), signed_in(app, "admin")

    told = page.select("main a[href^='/manage/responses']")
    links = [link for link in told if re.fullmatch(r"\d+( answers)?", link.get_text().strip())]

    assert len({str(link["href"]) for link in links}) >= 6, "bands, topics and employees have some"
    for link in links:
        listed = BeautifulSoup(browser.get(str(link["href"])).text, "html.parser").select("p[role=status]")
        assert [number_of(each) for each in listed] == [number_of(link)], link


def test_every_share_of_satisfied_leads_to_those_who_are(app: Flask, database: Database, now: datetime) -> None:
    fill(database, now)
    page, browser = page_of(app), signed_in(app, "admin")

    rows = page.select(".ranking tbody tr")
    pairs = [(row.select_one("[data-head=Satisfied] a"), row.select_one("[data-head=Answers] a")) for row in rows]
    told = [(share, number_of(n)) for share, n in pairs if share is not None and n is not None]

    assert len(told) >= 4, "bands, topics and employees have some"
    for share, n in told:
        (listed,) = BeautifulSoup(browser.get(str(share["href"])).text, "html.parser").select("p[role=status]")
        assert f"{number_of(listed) / n:.0%}" == share.get_text(), share


def test_every_number_of_contacts_leads_to_as_many_of_them(app: Flask, database: Database, now: datetime) -> None:
    fill(database, now)
    with database.transaction() as session:
        for place, one in enumerate(session.scalars(select(Interaction).order_by(Interaction.id))):
            one.resolved, one.handle_seconds = place % 2 == 0 if place % 3 else None, 50 + place % 20
            one.wait_seconds = one.wait_seconds or 0
    page, browser = page_of(app), signed_in(app, "admin")
    links = [link for link in page.select("main a[href^='/manage/interactions']") if "s" not in link.get_text().split()]
    told = {name for link in links for name in parse_qs(urlsplit(str(link["href"])).query)}
    counted = [link for link in links if re.fullmatch(r"(of )?\d+( contacts)?", link.get_text().strip())]
    assert told >= {"taken", "resolved", "waited", "handled", "employee", "about"}
    assert len(counted) >= 14
    for link in counted:
        listed = BeautifulSoup(browser.get(str(link["href"])).text, "html.parser").select("p[role=status]")
        assert [number_of(each) for each in listed] == [number_of(link)], link
    for bent in ("waited=soon", "handled=9-x", "taken=perhaps", "outcome=interview,flown", "outcome=,", "waited=%00"):
        assert browser.get(f"/manage/interactions?{bent}").status_code == 422, bent


def test_whoever_rated_a_contact_is_told_apart_from_walk_ups(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        for place in range(20):
            contact(company, 4 if place % 2 else 2)
        company.answers("n1", {1: 30})
    page = page_of(app)
    told = {card.h2.get_text(): " ".join(card.get_text(" ").split()) for card in page.select(".figure")}  # type: ignore[union-attr]
    assert told["Satisfied"].startswith("Satisfied 50%")
    assert told["Mean rating"].startswith("Mean rating 3.00")
    link = page.select_one("#f-mean ~ p.soft a")
    assert link is not None
    assert "20 responses" in page_of(app, str(link["href"])).get_text(" ")


def test_the_shares_say_of_how_many_contacts_they_are(app: Flask, database: Database, now: datetime) -> None:
    fill(database, now)

    told = {card.h2.get_text(): " ".join(card.get_text(" ").split()) for card in page_of(app).select(".figure")}  # type: ignore[union-attr]

    assert told["Contacts"].startswith("Contacts 52")
    assert "77%" in told["Contacts taken"]
    assert "of 52 contacts" in told["Contacts taken"]
    assert "has not told this" in told["Settled at once"]
    assert "30.00 s" in told["Waiting, mean"]
    assert "95 times in 100 between" in told["Waiting, mean"]


def test_a_manager_of_another_city_sees_her_contacts_alone(app: Flask, database: Database, now: datetime) -> None:
    fill(database, now)

    page = page_of(app, name="elsewhere").get_text()

    assert "billing" not in page
    assert "clerk" not in page
    assert page_of(app, name="elsewhere").select_one(".figure .value").get_text() == "12"  # type: ignore[union-attr]


def test_without_a_contact_the_page_says_how_they_come(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now):
        pass

    assert "through the API" in page_of(app).get_text()


def test_where_nobody_was_asked_the_page_of_first_resolution_points_to_what_was_settled(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        for place in range(40):
            contact(company, resolved=place % 4 > 0)
    said = " ".join(page_of(app, "/manage/figures?metric=fcr").get_text(" ").split())
    assert "Settled at once 75%" in said
    assert "of 40 contacts" in said
    assert page_of(app, "/manage/figures?metric=fcr&unit=n1").select_one("main a[href*='contact-centre?unit=n1']")
    assert "Settled at once" not in page_of(app, "/manage/figures?metric=fcr&unit=s1").get_text()


def test_what_was_settled_at_once_leads_to_those_very_contacts(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        for place in range(30):
            contact(company, resolved=place < 20, answered=None if place % 2 else True)
        contact(company, resolved=True, answered=False)
    link = page_of(app).select_one("a[href*='resolved=yes']")
    assert link is not None
    assert "20 contacts" in page_of(app, str(link["href"])).get_text()
