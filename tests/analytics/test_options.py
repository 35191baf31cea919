"""Options in another order in another file count as what they are."""

import json
from collections import Counter
from itertools import permutations

from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.filters import ResponseFilter
from app.analytics.metric_view import MetricView, read_metric
from app.analytics.options import join_options
from app.analytics.reports import list_responses
from app.analytics.wanted import Wanted
from app.kit.i18n import Language
from app.surveys.loader import parse_survey
from app.surveys.question import Metric, Option, Question, QuestionType
from app.surveys.service import store_version
from tests.analytics.company import Company
from tests.analytics.test_metric_view import WEEK

TEXT = dict.fromkeys(Language, "?")
GIVEN = {"reviews": 30, "friends": 50, "other": 20}
FOUND = """
key: {key}
version: 1
audience: customers
languages: [en]
title: {{en: Found}}
questions:
  - key: found
    type: choice
    metric: acquisition
    text: {{en: How did you find us?}}
    options: {options}
"""
SOLVED = ("solved", "partly", "unsolved")
ASKED_LATER = """
key: {key}
version: 1
audience: customers
languages: [en]
title: {{en: Solved}}
questions:
  - {{key: overall, type: rating5, metric: csat, text: {{en: How was it?}}}}
  - {{key: solved, metric: fcr, text: {{en: Was it solved?}}, {asked}}}
"""


def ask(*keys: str, metric: Metric = Metric.ACQUISITION) -> Question:
    options = tuple(Option(key=key, label=TEXT) for key in keys)
    return Question(key="found", type=QuestionType.CHOICE, metric=metric, text=TEXT, options=options)


def add_up(questions: list[Question]) -> dict[str, int]:
    """Return the answers by option, where each question was given GIVEN."""
    joined = join_options(questions)
    total: Counter[str] = Counter()
    for question, places in zip(questions, joined.places, strict=True):
        for place, option in enumerate(question.options, start=1):
            total[joined.question.options[places[place] - 1].key] += GIVEN[option.key]
    return dict(total)


def test_no_order_of_the_options_changes_a_count() -> None:
    orders = [ask(*keys) for n in (2, 3) for keys in permutations(GIVEN, n)]
    for first in orders:
        for second in orders:
            given = Counter(option.key for each in (first, second) for option in each.options)
            assert add_up([first, second]) == {key: times * GIVEN[key] for key, times in given.items()}


def test_the_yes_is_the_first_option_of_each_question_whatever_its_key() -> None:
    yes_no = Question(key="settled", type=QuestionType.YES_NO, metric=Metric.FCR, text=TEXT)
    asked = [ask("settled", "partly", metric=Metric.FCR), yes_no, ask("yes", "no", "settled", metric=Metric.FCR)]

    joined = join_options(asked)

    assert joined.places == ({1: 1, 2: 4}, {1: 1, 2: 2}, {1: 1, 2: 2, 3: 3})
    assert [option.key for option in joined.question.options] == ["yes", "no", "settled", "partly"]
    assert join_options([yes_no]).question is yes_no


def test_two_surveys_with_their_options_in_another_order_share_a_figure(session: Session, company: Company) -> None:
    for key, order in (("found-a", ("friends", "reviews", "radio")), ("found-b", ("reviews", "friends"))):
        options = [{"key": each, "label": {"en": each}} for each in order]
        definition = parse_survey(FOUND.format(key=key, options=options).encode(), "survey.yaml")
        company.versions[key] = store_version(session, definition, now=company.now)
    company.answers("n1", {1: 5, 2: 20, 3: 3}, survey="found-a")
    company.answers("n1", {1: 10, 2: 2}, survey="found-b")

    view = read_metric(session, Wanted(WEEK), EVERYTHING, Metric.ACQUISITION)

    assert view is not None
    assert (view.measured.figure.value, view.measured.n) == (30 / 40, 40)
    shown = {view.question.options[value - 1].key: n for value, n in view.measured.histogram.items()}
    assert shown == {"reviews": 30, "friends": 7, "radio": 3}
    assert_each_bar_leads_to_its_answers(session, view, Metric.ACQUISITION)


def test_an_option_beside_yes_and_no_leads_to_its_own_answers(session: Session, company: Company) -> None:
    for key, asked in (
        ("solved-a", {"type": "choice", "options": [{"key": each, "label": {"en": each}} for each in SOLVED]}),
        ("solved-b", {"type": "yes_no"}),
    ):
        definition = parse_survey(ASKED_LATER.format(key=key, asked=json.dumps(asked)[1:-1]).encode(), "survey.yaml")
        company.versions[key] = store_version(session, definition, now=company.now)
    for survey, given in (("solved-a", {1: 9, 2: 4, 3: 2}), ("solved-b", {1: 6, 2: 5})):
        for value, times in given.items():
            for _ in range(times):
                company.said(company.answer("n1", survey=survey), "solved", value)

    view = read_metric(session, Wanted(WEEK), EVERYTHING, Metric.FCR)

    assert view is not None
    assert (view.measured.figure.value, view.measured.n) == (15 / 26, 26)
    assert sorted(view.measured.histogram.values()) == [2, 4, 5, 15]
    assert_each_bar_leads_to_its_answers(session, view, Metric.FCR)


def assert_each_bar_leads_to_its_answers(session: Session, view: MetricView, metric: Metric) -> None:
    for value, n in view.measured.histogram.items():
        wanted = ResponseFilter(metric=metric, ratings=(value,))
        assert len(list_responses(session, wanted, scope=EVERYTHING, zone=WEEK.zone).lines) == n, value
    nowhere = ResponseFilter(metric=metric, ratings=(99,))
    assert not list_responses(session, nowhere, scope=EVERYTHING, zone=WEEK.zone).lines
