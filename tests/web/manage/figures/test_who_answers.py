"""Who answers, in the browser: every number leads to as many contacts."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role
from app.invitations.models import Delivery, Interaction
from app.kit.db import Database
from app.kit.ids import new_id
from app.messaging.models import Message, MessageState
from app.responses.models import SurveyResponse
from app.review_sites.models import ReviewClick
from app.touchpoints.service import add_touchpoint
from tests.analytics.test_response_rate import ASKED, Calls
from tests.web.staff import add_staff, signed_in

HOME = "/manage/figures/who-answers"


def fill(app: Flask, database: Database, now: datetime) -> None:
    """Each step once, both ways to be asked, two channels, and three who were not asked."""
    with database.transaction() as session:
        calls = Calls(session, app.extensions["otklik"].vault)
        add_staff(session, "admin", Role.ADMIN, calls.root.id, now=now)
        calls.ask()
        calls.ask(MessageState.FAILED)
        calls.ask(MessageState.HANDED_OVER)
        calls.ask(MessageState.DELIVERED, opens=1)
        calls.ask(MessageState.DELIVERED, opens=3, scanned=True)
        calls.answer(calls.ask(MessageState.HANDED_OVER), finished=False)
        calls.answer(calls.ask(MessageState.DELIVERED, MessageState.READ, opens=2))
        calls.answer(calls.ask(MessageState.DELIVERED), suspect=True)
        calls.answer(calls.ask(delivery=Delivery.SELF))
        calls.ask(delivery=Delivery.SELF, opens=1)
        session.scalars(select(Message).where(Message.state == MessageState.READ)).one().channel = "telegram"
        response = session.scalars(select(SurveyResponse.id).where(SurveyResponse.finished_at.is_not(None))).first()
        click = {"site": "google", "url": "https://google.example", "clicked_at": ASKED}
        session.add(ReviewClick(id=new_id(), response_id=response, **click))
        for reason in ("opted_out", "opted_out", "no_address", "history"):
            session.add(not_asked(calls, reason))


def not_asked(calls: Calls, reason: str) -> Interaction:
    key = new_id()
    return Interaction(
        id=key,
        source="pbx",
        external_id=str(key),
        body_hash=b"",
        channel="call",
        unit_id=calls.office.id,
        ended_at=ASKED,
        tags=[],
        decision="skipped",
        reason=reason,
        decided_at=ASKED,
    )


def soup(client: FlaskClient, address: str) -> BeautifulSoup:
    reply = client.get(address)
    assert reply.status_code == 200, address
    return BeautifulSoup(reply.text, "html.parser")


def number_of(link: Tag) -> int:
    return int(re.sub(r"\D", "", link.get_text()))


def test_every_count_leads_to_as_many_contacts(app: Flask, database: Database, now: datetime) -> None:
    fill(app, database, now)
    admin = signed_in(app, "admin")
    links = soup(admin, HOME).select("main a[href^='/manage/interactions']")
    told: dict[str, set[str]] = {}
    for link in links:
        for name, values in parse_qs(urlsplit(str(link["href"])).query).items():
            told.setdefault(name, set()).update(values)
        if link.get_text().endswith("%"):
            continue
        listed = soup(admin, str(link["href"]))
        (total,) = listed.select("p[role=status]")
        assert len(listed.select("tbody tr")) == number_of(total) == number_of(link), link
    assert told["step"] == {"invited", "sent", "delivered", "opened", "rated", "finished", "reviewed"}
    assert told["by"] == {"message", "shown", "sms", "telegram"}
    assert told["reason"] == {"opted_out", "no_address"}, "nobody decided about history"
    assert len(told["outcome"]) >= 7, "five alone, and two of several that rates are of"


def test_a_rate_leads_to_those_it_counts_and_walk_ups_to_who_finished(
    app: Flask, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        calls = Calls(session, app.extensions["otklik"].vault)
        add_staff(session, "admin", Role.ADMIN, calls.root.id, now=now)
        for place in range(14):
            asked = calls.ask(MessageState.DELIVERED)
            if place < 9:
                calls.answer(asked, finished=place < 6)
        code = add_touchpoint(session, unit_id=calls.office.id, survey_key="call-follow-up", now=ASKED)
        for place in range(12):
            calls.rate(touchpoint_id=code.id, finished=place < 5)
    admin = signed_in(app, "admin")
    page = soup(admin, HOME)
    shares = {row.th.next: row.select("td a") for row in page.select("tr:has(th .marked)")}  # type: ignore[union-attr]
    listed = {
        str(rate): [sum(map(number_of, soup(admin, str(link["href"])).select("p[role=status]"))) for link in links]
        for rate, links in shares.items()
    }
    assert {rate.partition(":")[0]: counts for rate, counts in listed.items()} == {
        "RR1": [6, 14],
        "RR2": [9, 14],
        "CON1": [9, 14],
        "COOP3": [9],
        "REF1": [0, 14],
    }
    finished = page.select("a[href*='finished=yes']")
    assert [link.get_text() for link in finished] == ["42%", "5"]
    assert "5 responses" in soup(admin, str(finished[0]["href"])).get_text(" ")


def test_a_filter_that_there_is_not_is_told_and_lists_nothing(app: Flask, database: Database, now: datetime) -> None:
    fill(app, database, now)
    admin = signed_in(app, "admin")
    for bent in ("step=flown", "by=pigeon", "outcome=x", "past=maybe", "by=%ed%a0%80"):
        assert admin.get(f"/manage/interactions?{bent}").status_code == 422, bent
