"""What moves it, in the browser: either side of each comparison leads to as many answers."""

import re
from datetime import datetime

from bs4 import BeautifulSoup
from flask import Flask

from app.kit.db import Database
from tests.analytics.test_drivers import fill
from tests.web.acme import acme
from tests.web.staff import signed_in

HOME, LIST = "/manage/figures/drivers", "/manage/responses"


def test_either_side_leads_to_as_many_answers(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        fill(company)
        company.answers("n1", {5: 7})  # asked, and gave no reason
    admin = signed_in(app, "admin")

    def listed(address: str) -> int:
        (found,) = re.findall(r"(\d+) responses?", BeautifulSoup(admin.get(address).text, "html.parser").get_text(" "))
        return int(found)

    page = BeautifulSoup(admin.get(HOME).text, "html.parser")
    sides = page.select("td[data-head$='side']")
    assert len(sides) == 6
    for side in sides:
        value, n = side.select("a")
        told = int(n.get_text().split()[0])
        assert listed(str(n["href"])) == told, n
        assert f"{listed(str(value['href'])) / told:.0%}" == value.get_text(), value
    assert any("not-1" in str(link["href"]) for link in page.select("td a")), "who did not choose it"
    for bent in ("reasons:not-", "reasons:not-x", ":not-1", "reasons:not-1,", "reasons:not-" + "1," * 30 + "1"):
        assert admin.get(f"{LIST}?answer={bent}").status_code in (200, 422), bent
        assert (
            "aria-invalid" in admin.get(f"{LIST}?answer={bent}").text
            or "error" in admin.get(f"{LIST}?answer={bent}").text
        )
