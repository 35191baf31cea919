"""The list of responses and the page of one."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.kit.db import Database
from app.review_sites.catalogue import Site
from app.review_sites.service import record_offer
from tests.web.acme import acme
from tests.web.kept_app import forget_site
from tests.web.staff import signed_in


def _soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def test_a_comment_is_shown_as_typed_and_set_apart(app: Flask, database: Database, now: datetime) -> None:
    typed = '</bdi><script>alert(1)</script> "очередь" \u202eabc\n{{ 7*7 }} اوچ'
    with acme(database, now) as company:
        response = company.answer("n1", 1, comment=typed)
    browser = signed_in(app, "admin")
    for address in ("/manage/responses", f"/manage/responses/{response.id}"):
        page = _soup(browser.get(address).text)
        assert [one.get_text() for one in page.select(".comment > bdi")] == [typed]
        assert not page.find_all("script", src=False)


def test_the_list_pages_back_to_the_first_answer(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        made = [company.answer("n1", at=now - timedelta(minutes=number), language="kk") for number in range(110)]
        company.answer("n1")
    browser = signed_in(app, "admin")
    seen: list[str] = []
    address: str | None = "/manage/responses?language=kk"
    pages = 0
    while address:
        page = _soup(browser.get(address).text)
        seen += [str(link["href"]).rsplit("/", 1)[1] for link in page.select(".said-head a")]
        older = page.find("a", rel="next")
        address = str(older["href"]) if older else None
        assert address is None or "language=kk" in address
        pages += 1
    assert pages == 3
    assert seen == [str(response.id) for response in made]


def test_suspect_answers_are_marked_and_can_be_left_out(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answer("n1", suspect="too_fast")
        company.answer("n1")
    browser = signed_in(app, "admin")
    assert len(_soup(browser.get("/manage/responses").text).select(".doubted .badge.warn")) == 1
    assert "1 response<" in browser.get("/manage/responses?suspect=no&from=2026-03-01").text
    assert not _soup(browser.get("/manage/responses?suspect=no").text).select(".doubted")


def test_a_response_tells_everything_about_it(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        response = company.answer(
            "n1", 2, comment="slow", suspect="too_fast", touchpoint=company.touchpoint(), language="ru"
        )
        company.said(response, "reasons", 1)
        company.said(response, "wish", None, "a chair")
        company.change(response, 5)
        company.click(response)
        case = company.case(response)
    page = _soup(signed_in(app, "admin").get(f"/manage/responses/{response.id}").text)
    words = " ".join(page.find("main").get_text(" ").split())  # type: ignore[union-attr]
    assert "How was it at" in words
    assert "What went wrong? The queue" in words
    assert "What would you wish for? a chair" in words
    assert "changed the rating from “Very satisfied” to “Dissatisfied”" in words
    assert "went to 2GIS" in words
    assert "It came faster than a person reads the question." in words
    assert "hall poster" in words
    assert "Русский" in words
    assert "Unit north › Unit n1" in words
    assert page.find("a", href=f"/manage/callbacks/{case.id}") is not None
    assert "4 Mar 2026, 10:00" in words or "4 Mar 2026, 09:59" in words  # an hour ago, in Almaty


def test_a_site_that_was_taken_out_is_told_by_its_key(app: Flask, database: Database, now: datetime) -> None:
    forget_site(app, Site.TWOGIS)
    with acme(database, now) as company:
        response = company.answer("n1", 5)
        company.click(response)
        record_offer(company.session, response.id, [Site.TWOGIS, Site.GOOGLE], now=now)
    answer = signed_in(app, "admin").get(f"/manage/responses/{response.id}")
    assert answer.status_code == 200
    words = " ".join(_soup(answer.text).get_text(" ").split())
    assert "went to 2gis" in words
    assert "Review sites that the page offered: 2gis, Google Maps" in words


def test_times_are_in_the_units_zone(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answer("s1", at=datetime.fromisoformat("2026-03-03T22:30:00+00:00"))
    assert "4 Mar 2026, 00:30" in signed_in(app, "admin").get("/manage/responses").text  # Kyiv


def test_a_foreign_response_is_not_there(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        response = company.answer("s1")
    browser = signed_in(app, "manager")
    assert browser.get(f"/manage/responses/{response.id}").status_code == 404
    assert str(response.id) not in browser.get("/manage/responses").text
    assert signed_in(app, "elsewhere").get(f"/manage/responses/{response.id}").status_code == 200


def test_a_foreign_unit_cannot_be_filtered_by_nor_found(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answer("s1")
    answer = signed_in(app, "manager").get("/manage/responses?unit=s1")
    assert answer.status_code == 422
    assert "There is no such unit among those you may see." in answer.text
    assert "Unit s1" not in answer.text


def test_a_typed_name_suggests_units(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now):
        pass
    page = _soup(signed_in(app, "admin").get("/manage/responses?unit=1+unit").text)
    assert [link["href"] for link in page.select(".ways a")] == [
        "/manage/responses?unit=n1",
        "/manage/responses?unit=s1",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=2026-02-30",
        "from=0001-01-01",
        "to=9999-12-31",
        "from=2026-03-05&to=2026-03-04",
        "band=ecstatic",
        "rating=5;DROP",
        "rating=٥",
        "figure=profit",
        "channel=x",
        "via=x",
        "language=xx",
        "suspect=perhaps",
        "comment=1",
        "left=1",
        "before=nonsense",
        "before=",
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_in_words(
    app: Flask, database: Database, now: datetime, query: str
) -> None:
    with acme(database, now) as company:
        company.answer("n1")
    answer = signed_in(app, "admin").get(f"/manage/responses?{query}")
    assert answer.status_code == (200 if query == "before=" else 422)


@pytest.mark.parametrize("query", ["unit=%00", "touchpoint=%00", "survey=%00", "unit=%ED%A0%80", "unit=" + "x" * 3000])
def test_strange_characters_in_a_filter_find_nothing(app: Flask, database: Database, now: datetime, query: str) -> None:
    with acme(database, now):
        pass
    assert signed_in(app, "admin").get(f"/manage/responses?{query}").status_code in (200, 400, 422)


def test_the_filter_stays_in_the_form_and_what_came_by_a_link_can_be_taken_off(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        company.answer("n1", 5)
    address = "/manage/responses?unit=n1&band=happy&from=2026-03-01&suspect=no&figure=csat&rating=4&rating=5"
    page = _soup(signed_in(app, "admin").get(address).text)
    assert page.select_one("#unit option[selected]")["value"] == "n1"  # type: ignore[index]
    assert page.select_one("#band option[selected]")["value"] == "happy"  # type: ignore[index]
    assert page.select_one("#from")["value"] == "2026-03-01"  # type: ignore[index]
    assert page.select_one("details[open] #suspect option[selected]")["value"] == "no"  # type: ignore[index]
    assert [one["value"] for one in page.select("form[role=search] input[name=rating]")] == ["4", "5"]
    assert "rating" not in str(page.select(".taken")[1]["href"])
    assert "figure=csat" in str(page.select(".taken")[1]["href"])


@pytest.mark.parametrize("language", ["kk", "ru", "uk", "en"])
def test_the_pages_are_shown_in_every_language(app: Flask, database: Database, now: datetime, language: str) -> None:
    with acme(database, now) as company:
        response = company.answer("n1", 5, survey="visit")
        company.answers("n1", {5: 9, 4: 3})
        company.answer("n1", 9, survey="nps")
    browser = signed_in(app, "admin")
    for address in ("/manage/", "/manage/responses", f"/manage/responses/{response.id}"):
        answer = browser.get(f"{address}?lang={language}")
        assert answer.status_code == 200
        assert f'<html lang="{language}">' in answer.text
        assert 'style="' not in answer.text


def test_offices_of_one_name_are_told_apart_by_where_they_are(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.units["north"].name, company.units["south"].name = "Artyom", "Ussuriysk"
        for code in ("n1", "s1"):
            company.units[code].name, company.units[code].address = "Bank", "Lenin street 5 <b>"
        company.units["n2"].name, company.units["n2"].address = "Desk hall", None
        first, second = company.answer("n1"), company.answer("n2")
    browser = signed_in(app, "admin")
    page = _soup(browser.get("/manage/responses").text)
    assert [one.get_text() for one in page.select("#unit option")][1:] == [
        "Acme",
        "Artyom",
        "Bank, Artyom, Lenin street 5 <b>",
        "Bank, Ussuriysk, Lenin street 5 <b>",
        "Desk hall",
        "Ussuriysk",
    ]
    said = {str(one.a["href"]).rsplit("/", 1)[1]: one.get_text() for one in page.select(".said-body") if one.a}
    assert "Bank · Artyom, Lenin street 5 <b> ·" in said[str(first.id)]
    assert "Desk hall · Artyom ·" in said[str(second.id)]
    assert "Lenin street 5 <b>" in _soup(browser.get(f"/manage/responses/{first.id}").text).get_text()
    meant = _soup(browser.get("/manage/responses?unit=ban").text)
    assert [one.get_text() for one in meant.select(".ways li")] == [
        "Bank Artyom, Lenin street 5 <b>",
        "Bank Ussuriysk, Lenin street 5 <b>",
    ]
