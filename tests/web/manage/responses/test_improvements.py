"""What customers asked for, in the browser: from a wish to words on the page after somebody's rating."""

import uuid
from datetime import datetime

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.callbacks.improvements.models import Improvement
from app.kit.crypto import digest
from app.kit.db import Database
from app.responses.models import SurveyResponse
from tests.web.acme import acme
from tests.web.staff import form_token, signed_in

HOME = "/manage/improvements"


def _soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def _post(browser: FlaskClient, path: str, **form: object) -> tuple[int, str]:
    answer = browser.post(f"{HOME}{path}", data={"csrf_token": form_token(browser), **form})
    return answer.status_code, answer.location if answer.status_code == 303 else answer.text


def test_from_a_comment_to_the_page_of_the_next_respondent(app: Flask, database: Database, now: datetime) -> None:
    key = "k" * 22
    with acme(database, now) as company:
        asked = company.answer("n1", 2, comment="a chair, <please>")
        answered, kiosk = company.answer("n1", 5, language="en"), company.answer("n1", 5, language="en")
        answered.key_hash, kiosk.key_hash, kiosk.via = digest(key), digest(key[1:]), "kiosk"
        response_id = asked.id
    manager = signed_in(app, "manager")
    assert _post(manager, f"/mark/{response_id}", back="/manage/reading")[0] == 303
    assert _post(manager, f"/mark/{response_id}")[0] == 409
    page = _soup(manager.get(f"{HOME}/wishes").text)
    assert page.select(".wish bdi")[0].get_text() == "a chair, <please>"
    wish = str(page.select_one("input[name=wish]")["value"])  # type: ignore[index]
    status, text = _post(manager, "/wishes", wish=wish, title=" ", do="gather")
    assert (status, "Say in a few words" in text) == (422, True)
    assert _soup(text).select_one("input[name=wish][checked]") is not None, "what was ticked stays ticked"
    status, place = _post(manager, "/wishes", wish=wish, title="Chairs", do="gather")
    assert status == 303
    shown = {"title": "Chairs", "state": "done", "done_en": "chairs & water", "shown": "yes", "owner": ""}
    status, text = _post(manager, place.removeprefix(HOME), **{**shown, "state": "planned"})
    assert (status, "Set it to" in text, "chairs &amp; water" in text) == (409, True, True)
    assert _post(manager, place.removeprefix(HOME), **shown)[0] == 303
    assert f"{response_id}" in manager.get(f"/manage/responses?improvement={place.rsplit('/', 1)[1]}").text
    assert "answered anonymously" in manager.get(f"{place}/tell").text
    thanks = _soup(app.test_client().get(f"/r/{key}").text)
    assert [one.get_text() for one in thanks.select("#done ~ ul bdi")] == ["chairs & water"]
    assert "chairs" not in app.test_client().get(f"/r/{key}?lang=ru").text, "nobody said it in Russian"
    assert "chairs" not in app.test_client().get(f"/r/{key[1:]}").text, "a tablet shows its question again"


def test_the_telling_is_confirmed_and_only_what_is_done_is_told(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now):
        pass
    manager = signed_in(app, "manager")
    status, place = _post(manager, "/new", title="Chairs", unit="north")
    assert status == 303
    assert _post(manager, f"{place.removeprefix(HOME)}/tell")[0] == 409
    _post(manager, place.removeprefix(HOME), title="Chairs", state="done", done_ru="стулья")
    assert _post(manager, f"{place.removeprefix(HOME)}/tell") == (303, place)
    assert "They are being told" in manager.get(place).text
    with database.reading() as session:
        assert session.scalars(select(Improvement.telling_since)).one() == now


def test_bad_input_is_answered_in_words(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        comment = company.answer("n1", 2, comment=None).id
    manager = signed_in(app, "manager")
    for path, form in (
        ("/new", {"title": "", "unit": "north"}),
        ("/new", {"title": "x\x00", "unit": "north"}),
        ("/new", {"title": "x" * 50_000, "unit": "north"}),
        ("/new", {"title": "Chairs", "unit": "s1"}),
        ("/new", {"title": "Chairs", "unit": "\x00"}),
        ("/wishes", {"wish": "x", "title": "Chairs", "do": "gather"}),
        ("/wishes", {"wish": [str(uuid.UUID(int=n)) for n in range(101)], "do": "dismiss"}),
        (f"/mark/{comment}", {}),
    ):
        assert _post(manager, path, **form)[0] == 422, (path, form)
    assert _post(manager, "/wishes", wish=str(uuid.UUID(int=1)), do="dismiss")[0] == 404
    for address in (f"{HOME}?state=x&unit=%00&page=9", f"{HOME}/wishes?unit=%00", "/manage/responses?improvement=x"):
        assert manager.get(address).status_code in (200, 422), address
    assert manager.get(f"{HOME}/wishes?before=x").status_code == 422
    with database.reading() as session:
        assert session.scalars(select(Improvement)).all() == []
        assert session.get_one(SurveyResponse, comment).comment is None
