"""Options in another order in another file count as what they are."""

from collections import Counter
from itertools import permutations

from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING
from app.analytics.metric_view import read_metric
from app.analytics.options import join_options
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
