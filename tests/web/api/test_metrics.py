"""Figures by name: the contract's seven fields, told apart, with the period before; what cannot be asked is named."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.api_keys import ApiScope
from app.accounts.scope import EVERYTHING
from app.analytics.dashboard import read_dashboard
from app.analytics.metric_figures import MetricName
from app.analytics.metrics import share
from app.analytics.periods import last_days
from app.kit.db import Database
from app.kit.ids import new_id
from app.responses.models import SurveyResponse
from app.surveys.loader import parse_survey
from app.surveys.models import SurveyVersion
from app.surveys.service import store_version
from tests.conftest import NOW
from tests.web.api.callers import System, make_system
from tests.web.staff import Company

SEVEN = {"value", "n", "ci_low", "ci_high", "method", "suppressed", "reason"}
WORK = """
key: work
version: 1
audience: employees
languages: [en]
title: {en: Your work}
questions:
  - {key: overall, type: rating5, metric: esat, text: {en: How satisfied are you?}}
"""
Answer = Callable[..., None]


@pytest.fixture
def answer(database: Database, system: System, company: Company) -> Answer:
    """Store answers of some days ago at a unit."""

    def add(
        ratings: dict[int, int], *, at: Any = company.east_office, survey: str = "office-visit", days: int = 1
    ) -> None:
        with database.transaction() as session:
            version = session.scalars(select(SurveyVersion).where(SurveyVersion.key == survey)).one()
            for rating, n in ratings.items():
                for _ in range(n):
                    response_id = new_id()
                    session.add(
                        SurveyResponse(
                            id=response_id,
                            survey_version_id=version.id,
                            unit_id=at,
                            channel="visit",
                            via="page",
                            language="ru",
                            rating=rating,
                            scale_style="faces",
                            answered_at=NOW - timedelta(days=days),
                            touched_at=NOW,
                            key_hash=response_id.bytes,
                        )
                    )

    return add


def test_the_answer_holds_the_seven_fields_the_parts_and_the_days(system: System, answer: Answer) -> None:
    answer({5: 8, 4: 2, 1: 4})

    told = system.get("/metrics/csat", unit="east", since="2026-02-03").json

    figure = share(10, 14)
    assert {name: told[name] for name in SEVEN} == {
        "value": figure.value,
        "n": 14,
        "ci_low": figure.ci_low,
        "ci_high": figure.ci_high,
        "method": "wilson",
        "suppressed": False,
        "reason": None,
    }
    assert (told["metric"], told["headline"], told["unit"]) == ("csat", "top_2", "east")
    assert (told["since"], told["until"]) == ("2026-02-03", "2026-03-04")
    assert told["parts"]["bottom_2"]["value"] == 4 / 14
    assert told["parts"]["mean"]["value"] == 52 / 14
    assert told["histogram"] == {"1": 4, "2": 0, "3": 0, "4": 2, "5": 8}
    assert told["groups"] is told["before"] is None


def test_it_is_the_very_figure_of_the_dashboard(system: System, database: Database, answer: Answer) -> None:
    answer({5: 31, 4: 12, 3: 7, 1: 5})
    told = system.get("/metrics/csat", since="2026-02-03").json
    with database.transaction() as session:
        period = last_days(30, now=NOW, zone=system.client.application.extensions["otklik"].desk.zone)
        shown = read_dashboard(session, scope=EVERYTHING, unit_id=None, period=period, now=NOW)
    assert (told["value"], told["ci_low"], told["ci_high"]) == (shown.csat.value, shown.csat.ci_low, shown.csat.ci_high)
    assert told["parts"]["mean"]["ci_low"] == shown.csat_mean.ci_low


def test_without_days_it_is_of_everything_that_was_ever_answered(system: System, answer: Answer) -> None:
    answer({5: 20})
    answer({1: 5}, days=1200)

    told = system.get("/metrics/csat").json

    assert (told["value"], told["n"], told["since"]) == (0.8, 25, "2022-11-20")


@pytest.mark.parametrize("name", MetricName)
def test_every_metric_of_the_contract_answers_also_where_nobody_did(system: System, name: MetricName) -> None:
    told = system.get(f"/metrics/{name}", by="unit", before="true")
    assert told.status_code == 200, told.text
    assert (told.json["value"], told.json["suppressed"], told.json["reason"]) == (None, True, "no_answers")
    for figure in (told.json, told.json["before"] or told.json, *told.json["groups"], *told.json["parts"].values()):
        assert set(figure) >= SEVEN
    assert {group["key"] for group in told.json["groups"]} == {"east", "west"}


def test_groups_hide_what_would_give_a_small_one_away(system: System, company: Company, answer: Answer) -> None:
    answer({5: 12})
    answer({1: 4}, at=company.east)
    answer({5: 30}, at=company.west_office)

    regions = {group["key"]: group for group in system.get("/metrics/csat", by="unit").json["groups"]}
    offices = {group["key"]: group for group in system.get("/metrics/csat", unit="east", by="unit").json["groups"]}

    assert (regions["east"]["value"], regions["east"]["name"]) == (0.75, "East")
    # The east less its office would be the four.
    assert (offices["east-1"]["value"], offices["east-1"]["reason"]) == (None, "protects_another")
    assert offices["east-1"]["parts"]["mean"]["value"] is None


def test_the_period_before_is_told_with_its_verdict(system: System, answer: Answer) -> None:
    answer({5: 40, 1: 10})
    answer({5: 20, 1: 30}, days=31)

    before = system.get("/metrics/csat", before="true").json["before"]

    assert (before["value"], before["n"], before["verdict"]) == (0.4, 50, "changed")
    assert (before["since"], before["until"]) == ("2026-01-04", "2026-02-02")
    assert before["difference"]["value"] == pytest.approx(0.4)
    assert before["difference"]["ci_low"] > 0


def test_employees_are_told_by_whole_months_alone(
    system: System, database: Database, company: Company, answer: Answer
) -> None:
    with database.transaction() as session:
        store_version(session, parse_survey(WORK.encode(), "work.yaml"), now=NOW)
    answer({5: 9, 1: 3}, survey="work", days=10)
    answer({5: 12}, survey="work", days=1)

    told = system.get("/metrics/esat", by="month").json

    assert (told["value"], told["n"]) == (0.75, 12)
    assert (told["since"], told["until"], told["histogram"]) == ("2026-02-01", "2026-02-28", {})
    assert [(group["key"], group["n"]) for group in told["groups"]] == [("2026-02", 12)]
    assert system.get("/metrics/esat", since="2026-03-01", until="2026-03-04").json["value"] is None
    assert system.get("/responses").json["items"] == []
    for cut in ("channel", "employee", "survey", "topic"):
        refused = system.get("/metrics/esat", **{cut: "call"})
        assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "anonymous")
    assert system.get("/metrics/enps", by="day").status_code == 422


def test_what_cannot_be_asked_is_named(system: System) -> None:
    for asked, field, code in (
        ({"unit": "nowhere"}, "unit", "unknown_unit"),
        ({"employee": "nobody"}, "employee", "unknown_employee"),
        ({"survey": "nothing"}, "survey", "unknown_survey"),
        ({"since": "2026-03-05", "until": "2026-03-04"}, "since", "after_until"),
        ({"since": "2010-01-01"}, "since", "period_too_long"),
        ({"since": "2020-01-01", "by": "day"}, "by", "period_too_long"),
        ({"since": "1772600553"}, "since", "day"),
        ({"until": "2026-02-30"}, "until", "day"),
        ({"until": "9" * 5000}, "until", "day"),
        ({"by": "hour"}, "by", "enum"),
        ({"by": "comment_topic", "survey": "office-visit"}, "by", "not_told_apart"),
        ({"channel": "pigeon"}, "channel", "enum"),
        ({"topic": "a\x00b"}, "topic", "string_pattern_mismatch"),
        ({"before": "yes"}, "before", "literal_error"),
        ({"metric": "nps"}, "metric", "extra_forbidden"),
    ):
        told = system.get("/metrics/csat", **asked)
        assert told.status_code == 422, asked
        assert told.mimetype == "application/problem+json"
        assert [(one["field"], one["code"]) for one in told.json["errors"]] == [(field, code)]


def test_a_key_needs_the_scope_and_a_metric_a_name(app: Flask, database: Database, system: System) -> None:
    narrow = make_system(app, database, scopes=[ApiScope.RESPONSES_READ], name="narrow")
    assert narrow.get("/metrics/csat").status_code == 403
    assert system.get("/metrics/happiness").status_code == 404
