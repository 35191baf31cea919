"""The reading list and the coaching list in the browser: one tap each, and nothing typed is lost."""

import uuid
from datetime import datetime, timedelta

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.kit.db import Database
from app.organisation.employees import add_employee
from app.responses.models import SurveyResponse
from tests.web.acme import acme
from tests.web.staff import form_token, signed_in

LIST = "/manage/reading"


def _soup(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def _listed(browser: FlaskClient, address: str = LIST) -> list[str]:
    return [str(card["id"]).removeprefix("r-") for card in _soup(browser, address).select("li.reading")]


def _post(browser: FlaskClient, path: str, **form: object) -> tuple[int, str]:
    answer = browser.post(f"{LIST}/{path}", data={"csrf_token": form_token(browser), **form})
    return answer.status_code, answer.location if answer.status_code == 303 else answer.text


def test_a_page_is_read_by_a_tap_each_or_all_at_once(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        made = [
            str(company.answer("n1", 1 + number % 5, at=now - timedelta(minutes=number)).id) for number in range(60)
        ]
        company.answer("n1", at=now - timedelta(days=40))
    manager = signed_in(app, "manager")
    page = _soup(manager, LIST)
    assert page.select_one("[data-unread]").get_text() == "60"  # type: ignore[union-attr]
    assert _listed(manager) == made[:50]
    assert _post(manager, f"{made[0]}/acknowledge", back=f"{LIST}?band=happy") == (303, f"{LIST}?band=happy")
    assert _listed(manager) == made[1:51]
    ids = [str(one["value"]) for one in _soup(manager, LIST).select("input[name=response]")]
    assert _post(manager, "acknowledge", response=ids)[0] == 303
    assert _listed(manager) == made[51:]
    assert _listed(manager, f"{LIST}?days=90&before=") != _listed(manager)


def test_filters_narrow_and_what_cannot_be_read_is_said(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        clerk = add_employee(company.session, code="k1", name="K", unit_id=company.units["n1"].id, now=now)
        sad = company.answer("n1", 1, comment="slow")
        happy = company.answer("n2", 5, channel="call")
        happy.employee_id = clerk.id
        found = {"sad": str(sad.id), "happy": str(happy.id)}
    manager = signed_in(app, "manager")
    for query, wanted in (
        ("band=unhappy", ["sad"]),
        ("comment=no", ["happy"]),
        ("channel=call", ["happy"]),
        ("employee=k1", ["happy"]),
        ("unit=n2", ["happy"]),
        ("from=2100-01-01&suspect=yes", ["happy", "sad"]),
    ):
        assert sorted(_listed(manager, f"{LIST}?{query}")) == sorted(found[name] for name in wanted), query
    for query in ("band=x", "unit=%00", "before=x", "channel=%ED%A0%80"):
        assert manager.get(f"{LIST}?{query}").status_code in (200, 422), query


def test_other_regions_and_analysts_are_offered_nothing_to_do(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        response_id = company.answer("n1", 1, comment="slow").id
    elsewhere = signed_in(app, "elsewhere")
    assert (_listed(elsewhere), _soup(elsewhere, LIST).select("[data-unread]")) == ([], [])
    for path in ("acknowledge", "thank", "coaching", "case", "suspect", "genuine"):
        assert _post(elsewhere, f"{response_id}/{path}", note="x")[0] == 404, path


def test_a_refusal_shows_the_response_with_all_that_was_typed(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        response_id = company.answer("n1", 1, comment="slow").id
    manager = signed_in(app, "manager")
    for path, note, status, words in (
        ("suspect", "", 422, "Say why"),
        ("thank", "well done", 409, "Nobody knows which employee"),
        ("case", "y" * 501, 422, "500 characters fit"),
        ("suspect", "nul \x00", 422, "cannot be kept"),
    ):
        answered, text = _post(manager, f"{response_id}/{path}", note=note, back="//evil.example")
        page = BeautifulSoup(text, "html.parser")
        assert (answered, words in page.get_text()) == (status, True), path
        if "\x00" not in note:
            assert page.select_one("textarea").get_text().strip() == note  # type: ignore[union-attr]
        assert "evil" not in text
    assert len(_listed(manager)) == 1, "nothing was done"


def test_what_was_done_stands_on_the_pages_of_the_response_and_the_employee(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        clerk = add_employee(company.session, code="k1", name="Kind Clerk", unit_id=company.units["n1"].id, now=now)
        response = company.answer("n1", 1, comment="<b>slow</b> but kind")
        response.employee_id = clerk.id
        response_id = response.id
    manager = signed_in(app, "manager")
    page = f"/manage/responses/{response_id}"
    for path, note in (("thank", "well done"), ("coaching", "be faster"), ("case", "ring her"), ("suspect", "a test")):
        assert _post(manager, f"{response_id}/{path}", note=note, back=page) == (303, page), path
    told = " ".join(_soup(manager, page).find("main").get_text(" ").split())  # type: ignore[union-attr]
    for words in ("Acknowledged by", "thanked the employee: well done", "a case was opened", "marked it as suspect"):
        assert words in told, words
    praised = " ".join(_soup(manager, "/manage/employees/k1").find("main").get_text(" ").split())  # type: ignore[union-attr]
    assert "<b>slow</b> but kind" in praised
    assert "well done" in praised
    coaching = _soup(manager, "/manage/coaching")
    form = coaching.select_one("main form.filters")
    assert form is not None
    assert "be faster" in coaching.get_text()
    done = manager.post(str(form["action"]), data={"csrf_token": form_token(manager), "note": "agreed"})
    assert done.status_code == 303
    assert "agreed" in manager.get("/manage/coaching?done=yes").text
    again = manager.post(str(form["action"]), data={"csrf_token": form_token(manager)})
    assert again.status_code == 409
    with database.reading() as session:
        assert session.get_one(SurveyResponse, uuid.UUID(str(response_id))).suspect
