"""What customers speak of, in the browser; and the rules at work, for those who tend them."""

from datetime import datetime, timedelta

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.kit.db import Database
from app.responses.topics.sorting import SETTLED, sort_responses
from app.web.manage.responses.topics import mark_places
from tests.web.acme import acme
from tests.web.staff import add_staff, form_token, signed_in

FIGURES, RULES = "/manage/figures/topics", "/manage/topics"


def _soup(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def _sort(app: Flask, database: Database, now: datetime) -> None:
    with database.transaction() as session:
        sort_responses(session, app.extensions["otklik"].topics.classifier, now=now + SETTLED, limit=1000)


def test_every_count_of_a_topic_leads_to_as_many_responses(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        for number in range(12):
            company.answer("n1", 1 + number % 5, comment="Очередь, и нахамили", at=now - timedelta(hours=1 + number))
        for _ in range(10):
            company.answer("n2", 3, comment="Ну такое")
        company.said(company.answer("n2", 1), "reasons", 1)
        company.answer("s1", 1, comment="Очередь")
    _sort(app, database, now)
    manager = signed_in(app, "manager")
    page = _soup(manager, FIGURES)
    counts = {}
    for link in page.select(".topics td.numbers a, .figures .figure a, .reasons th a"):
        listed = _soup(manager, str(link["href"]))
        shown = len(listed.select("ul.list > li.card"))
        counts[str(link["href"])] = (link.get_text().removesuffix(" answers"), shown)
    told = sorted((int(said), shown) for said, shown in counts.values() if said.isdigit())
    assert told == [(10, 10), (12, 12), (12, 12), (22, 22), (22, 22)], "two topics, and all who said something"
    assert ("The queue", 1) in counts.values()
    assert sorted(shown for said, shown in counts.values() if "%" in said) == [4, 4, 4], "those who chose 4 or 5"
    assert page.select_one(f"a[href='{RULES}']") is None, "the rules are not a manager's"
    assert "not distinguishable" not in page.get_text(), "with a handful of answers nothing is compared"


def test_nothing_said_and_rules_that_are_still_at_work_are_told(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answer("n1", 5)
    page = _soup(signed_in(app, "admin"), FIGURES).get_text()
    assert "Nobody said anything in these days" in page
    assert "being sorted anew" in page
    _sort(app, database, now)
    assert "being sorted anew" not in _soup(signed_in(app, "admin"), FIGURES).get_text()


def test_a_rule_shows_what_it_catches_and_all_of_them_what_they_miss(
    app: Flask, database: Database, now: datetime
) -> None:
    with acme(database, now) as company:
        add_staff(company.session, "analyst", Role.ANALYST, company.units["north"].id, now=now)
        company.answer("n1", 1, comment="<b>Жду</b> час в очереди")
        company.answer("n1", 3, comment="Ну такое")
        company.answer("s1", 1, comment="Очередь за углом")
    _sort(app, database, now)
    analyst = signed_in(app, "analyst")
    rule = _soup(analyst, f"{RULES}/waiting")
    assert [mark.get_text() for mark in rule.select("mark")] == ["Жду", "очереди"]
    assert "<b>Жду</b> час" in rule.get_text()
    assert "за углом" not in rule.get_text()
    page = _soup(analyst, RULES)
    assert "Ну такое" in page.select_one("#missed").parent.get_text()  # type: ignore[union-attr]
    assert "All together" in page.get_text()
    assert analyst.get(f"{RULES}/unheard").status_code == analyst.get(f"{RULES}/%00").status_code == 404
    assert signed_in(app, "manager").get(RULES).status_code == 403


def test_a_comment_is_tried_out_and_kept_nowhere(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now):
        pass
    admin = signed_in(app, "admin")
    token = form_token(admin)

    def tried(text: str) -> tuple[int, list[str]]:
        answer = admin.post(RULES, data={"csrf_token": token, "text": text})
        return answer.status_code, [
            one.get_text() for one in BeautifulSoup(answer.text, "html.parser").select(".tried a")
        ]

    assert tried("Кезек узак, оператор дореки") == (200, ["Queues and waiting", "How staff treat people"])
    assert tried("Ну такое") == tried("") == tried("\x00") == (200, [])
    assert (tried("a" * 2001)[0], tried("очередь " * 20_000)[0]) == (422, 413)
    assert "Ну такое" not in admin.get(RULES).text


def test_a_filter_by_topic_that_is_none_is_told(app: Flask, database: Database, now: datetime) -> None:
    with acme(database, now) as company:
        company.answer("n1", 5, comment="Ну такое")
    _sort(app, database, now)
    admin = signed_in(app, "admin")
    for topic, status in (("waiting", 200), ("none", 200), ("gone_since", 200), ("Очередь", 422), ("%00", 422)):
        assert admin.get(f"/manage/responses?topic={topic}").status_code == status, topic
    assert "Ну такое" in admin.get("/manage/responses?topic=none").text


def test_places_that_overlap_are_marked_once() -> None:
    assert mark_places("abcdef", [(1, 3), (2, 5), (2, 3)]) == [("a", False), ("bc", True), ("de", True), ("f", False)]
    assert mark_places("ab", [(0, 2)]) == [("ab", True)]
    assert mark_places("", []) == []
