"""The pages of surveys: every word, what follows an answer, and a preview that is the real page and does nothing."""

from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.kit.db import Database
from app.kit.i18n import Language
from app.responses.models import SurveyResponse
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.models import PageOpen
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT
from tests.callbacks.factories import make_response
from tests.web.staff import Company, signed_in

HOME = "/manage/surveys"
SURVEYS = load_surveys(ROOT / "surveys")


def _page(browser: FlaskClient, address: str) -> BeautifulSoup:
    reply = browser.get(address)
    assert reply.status_code == 200, address
    return BeautifulSoup(reply.text, "html.parser")


def _words(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def test_the_list_tells_how_much_each_survey_is_used_by_ones_own_units(
    app: Flask, manager: FlaskClient, database: Database, company: Company, now: datetime
) -> None:
    with database.transaction() as session:
        store_versions(session, SURVEYS, now=now)
        for unit in (company.east_office, company.west_office):
            add_touchpoint(session, unit_id=unit, survey_key="nps", now=now)
        make_response(session, company.east_office, now=now)  # to a survey whose file is gone
    rows = {
        cells[0]: cells[1:]
        for row in _page(manager, HOME).select("tbody tr")
        for cells in [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")]]
    }
    nps = rows["Would you recommend us? nps"]
    assert nps == ["Customers", "kk ru uk en", "2", "1 In force since 4 Mar 2026, 11:00", "1", "0"]
    assert rows["test-visit No file any more"][-1] == "1"
    assert len(rows) == len(SURVEYS.keys()) + 1
    elsewhere = _page(signed_in(app, "elsewhere"), HOME)
    assert "test-visit" in elsewhere.text
    assert [cell.text for cell in elsewhere.select("tbody tr:last-child td")][-1] == "0"


@pytest.mark.parametrize("survey", SURVEYS.keys())
def test_the_page_has_every_word_in_every_language(manager: FlaskClient, survey: str) -> None:
    page, definition = _page(manager, f"{HOME}/{survey}"), SURVEYS.current(survey)
    words = _words(page)
    for question in definition.questions:
        for language in definition.languages:
            assert question.ask(language, "Otklik") in words
            for value in filter(question.words, question.values()):
                assert question.label(value, language) in words


def test_the_page_says_in_words_what_follows_an_answer(manager: FlaskClient, app: Flask) -> None:
    words = _words(_page(manager, f"{HOME}/office-visit"))
    assert "Happy: 4 and 5 (Satisfied, Very satisfied) The page leads with the review sites" in words
    assert "Neutral: 3 (Neither)" in words
    assert "Unhappy: 1 and 2 (Very dissatisfied, Dissatisfied) The page leads with the offer to call back" in words
    assert "Unhappy: 0 to 6 The page" in _words(_page(manager, f"{HOME}/nps"))
    assert "lead nowhere: no review sites, no call." in _words(_page(manager, f"{HOME}/ces"))
    assert "/manage/settings" not in str(_page(manager, f"{HOME}/nps").main)
    assert "/manage/settings" in str(_page(signed_in(app, "admin"), f"{HOME}/nps").main)


def test_an_unknown_survey_is_not_found(manager: FlaskClient) -> None:
    for address in (f"{HOME}/nonsense", f"{HOME}/nonsense/preview"):
        assert manager.get(address).status_code == 404


@pytest.mark.parametrize("survey", SURVEYS.keys())
def test_the_frames_show_the_question_and_what_follows_in_each_band(manager: FlaskClient, survey: str) -> None:
    routed = SURVEYS.current(survey).has_bands
    frames = _page(manager, f"{HOME}/{survey}?preview=kk").select("iframe")
    expected = ["The question", "Happy", "Neutral", "Unhappy"] if routed else ["The question", "After the tap"]
    assert [frame["title"] for frame in frames] == expected
    for frame in frames:
        assert _page(manager, str(frame["src"])).html["lang"] == "kk"  # type: ignore[index]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("page", "leads"),
    [("rate", None), ("happy", "reviews"), ("neutral", "rest"), ("unhappy", "callback")],
)
def test_a_preview_is_the_respondents_own_page(
    manager: FlaskClient, language: Language, page: str, leads: str | None
) -> None:
    shown = _page(manager, f"{HOME}/office-visit/preview?lang={language}&page={page}")
    definition = SURVEYS.current("office-visit")
    if leads is None:
        assert [button["value"] for button in shown.select("button.pick")] == ["1", "2", "3", "4", "5"]
        assert definition.first.ask(language, "Otklik") in _words(shown)
    else:
        first = shown.select_one("main > .card")
        assert first is not None
        assert first.get("id") == "rest" if leads == "rest" else first["aria-labelledby"] == leads
        asked = {"happy": "liked", "neutral": "improve", "unhappy": "wrong"}[page]
        assert definition.question(asked).ask(language, "Otklik") in _words(shown)
    switch = [str(link["href"]) for link in shown.select(".languages a")]
    assert switch == [f"?lang={one}&page={page}" for one in Language]


def test_a_preview_may_be_framed_by_us_alone_and_its_forms_lead_nowhere(manager: FlaskClient) -> None:
    for page in ("rate", "happy", "neutral", "unhappy", "nonsense"):
        policy = manager.get(f"{HOME}/office-visit/preview?page={page}").headers["Content-Security-Policy"]
        assert "form-action 'none'; base-uri 'none'; frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
    around = manager.get(f"{HOME}/office-visit").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in around
    assert "frame-ancestors 'none'" in around
    elsewhere = manager.get("/manage/responses").headers["Content-Security-Policy"]
    assert "frame-src" not in elsewhere


def test_a_preview_stores_and_counts_nothing(manager: FlaskClient, database: Database) -> None:
    for page in ("rate", "happy", "neutral", "unhappy"):
        shown = _page(manager, f"{HOME}/nps/preview?page={page}")
        assert "sendBeacon" not in shown.text
        assert [field["value"] for field in shown.select("[name=form_token]")] in ([], [""])
        assert "Changed your mind?" not in shown.text
    with database.reading() as session:
        for table in (SurveyResponse, PageOpen):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_the_form_of_a_preview_is_taken_by_nobody(manager: FlaskClient) -> None:
    form = _page(manager, f"{HOME}/office-visit/preview").select_one("form")
    assert form is not None
    assert manager.post(str(form["action"]), data={"rating": "5", "form_token": ""}).status_code == 404
