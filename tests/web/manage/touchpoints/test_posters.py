"""Posters on the staff's pages: one code's at once, many as a file that the worker draws."""

import re
import uuid
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.jobs.long_work import LongWork
from app.jobs.posters import PosterWork
from app.kit.clock import utc_now
from app.kit.db import Database
from app.organisation.models import UnitKind
from app.organisation.service import add_unit
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.models import Touchpoint
from app.touchpoints.posters.batches import note_progress
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT
from tests.touchpoints.posters import decode, pictures, texts
from tests.web.conftest import StoppedClock
from tests.web.staff import Company, form_token, signed_in

_BATCH = re.compile(r'id="batch-([0-9a-f-]{36})"')


@pytest.fixture
def codes(database: Database, company: Company, now: datetime) -> dict[str, str]:
    """The codes of the east's and the west's office."""
    with database.transaction() as session:
        store_versions(session, load_surveys(ROOT / "surveys"), now=now)
        return {
            name: add_touchpoint(session, unit_id=unit_id, survey_key="office-visit", now=now).code
            for name, unit_id in (("east", company.east_office), ("west", company.west_office))
        }


def ask(browser: FlaskClient, **form: object) -> str:
    """Ask for posters and return the batch's id."""
    answer = browser.post("/manage/posters", data={"size": "a6", "csrf_token": form_token(browser), **form})
    assert answer.status_code == 303, answer.text
    return answer.location.rpartition("#batch-")[2]


def work(app: Flask, database: Database) -> int:
    """Let a worker do what waits; the page's clock stands still, so it goes by the real one."""
    return LongWork(database, utc_now, "w", [PosterWork(database, utc_now, app.extensions["otklik"].workshop)]).run()


def test_the_poster_of_a_code_is_a_file_to_keep(manager: FlaskClient, codes: dict[str, str]) -> None:
    answer = manager.get(f"/touchpoints/{codes['east'].lower()}/poster.pdf?size=a5&lang=ru")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{codes["east"]}-a5.pdf"'
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["Cache-Control"] == "no-store"
    [picture] = pictures(answer.data)
    assert decode(picture) == [f"HTTP://LOCALHOST:8000/Q/{codes['east']}"]
    [text] = texts(answer.data)
    assert "Как прошёл ваш визит?" in text
    assert "How satisfied" not in text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("size=a3", ["a4", "a5", "a6", "sticker"]),
        ("size=a5&lang=xx", ["kk", "ru", "uk", "en"]),
        ("lang=kk,ru,uk,en", ["up to three"]),
        ("size=%00", ["sticker"]),
    ],
)
def test_what_cannot_be_drawn_is_answered_with_what_can(
    manager: FlaskClient, codes: dict[str, str], asked: str, told: list[str]
) -> None:
    answer = manager.get(f"/touchpoints/{codes['east']}/poster.pdf?{asked}")
    assert answer.status_code == 422
    assert all(words in answer.text for words in told)


def test_a_foreign_code_has_no_poster_and_a_foreign_unit_no_file(
    app: Flask, manager: FlaskClient, codes: dict[str, str]
) -> None:
    assert manager.get(f"/touchpoints/{codes['west']}/poster.pdf").status_code == 404
    refused = manager.post("/manage/posters", data={"unit": "west-1", "size": "a5", "csrf_token": form_token(manager)})
    assert refused.status_code == 422
    assert "no such unit among those you may see" in refused.text
    assert "West 1" not in refused.text
    batch_id = ask(signed_in(app, "elsewhere"), unit="west")
    assert manager.get(f"/manage/posters/{batch_id}.pdf").status_code == 404
    removed = manager.post(f"/manage/posters/{batch_id}/remove", data={"csrf_token": form_token(manager)})
    assert removed.status_code == 404


def test_a_file_is_asked_for_watched_and_fetched(
    app: Flask, database: Database, manager: FlaskClient, codes: dict[str, str], clock: StoppedClock
) -> None:
    clock.now = utc_now() - timedelta(seconds=1)  # the queue goes by the database's own clock
    manager = signed_in(app, "manager")
    batch_id = ask(manager, unit="east", lang=["ru", "en"])
    page = manager.get("/manage/posters").text
    assert "Waiting for its turn" in page
    assert '<meta http-equiv="refresh" content="3">' in page
    assert "poster-progress.js" in page
    with database.transaction() as session:
        note_progress(session, uuid.UUID(batch_id), done=0, total=1)
    told = manager.get("/manage/posters/progress").get_json()
    assert told == {batch_id: {"done": 0, "total": 1, "finished": False, "words": "0 of 1 drawn"}}
    assert manager.get(f"/manage/posters/{batch_id}.pdf").status_code == 404

    assert work(app, database) == 1

    page = manager.get("/manage/posters").text
    assert "1 poster" in page
    assert "http-equiv" not in page
    answer = manager.get(f"/manage/posters/{batch_id}.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="posters-east-a6.pdf"'
    [picture] = pictures(answer.data)
    assert decode(picture) == [f"HTTP://LOCALHOST:8000/Q/{codes['east']}"]
    assert manager.get("/manage/posters/progress").get_json()[batch_id]["finished"] is True


def test_a_file_that_was_not_drawn_says_why_and_can_be_removed(
    app: Flask, database: Database, codes: dict[str, str], clock: StoppedClock
) -> None:
    clock.now = utc_now() - timedelta(seconds=1)
    browser = signed_in(app, "manager")
    batch_id = ask(browser, unit="east")
    with database.transaction() as session:
        session.execute(update(Touchpoint).values(revoked_at=clock.now))
    work(app, database)
    assert "There was no code left to print." in browser.get("/manage/posters").text
    answer = browser.post(f"/manage/posters/{batch_id}/remove", data={"csrf_token": form_token(browser)})
    assert answer.status_code == 303
    assert batch_id not in browser.get("/manage/posters").text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"unit": "east", "size": "a3"}, "There is no such choice."),
        ({"unit": "east", "survey": "nix"}, "There is no such choice."),
        ({"unit": "east", "lang": ["kk", "ru", "uk", "en"]}, "3 languages at most"),
        ({"unit": "east", "survey": "nps"}, "Make codes first."),
        ({"unit": "eas"}, "Which of these do you mean?"),
        ({"unit": ""}, "There is no such unit"),
        ({"unit": "a\x00b"}, "There is no such unit"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    manager: FlaskClient, codes: dict[str, str], form: dict[str, object], told: str
) -> None:
    sent = {"size": "sticker", "lang": ["uk"], "csrf_token": form_token(manager), **form}
    answer = manager.post("/manage/posters", data=sent)
    assert answer.status_code == 422
    assert told in answer.text
    if form.get("size") is None:
        assert '<option value="sticker" selected>' in answer.text
    assert 'value="uk" checked' in answer.text
    assert not _BATCH.search(answer.text)


def test_no_more_files_than_three_are_made_at_once(manager: FlaskClient, codes: dict[str, str]) -> None:
    for size in ("a4", "a6", "sticker"):
        ask(manager, unit="east", size=size)
    answer = manager.post("/manage/posters", data={"unit": "east", "size": "a5", "csrf_token": form_token(manager)})
    assert answer.status_code == 422
    assert "still being drawn" in answer.text
    assert len(_BATCH.findall(manager.get("/manage/posters").text)) == 3


def test_the_unit_of_the_address_is_chosen_and_else_ones_own(
    app: Flask, manager: FlaskClient, codes: dict[str, str]
) -> None:
    assert '<option value="east-1" selected>' in manager.get("/manage/posters?unit=east-1&size=zz&lang=q").text
    assert '<option value="east" selected>' in manager.get("/manage/posters").text
    assert '<option value="company" selected>' in signed_in(app, "admin").get("/manage/posters").text


def test_a_unit_is_meant_by_its_whole_name(manager: FlaskClient, codes: dict[str, str]) -> None:
    ask(manager, unit="east 1")  # there is one
    ask(manager, unit="EAST")  # East 1 says it, too
    assert manager.get("/manage/?find=EAST").location == "/manage/?unit=east"
    assert manager.get("/manage/responses?unit=EAST").status_code == 200


def test_an_analyst_prints_one_poster_but_asks_for_no_file(app: Flask, codes: dict[str, str]) -> None:
    analyst = signed_in(app, "analyst")
    page = analyst.get("/manage/posters")
    assert "<select" not in page.text
    refused = analyst.post("/manage/posters", data={"unit": "east", "size": "a5", "csrf_token": form_token(analyst)})
    assert refused.status_code == 403


def test_a_unit_with_a_code_of_any_letters_gives_a_safe_file_name(
    app: Flask, database: Database, company: Company, codes: dict[str, str], clock: StoppedClock
) -> None:
    clock.now = utc_now() - timedelta(seconds=1)
    with database.transaction() as session:
        strange = add_unit(
            session, name="x", kind=UnitKind.OFFICE, parent_id=company.east, code='Офис";x=y', now=clock.now
        )
        add_touchpoint(session, unit_id=strange.id, survey_key="office-visit", now=clock.now)
    browser = signed_in(app, "manager")
    batch_id = ask(browser, unit='Офис";x=y')
    work(app, database)
    header = browser.get(f"/manage/posters/{batch_id}.pdf").headers["Content-Disposition"]
    assert header == 'attachment; filename="posters-x-y-a6.pdf"'
