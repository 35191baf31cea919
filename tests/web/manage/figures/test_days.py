"""Pages that read the answers themselves show the last days that have some, say which, and lead to those before."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.kit.db import Database
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from config.settings import ROOT
from tests.web.acme import acme
from tests.web.staff import signed_in

HOURS = "/manage/figures/hours"


@pytest.fixture
def admin(app: Flask, database: Database, now: datetime) -> FlaskClient:
    """The admin of a company whose last answers are of 200 and of 280 days ago."""
    with acme(database, now) as company:
        for days, n in ((200, 40), (280, 17)):
            for _ in range(n):
                company.answer("n1", 5, at=now - timedelta(days=days))
    return signed_in(app, "admin")


def page_of(client: FlaskClient, address: str) -> BeautifulSoup:
    reply = client.get(address)
    assert reply.status_code == 200, address
    return BeautifulSoup(reply.text, "html.parser")


def test_a_company_whose_history_ended_sees_its_last_days_and_is_told(admin: FlaskClient, now: datetime) -> None:
    last = (now - timedelta(days=200)).date()
    for address, n in ((HOURS, 40), (f"{HOURS}?period=all", 57), (f"{HOURS}?period=year", 57)):
        page = page_of(admin, address)
        told = page.get_text(" ")
        assert page.select_one("#f-whole"), address
        assert f"{n} answers" in told, address
        assert f"{last:%b} {last.day}, {last.year}" in page.select_one("p.note").get_text(), address  # type: ignore[union-attr]
    assert "No answers in these days" in page_of(admin, f"{HOURS}?period=week").get_text(), "which somebody chose"
    assert page_of(admin, "/manage/figures/drivers").select_one("p.note")
    table = admin.get(str(page_of(admin, HOURS).select_one(".take-along a[download]")["href"]))  # type: ignore[index]
    assert ",40," in table.text, "the file is of the same days"


def test_the_days_before_and_after_are_one_step_away(admin: FlaskClient) -> None:
    before = page_of(admin, HOURS).select(".steps a")[0]
    assert "30 days before" in before.get_text()
    steps = page_of(admin, str(before["href"])).select(".steps a")
    assert len(steps) == 2
    assert "40 answers" in page_of(admin, str(steps[1]["href"])).get_text(" ")
    assert len(page_of(admin, f"{HOURS}?period=week").select(".steps a")) == 1, "tomorrow has no answers yet"


def test_what_a_figure_of_product_fit_begins_with_is_forty_everywhere_on_its_page(
    app: Flask, database: Database, now: datetime
) -> None:

    with acme(database, now) as company:
        pmf = parse_survey((ROOT / "surveys" / "pmf.yaml").read_bytes(), "pmf.yaml")
        company.versions["pmf"] = store_version(company.session, pmf, now=now)
        company.answers("n1", {1: 30, 2: 20}, survey="pmf")
        company.answers("n2", {1: 15}, survey="pmf")
        company.answers("s1", {1: 2}, survey="pmf")
    said = page_of(signed_in(app, "admin"), "/manage/figures?metric=pmf").get_text(" ")
    assert "fewer than 40 answers" in said
    assert "fewer than 10 answers" not in said
