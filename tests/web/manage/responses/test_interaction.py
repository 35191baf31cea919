"""What staff see of the call behind a response: on the page of the response and on that of its case."""

import uuid
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select

from app.accounts.scope import EVERYTHING
from app.analytics.export_rows import export_responses
from app.analytics.filters import ResponseFilter
from app.callbacks.models import CallbackCase
from app.invitations.models import Interaction
from app.invitations.recordings import safe_link
from app.kit.db import Database
from app.kit.i18n import Language
from app.organisation.employees import add_employee
from app.responses.models import Via
from app.routing.invited import AnswerIn, take_invited_rating
from tests.callers import CALL, make_asked_call
from tests.web.staff import make_company, signed_in
from tests.web.statements import counted

TYPED = '<script>alert("topic")</script> \u202eabc'


@pytest.fixture
def rated(app: Flask, database: Database, now: datetime) -> tuple[uuid.UUID, uuid.UUID]:
    """A call in the eastern office, rated 1; the same person rang another one before. Returns response and case."""
    wired = app.extensions["otklik"]
    with database.transaction() as session:
        company = make_company(session, now=now)
        operator = add_employee(session, code="op-1", name="Operator <b>", unit_id=company.east_office, now=now)
        make_asked_call(session, wired.vault, company.west_office, now=now, ended_at=now - timedelta(days=2))
        before = make_asked_call(session, wired.vault, company.east_office, now=now, ended_at=now - timedelta(days=3))
        call = make_asked_call(session, wired.vault, company.east_office, now=now, employee_id=operator.id)
        interaction = session.get_one(Interaction, call.invitation.interaction_id)
        interaction.topic, interaction.tags, interaction.resolved = TYPED, ["vip", "<i>"], False
        for each, rating in ((before, 5), (call, 1)):
            taken = take_invited_rating(
                session,
                wired.desk,
                invitation=each.invitation,
                definition=CALL,
                rating=rating,
                answer=AnswerIn(Via.SMS, Language.RU, same_person=True),
                now=now,
            )
        case_id = session.scalars(select(CallbackCase.id)).one()
    return taken.response_id, case_id


def card(app: Flask, who: str, address: str) -> Tag:
    page = BeautifulSoup(signed_in(app, who).get(address).text, "html.parser")
    found = page.select_one("section[aria-labelledby=interaction]")
    assert found is not None
    assert not page.find_all("script", src=False)
    return found


@pytest.mark.parametrize("page", ["responses", "callbacks"])
def test_the_call_is_told_with_its_operator_times_and_recording(
    app: Flask, rated: tuple[uuid.UUID, uuid.UUID], page: str
) -> None:
    shown = card(app, "manager", f"/manage/{page}/{rated[page == 'callbacks']}")
    words = " ".join(shown.get_text(" ").split())
    for told in ("Call", "Operator <b>", TYPED, "42 s", "3 min 0 s", "No, as the employee noted", "<i>", "pbx"):
        assert told in words
    link = shown.find("a", href="https://pbx.example/records/1")
    assert isinstance(link, Tag)
    assert (link["rel"], link["target"]) == (["noopener", "noreferrer"], "_blank")


def test_others_of_the_same_person_are_told_only_where_the_reader_may_look(
    app: Flask, rated: tuple[uuid.UUID, uuid.UUID]
) -> None:
    assert "1 more contact of this person lately" in card(app, "manager", f"/manage/responses/{rated[0]}").get_text()
    assert "2 more contacts of this person lately" in card(app, "admin", f"/manage/responses/{rated[0]}").get_text()
    assert signed_in(app, "elsewhere").get(f"/manage/responses/{rated[0]}").status_code == 404


def test_an_answer_without_a_code_is_listed_counted_and_exported_with_its_way(
    app: Flask, database: Database, rated: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with database.reading() as session:
        rows = list(export_responses(session, ResponseFilter(), scope=EVERYTHING))
    assert [(row.touchpoint, row.via, row.channel, row.rating) for row in rows] == [
        (None, "sms", "call", 5),
        (None, "sms", "call", 1),
    ]
    browser = signed_in(app, "manager")
    page = BeautifulSoup(browser.get("/manage/responses?via=sms").text, "html.parser")
    assert len(page.select(".said-head")) == 2
    assert "Operator <b>" in page.get_text()
    assert browser.get("/manage/?unit=east").status_code == 200


def test_looking_at_a_call_holds_up_nobody_who_answers_it(
    app: Flask, database: Database, rated: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with database.reading() as session:
        answered = session.scalars(select(Interaction.id).where(Interaction.decision == "invited")).all()
    browser = signed_in(app, "admin")
    with counted(database) as statements:
        shown = [browser.get(f"/manage/interactions/{interaction_id}") for interaction_id in answered]
    assert sum("The answer" in page.text for page in shown) == 2
    assert not [statement for statement in statements if "FOR UPDATE" in statement]


def test_responses_are_narrowed_to_an_employee(app: Flask, rated: tuple[uuid.UUID, uuid.UUID]) -> None:
    browser = signed_in(app, "manager")
    for code, found in (("op-1", 1), ("nobody", 0)):
        page = BeautifulSoup(browser.get(f"/manage/responses?employee={code}").text, "html.parser")
        assert len(page.select(".said-head")) == found
        assert f"Employee {code}" in page.get_text()


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://pbx.example/r/1", True),
        ("HTTP://pbx.example/r/1", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//pbx.example/r", False),
        ("https://", False),
        ("https://[broken", False),
        ("java\nscript:alert(1)", False),
        ("ftp://pbx.example/r", False),
        ("", False),
        (None, False),
    ],
)
def test_only_an_address_of_a_web_page_becomes_a_link(address: str | None, linked: bool) -> None:
    assert (safe_link(address) == address and address is not None and address != "") is linked
