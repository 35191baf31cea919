"""Saved views and planned reports on their pages: kept, offered to others, refused without losing what was typed."""

import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.service import get_user
from app.analytics.kept.models import ReportPlan, SavedView
from app.kit.db import Database
from tests.web.staff import Company, email_of, form_token, signed_in

VIEWS, REPORTS = "/manage/figures/views", "/manage/figures/reports"
ADDRESS = "/manage/figures?unit=east-1&period=year&metric=nps"


def words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


def save(client: FlaskClient, **form: str) -> int:
    sent = {"name": "Our year", "address": ADDRESS, "csrf_token": form_token(client), **form}
    return client.post(VIEWS, data=sent).status_code


def test_a_saved_view_stands_in_the_menu_and_leads_back(manager: FlaskClient) -> None:
    assert save(manager) == 303
    menu = BeautifulSoup(manager.get("/manage/figures").text, "html.parser").find(class_="views")
    assert menu is not None
    (link,) = [each for each in menu.find_all("a") if each.get_text() == "Our year"]
    assert str(link["href"]) == ADDRESS
    page = manager.get(str(link["href"]))
    assert (page.status_code, "East 1" in page.text) == (200, True)


def test_a_view_begins_where_its_lists_do(manager: FlaskClient) -> None:
    assert save(manager, address="/manage/figures/events?days=90&page=2&below=3") == 303
    assert 'href="/manage/figures/events?days=90"' in manager.get(VIEWS).text


def test_a_shared_view_is_offered_where_its_unit_is_seen_and_shows_no_more_than_that(
    app: Flask, manager: FlaskClient
) -> None:
    assert save(manager, shared="yes") == 303
    assert save(manager, name="Everything", address="/manage/responses?band=unhappy&before=x", shared="yes") == 303
    assert "Our year" in signed_in(app, "analyst").get(VIEWS).text
    stranger = signed_in(app, "elsewhere")
    page = stranger.get(VIEWS).text
    assert "Our year" not in page
    assert 'href="/manage/responses?band=unhappy"' in page
    assert "East 1" not in stranger.get(ADDRESS).text


def test_a_view_is_renamed_shared_and_removed_by_its_owner(
    app: Flask, database: Database, manager: FlaskClient
) -> None:
    save(manager)
    with database.reading() as session:
        view_id = session.scalars(select(SavedView.id)).one()
    token, theirs = form_token(manager), signed_in(app, "admin")
    for deed in ("change", "remove"):
        sent = {"name": "Stolen", "csrf_token": form_token(theirs)}
        assert theirs.post(f"{VIEWS}/{view_id}/{deed}", data=sent).status_code == 404
    sent = {"name": "<b>Renamed</b>", "shared": "yes", "csrf_token": token}
    assert manager.post(f"{VIEWS}/{view_id}/change", data=sent).status_code == 303
    assert "&lt;b&gt;Renamed&lt;/b&gt;" in manager.get(VIEWS).text
    empty = manager.post(f"{VIEWS}/{view_id}/change", data={**sent, "name": " "})
    assert (empty.status_code, "Give the view a name." in empty.text) == (422, True)
    assert manager.post(f"{VIEWS}/{view_id}/remove", data={"csrf_token": token}).status_code == 303
    assert "Renamed" not in manager.get(VIEWS).text


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/manage/figures",
        "//elsewhere.example",
        "/manage/users",
        "/manage/figures/figures.csv",
        "/nowhere",
        "",
        "/manage/figures?x=\x00",
        "/manage/figures?" + "&".join(f"a{number}=1" for number in range(200)),
        "/manage/figures?unit=" + "x" * 10_000,
        "/manage/figures\ud800",
    ],
)
def test_only_pages_of_figures_and_of_responses_can_be_saved(manager: FlaskClient, address: str) -> None:
    sent = {"name": "Odd", "address": address.encode("utf-8", "surrogatepass"), "csrf_token": form_token(manager)}
    assert manager.post(VIEWS, data=sent).status_code in (400, 404, 413)
    assert "Odd" not in manager.get(VIEWS).text


def test_a_name_that_is_taken_is_told_and_what_was_typed_stays(manager: FlaskClient) -> None:
    save(manager)
    sent = {"name": "Our year", "address": ADDRESS, "shared": "yes", "csrf_token": form_token(manager)}
    answer = manager.post(VIEWS, data=sent)
    assert answer.status_code == 422
    assert "Another view of yours has this name." in answer.text
    form = BeautifulSoup(answer.text, "html.parser").find("form", class_="card")
    assert form is not None
    kept = {str(each["name"]): each.get("value") for each in form.find_all("input")}
    assert (kept["address"], kept["name"]) == (ADDRESS, "Our year")


def plan(client: FlaskClient, **form: str) -> int:
    sent = {"unit": "east-1", "when": "week-1", "time": "08:00", "language": "kk", **form}
    return client.post(REPORTS, data={**sent, "csrf_token": form_token(client)}).status_code


def test_a_report_is_planned_and_stopped(manager: FlaskClient, database: Database) -> None:
    assert plan(manager) == 303
    page = words(manager.get(REPORTS).text)
    assert "East 1 · every Monday, about the week before, at 08:00" in page
    assert "next on 9 Mar 2026, 08:00" in page
    assert manager.get("/manage/account").text.count("/manage/account/reports/") == 1
    with database.reading() as session:
        plan_id = session.scalars(select(ReportPlan.id)).one()
    sent = {"csrf_token": form_token(manager)}
    assert manager.post(f"/manage/account/reports/{plan_id}/stop", data=sent).status_code == 303
    assert "East 1 ·" not in words(manager.get(REPORTS).text)


def test_the_same_report_is_not_planned_twice_but_the_one_there_is_is_shown(manager: FlaskClient) -> None:
    assert plan(manager) == 303
    sent = {"unit": "east-1", "when": "week-1", "time": "08:00", "language": "kk"}
    answer = manager.post(REPORTS, data={**sent, "csrf_token": form_token(manager)})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert "This very report is planned already." in page.get_text()
    (way,) = page.select("main .note a")
    there = page.select_one(str(way["href"]))
    assert there is not None
    assert "East 1" in there.get_text()
    for other in ({"unit": ""}, {"when": "week-2"}, {"when": "month-1"}, {"time": "08:01"}, {"language": "ru"}):
        assert plan(manager, **other) == 303, other
    assert plan(manager, unit="") == 422


def test_an_admin_plans_for_others_within_what_these_may_see(
    app: Flask, database: Database, company: Company, manager: FlaskClient
) -> None:
    admin = signed_in(app, "admin")
    with database.reading() as session:
        reader, boss = (str(get_user(session, email_of(name)).id) for name in ("manager", "admin"))
    assert plan(admin, user=reader) == 303
    assert plan(admin, user=reader, unit="west-1") == 422
    assert plan(manager, user=boss) == 422
    assert "manager@otklik.example" in admin.get(REPORTS).text
    assert re.search(r'action="/manage/figures/reports/[-0-9a-f]+/stop"', manager.get(REPORTS).text)


@pytest.mark.parametrize(
    "form",
    [
        {"when": "week-8"},
        {"when": "month-29"},
        {"when": "year-1"},
        {"when": "week-²"},
        {"time": "25:00"},
        {"time": "8"},
        {"language": "xx"},
        {"unit": "west-1"},
        {"unit": "\x00"},
        {"user": "me"},
        {"user": "00000000-0000-0000-0000-000000000000"},
        {"unit": "x" * 50_000},
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(manager: FlaskClient, form: dict[str, str]) -> None:
    assert plan(manager, **form) == 422
    assert "Planned" not in words(manager.get(REPORTS).text)
