"""The page of events: written down by leaders, seen by all whom they touch, marked on the line of the figure."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.accounts.models import Role
from app.accounts.service import get_user
from app.analytics.events.models import TimeLineEvent
from app.kit.db import Database
from app.kit.ids import new_id
from app.organisation.service import get_unit
from tests.web.acme import acme
from tests.web.staff import add_staff, email_of, form_token, signed_in

HOME = "/manage/figures/events"
GOOD = {"unit": "north", "day": "2026-03-01", "kind": "script", "title": "A new <b>script</b>", "note": ""}


@pytest.fixture(autouse=True)
def _company(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answers("n1", {5: 30})
        for days, satisfied in ((5, 20), (14, 25)):
            for place in range(35):
                company.answer("s1", 5 if place < satisfied else 1, at=now - timedelta(days=days))
        add_staff(company.session, "analyst", Role.ANALYST, company.units["north"].id, now=now)


def add(app: Flask, name: str = "manager", **changes: str) -> tuple[int, str]:
    browser = signed_in(app, name)
    answer = browser.post(f"{HOME}/new", data={"csrf_token": form_token(browser), **GOOD, **changes})
    return answer.status_code, answer.text if answer.status_code != 303 else answer.headers["Location"]


def test_an_event_is_seen_by_all_whom_it_touches_and_by_nobody_else(app: Flask) -> None:
    status, where = add(app)
    assert status == 303

    for name, seen in (("manager", True), ("analyst", True), ("admin", True), ("elsewhere", False)):
        page = signed_in(app, name).get(HOME).text
        assert ("A new &lt;b&gt;script" in page) is seen, name
        assert ("/manage/figures/events/0" in page) is (name in ("manager", "admin")), name
    assert "A new &lt;b&gt;script" in signed_in(app, "manager").get(where).text


def test_a_company_wide_event_is_told_to_a_manager_who_cannot_change_it(app: Flask) -> None:
    add(app, "admin", unit="company")

    page = signed_in(app, "manager").get(HOME).text

    assert "A new &lt;b&gt;script" in page
    assert "/manage/figures/events/0" not in page


def test_a_refused_form_is_shown_again_with_what_was_typed(app: Flask) -> None:
    for field, value in (("title", ""), ("title", "a" * 10**6), ("day", "31.02.2026"), ("kind", "war"), ("unit", "s1")):
        status, page = add(app, note="typed with care", **{field: value})
        assert status in (413, 422), field
        assert "typed with care" in page or status == 413, field
    for strange in ("\0", "a\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")):
        assert add(app, title=strange)[0] in (303, 422)
        assert add(app, unit=strange)[0] == 422
    assert "typed with care" not in signed_in(app, "manager").get(HOME).text


def test_a_day_of_another_century_is_refused_with_the_days_there_are(app: Flask, now: datetime) -> None:
    for typed in ("2099-03-04", "0026-03-04", "1999-12-31"):
        status, page = add(app, day=typed)
        assert status == 422, typed
        assert "Days from Jan 1, 2000 to Mar 5, 2027 can be chosen." in page, typed
        assert f'value="{typed}"' in page, "what was typed is there to mend"
    assert add(app, day=f"{now + timedelta(days=366):%Y-%m-%d}")[0] == 303


def test_the_mark_stands_on_the_line_and_in_its_table(app: Flask) -> None:
    add(app, title="Counter 7 opened")

    page = signed_in(app, "manager").get("/manage/figures").text

    assert page.count("plot-mark") == 1
    assert page.count("Counter 7 opened") == 3, "at the line, in the legend, in the table"


def test_an_event_of_another_city_is_not_there(app: Flask) -> None:
    add(app)
    link = signed_in(app, "manager").get(HOME).text.split('href="/manage/figures/events/0')[1].split('"')[0]
    address = f"{HOME}/0{link}"
    stranger = signed_in(app, "elsewhere")

    assert stranger.get(address).status_code == 404
    assert stranger.post(address, data={"csrf_token": form_token(stranger), **GOOD}).status_code == 404
    own = signed_in(app, "manager")
    assert own.post(address, data={"csrf_token": form_token(own), "do": "remove"}).status_code == 303
    assert own.get(address).status_code == 404


def test_more_events_than_a_page_holds_stand_on_further_pages_and_all_in_the_file(
    app: Flask, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        units = {code: get_unit(session, code).id for code in ("company", "north")}
        for number in range(120):
            unit_id = units["company" if number % 2 else "north"]
            day = now.date() - timedelta(days=1 + number // 12)
            made = {"id": new_id(), "created_at": now, "updated_at": now}
            session.add(TimeLineEvent(**made, unit_id=unit_id, day=day, kind="script", title=f"No. {number:03}"))
    browser = signed_in(app, "admin")

    def titles(query: str) -> tuple[list[str], list[str]]:
        page = BeautifulSoup(browser.get(f"{HOME}{query}").text, "html.parser")
        touching, *below = page.select("table.ranking")
        return tuple([bdi.text for bdi in table.select("td bdi") if "No." in bdi.text] for table in (touching, *below))  # type: ignore[return-value]

    first, second = titles(""), titles("?page=2")
    assert [len(each) for each in (*first, *second)] == [50, 50, 10, 50]
    assert len({*first[0], *second[0]}) == 60
    assert second == titles("?page=99999"), "no page is beyond the last"
    assert first == titles("?page=-1&below=x")
    assert len(titles("?below=2")[1]) == 10
    assert 'href="/manage/figures/events?page=2"' in browser.get(HOME).text
    assert "days=7&amp;page=2" in browser.get(f"{HOME}?days=7").text
    file = browser.get("/manage/figures/events.csv").text
    assert all(f"No. {number:03}" in file for number in range(120))


def test_both_sides_are_told_with_the_decimal_of_their_difference(
    app: Flask, database: Database, now: datetime
) -> None:
    add(app, "admin", unit="s1", day=f"{now - timedelta(days=9):%Y-%m-%d}")

    page = BeautifulSoup(signed_in(app, "admin").get(f"{HOME}?unit=s1&days=7").text, "html.parser")

    told = [" ".join(cell.get_text(" ").split()) for cell in page.select("td.numbers")]
    assert [each.split()[0] for each in told] == ["71.4%", "57.1%"]


@pytest.mark.parametrize("language", ["kk", "ru", "uk"])
def test_a_refused_day_is_told_in_whole_sentences(app: Flask, database: Database, language: str) -> None:
    with database.transaction() as session:
        get_user(session, email_of("manager")).language = language
    _, page = add(app, day="2099-03-04")
    told = BeautifulSoup(page, "html.parser").select_one("#day-error")
    assert told is not None
    assert "2027" in told.text
    assert ".." not in told.text
    assert " to " not in told.text
