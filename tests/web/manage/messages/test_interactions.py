"""The pages of interactions and of who is asked: what was decided and why, and another policy tried on the past."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.invitations.drafts import Accepted, InteractionDraft
from app.invitations.models import Interaction
from app.invitations.service import accept_many
from app.kit.db import Database
from app.messaging.models import Message
from app.organisation.employees import add_employee
from app.touchpoints.models import Channel
from config.settings import ROOT
from tests.web.staff import Company, form_token, make_company, signed_in

ADDRESS = "/manage/settings/delivery"
TYPED = '<script>alert("topic")</script>'


@pytest.fixture
def told(app: Flask, database: Database, now: datetime) -> list[Accepted]:
    """Three calls in the east (asked, asked lately, nobody took it) and one in the west."""
    ask = app.extensions["otklik"].ask
    with database.transaction() as session:
        company: Company = make_company(session, now=now)
        add_employee(session, code="op-1", name="Asel <b>", unit_id=company.east_office, now=now)

        def call(name: str, **changes: Any) -> InteractionDraft:
            values: dict[str, Any] = {
                "source": "pbx",
                "external_id": name,
                "channel": Channel.CALL,
                "unit": "east-1",
                "employee": "op-1",
                "phone": "+77011234567",
                "ended_at": now - timedelta(minutes=10),
                **changes,
            }
            return InteractionDraft(**values)

        drafts = [
            call("asked", topic=TYPED),
            call("lately", ended_at=now - timedelta(minutes=2)),
            call("missed", answered=False, phone=None, ended_at=now - timedelta(days=3)),
            call("west", unit="west-1", employee=None, phone="+77017654321"),
        ]
        results = accept_many(session, ask, drafts, now=now)
    return [result for result in results if isinstance(result, Accepted)]


def test_the_list_says_what_was_decided_and_why_within_ones_units(app: Flask, told: list[Accepted]) -> None:
    page = signed_in(app, "manager").get("/manage/interactions").text
    assert page.count('role="rowheader"') == 3
    for words in ("Asked lately", "Nobody answered", "Asel &lt;b&gt;", "&lt;script&gt;"):
        assert words in page
    assert "West 1" not in page
    assert TYPED not in page


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("decision=invited", 2),
        ("decision=skipped", 2),
        ("reason=asked_lately", 1),
        ("unit=west", 1),
        ("employee=op-1", 3),
        ("channel=visit", 0),
        ("to=2026-03-02", 1),
        ("from=2026-03-04", 3),
    ],
)
def test_the_list_is_narrowed_by_its_filters(app: Flask, told: list[Accepted], query: str, rows: int) -> None:
    page = signed_in(app, "admin").get(f"/manage/interactions?{query}").text
    assert page.count('role="rowheader"') == rows
    assert ("No interaction fits" in page) is (rows == 0)


@pytest.mark.parametrize("query", ["decision=maybe", "reason=%00", "unit=nowhere", "from=soon", "to=9999-12-31"])
def test_a_filter_that_cannot_be_read_is_told(app: Flask, told: list[Accepted], query: str) -> None:
    assert signed_in(app, "admin").get(f"/manage/interactions?{query}").status_code == 422


def test_the_list_goes_on_at_its_cursor(app: Flask, database: Database, told: list[Accepted], now: datetime) -> None:
    ask = app.extensions["otklik"].ask
    with database.transaction() as session:
        accept_many(
            session,
            ask,
            [
                InteractionDraft("pbx", f"old-{number}", Channel.CALL, "east-1", now - timedelta(days=9))
                for number in range(60)
            ],
            now=now,
        )
    browser = signed_in(app, "manager")
    first = browser.get("/manage/interactions")
    assert first.text.count('role="rowheader"') == 50
    older = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(older).text.count('role="rowheader"') == 13
    assert browser.get("/manage/interactions?before=nonsense").status_code == 422


def test_one_interaction_shows_its_messages_and_why_not(app: Flask, told: list[Accepted]) -> None:
    browser = signed_in(app, "manager")
    asked = browser.get(f"/manage/interactions/{told[0].interaction_id}").text
    assert "Invitation" in asked
    assert "Not answered yet." in asked
    lately = browser.get(f"/manage/interactions/{told[1].interaction_id}").text
    assert "The person had been asked a short time before." in lately
    assert browser.get(f"/manage/interactions/{told[3].interaction_id}").status_code == 404


def test_an_empty_list_says_how_interactions_come_here(app: Flask, database: Database, now: datetime) -> None:
    with database.transaction() as session:
        make_company(session, now=now)
    assert "No interactions yet" in signed_in(app, "manager").get("/manage/interactions").text


def test_the_policy_is_told_in_sentences_and_played_on_the_past(app: Flask, told: list[Accepted]) -> None:
    browser = signed_in(app, "admin")
    page = browser.get(ADDRESS).text
    assert "Whoever was asked is left alone for 7 days, over all channels." in page
    assert "Numbers of these countries are written to: Kazakhstan." in page
    played = browser.get(f"{ADDRESS}?days=7").text
    assert "<b>4</b> interactions" in played
    assert "<b>2</b> asked" in played
    assert "Asked lately" in played


def test_another_policy_is_tried_and_not_kept(app: Flask, database: Database, told: list[Accepted]) -> None:
    text = (
        "surveys: {call: nps}\nask_again_after_days: 0\nchannels: [sms]\ncurrency: KZT\nprices: {sms: 10}\n"
        "reminder: {after_days: 2, by: email}\nunits: {west: {ask: false}, nowhere: {daily_cap: 5}}"
    )
    browser = signed_in(app, "admin")
    page = post(browser, text=text, days="30")
    assert page.status_code == 200
    for words in (
        "This is the policy that you tried.",
        "<b>2</b> asked",
        "Nobody is asked.",
        "no such unit",
        "At most 5 people are asked a day",
        "KZT20.00",
    ):
        assert words in page.text, words
    as_file = browser.post(
        ADDRESS,
        data={"csrf_token": form_token(browser), "file": (io.BytesIO(text.encode()), "delivery.yaml"), "days": "7"},
    )
    assert "<b>2</b> asked" in as_file.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Interaction)) == 4
        assert session.scalar(select(func.count()).select_from(Message)) == 2
    assert "left alone for 7 days" in browser.get(ADDRESS).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file or put its text in."),
        ("channels: [sms]\nask: perhaps", "delivery.yaml:2: ask: must be true or false"),
        ("surveys: {call: coffee}\nchannels: [sms]\ncurrency: KZT", "no survey coffee"),
        ("\0", "invisible character"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_a_policy_with_mistakes_is_shown_again_with_its_lines(
    app: Flask, told: list[Accepted], text: str, said: str
) -> None:
    page = post(signed_in(app, "admin"), text=text)
    assert page.status_code == 422
    assert said in page.text
    assert "<script>" not in page.text.replace('<script type="module"', "")


def test_who_runs_a_part_of_the_company_does_not_see_its_policy(app: Flask, told: list[Accepted]) -> None:
    assert signed_in(app, "manager").get(ADDRESS).status_code == 403


def post(browser: FlaskClient, **form: str) -> Any:
    return browser.post(ADDRESS, data={"csrf_token": form_token(browser), **form})


def test_trying_another_policy_begins_with_the_one_in_force(app: Flask, company: Company) -> None:
    page = BeautifulSoup(signed_in(app, "admin").get(ADDRESS).text, "html.parser")
    box = page.select_one("textarea[name=text]")
    assert box is not None
    assert box.get_text().strip() == (ROOT / "config" / "delivery.yaml").read_text("utf-8").strip()
