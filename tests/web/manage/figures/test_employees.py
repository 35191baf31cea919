"""Employees against their customers on the page: points from ten units on, and no cause."""

from datetime import UTC, datetime

from bs4 import BeautifulSoup
from flask import Flask

from app.kit.db import Database
from app.organisation.service import add_unit
from app.surveys.loader import parse_survey
from app.surveys.service import store_version
from tests.analytics.test_staff_and_customers import ESAT
from tests.web.acme import acme
from tests.web.staff import signed_in

FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)


def test_units_are_drawn_from_ten_on_with_the_numbers_of_the_table(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        company.versions["staff"] = store_version(company.session, parse_survey(ESAT, "staff.yaml"), now=now)
        for number in range(10):
            unit = add_unit(
                company.session,
                name=f"U{number}",
                kind="office",
                parent_id=company.units["north"].id,
                code=f"u{number}",
                now=now,
            )
            company.units[unit.code] = unit
            for place in range(20):
                rating = 5 if place <= 4 + number else 1
                company.answer(unit.code, rating, survey="staff", at=FEBRUARY)
                company.answer(unit.code, rating, at=FEBRUARY)
        company.answers("n2", {5: 1})
    admin = signed_in(app, "admin")

    page = BeautifulSoup(admin.get("/manage/figures/employees?unit=north&period=quarter").text, "html.parser")

    chart = page.select_one("section[aria-labelledby=against]")
    assert chart is not None
    assert [each.get_text() for each in chart.select(".plot-number")] == [str(place) for place in range(1, 11)]
    assert len(chart.select("circle")) == 10
    said = " ".join(chart.get_text(" ").split())
    assert "Rank correlation (Spearman) of 10 units: +1.00" in said
    assert "This is no cause" in said
    numbered = [row.th.get_text(" ", strip=True) for row in page.select("table.ranking")[0].select("tbody tr")]  # type: ignore[union-attr]
    assert numbered[1].startswith("1 ")
    assert "correlation" not in admin.get("/manage/figures/employees?period=quarter").text, "two cities are too few"
