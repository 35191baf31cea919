"""What each metric makes of a histogram: the headline, the parts, what enters and what is hidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analytics.measured import Histogram, hide_parts, protect_groups
from app.analytics.measures import counted_options, measure, question_types
from app.analytics.metrics import Figure, Reason, mean, nps, share
from app.kit.i18n import Language
from app.surveys.question import Metric, Option, Question, QuestionType

FACES = {1: 3, 2: 5, 3: 12, 4: 40, 5: 60}
RECOMMEND = {0: 5, 6: 10, 7: 8, 8: 22, 9: 15, 10: 40}
TEXT = dict.fromkeys(Language, "?")


@pytest.mark.parametrize(
    ("metric", "kind", "histogram", "headline", "parts"),
    [
        (
            Metric.CSAT,
            QuestionType.RATING5,
            FACES,
            share(100, 120),
            {"top_2": share(100, 120), "bottom_2": share(8, 120), "mean": mean(FACES)},
        ),
        (Metric.ESAT, None, FACES, share(100, 120), {"mean": mean(FACES)}),
        (Metric.AGENT_CSAT, None, FACES, share(100, 120), {"mean": mean(FACES)}),
        (
            Metric.NPS,
            None,
            RECOMMEND,
            nps(55, 30, 15),
            {"promoters": share(55, 100), "passives": share(30, 100), "detractors": share(15, 100)},
        ),
        (Metric.ENPS, None, RECOMMEND, nps(55, 30, 15), {}),
        (
            Metric.CES,
            QuestionType.CES7,
            {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7},
            mean({1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7}),
            {"easy": share(18, 28), "hard": share(6, 28)},
        ),
        (
            Metric.CES,
            QuestionType.RATING5,
            FACES,
            mean(FACES),
            {"effort": mean(FACES), "little_effort": share(8, 120), "much_effort": share(100, 120)},
        ),
        # Those who no longer use it are no part of it.
        (
            Metric.PMF,
            None,
            {1: 18, 2: 20, 3: 7, 4: 500},
            share(18, 45),
            {"somewhat_disappointed": share(20, 45), "not_disappointed": share(7, 45)},
        ),
        # "Partly" and "still waiting" are a no: 280 of 400, as SQM has it.
        (Metric.FCR, QuestionType.CHOICE, {1: 280, 2: 90, 3: 30}, share(280, 400), {}),
        (Metric.FCR, QuestionType.YES_NO, {1: 280, 2: 120}, share(280, 400), {}),
        (Metric.ACQUISITION, None, {1: 25, 2: 50, 6: 25}, share(25, 100), {}),
    ],
)
def test_a_metric_is(
    metric: Metric, kind: QuestionType | None, histogram: Histogram, headline: Figure, parts: dict[str, Figure]
) -> None:
    measured = measure(metric, histogram, question_type=kind)
    assert measured.figure == headline
    assert measured.parts[measured.headline] == headline
    assert {name: measured.parts[name] for name in parts} == parts
    assert measured.n == sum(measured.histogram.values())


def test_what_stands_outside_the_scale_does_not_enter() -> None:
    assert measure(Metric.CSAT, FACES | {0: 99, 9: 99}).figure == share(100, 120)


def test_there_is_no_nps_from_five_points() -> None:
    with pytest.raises(ValueError, match="nps"):
        measure(Metric.NPS, FACES, question_type=QuestionType.RATING5)


def test_every_metric_can_be_measured_and_its_usual_question_comes_first() -> None:
    assert all(question_types(metric) for metric in Metric)
    assert question_types(Metric.CES)[0] is QuestionType.CES7


@pytest.mark.parametrize(
    ("n", "reason"),
    [(0, Reason.NO_ANSWERS), (9, Reason.NOT_ENOUGH_DATA), (39, Reason.NOT_ENOUGH_DATA), (40, None)],
)
def test_product_market_fit_is_said_from_forty_on(n: int, reason: Reason | None) -> None:
    figure = measure(Metric.PMF, {1: n, 4: 100}).figure
    assert (figure.reason, figure.suppressed, figure.n) == (reason, reason is not None, n)


@settings(deadline=None)
@given(st.sampled_from(list(Metric)), st.dictionaries(st.integers(0, 10), st.integers(0, 12)), st.integers(1, 50))
def test_below_the_minimum_nothing_but_n_is_told(metric: Metric, histogram: dict[int, int], minimum: int) -> None:
    for kind in question_types(metric):
        measured = measure(metric, histogram, question_type=kind, minimum=minimum)
        hidden = measured.n < max(minimum, 40 if metric is Metric.PMF else 1)
        for figure in measured.parts.values():
            assert figure.suppressed is hidden
            assert (figure.value is None) is hidden
            assert figure.n == measured.n
        assert bool(measured.histogram) is not hidden


def test_what_protects_a_sibling_tells_nothing_but_n() -> None:
    measured = measure(Metric.CSAT, FACES)
    hidden = hide_parts(measured, measured.parts)
    assert not hidden.histogram
    assert {(part.value, part.ci_low, part.n, part.reason) for part in hidden.parts.values()} == {
        (None, None, 120, Reason.PROTECTS_ANOTHER)
    }


@pytest.mark.parametrize(
    ("sizes", "rest", "shown"),
    [
        ({"a": 9, "b": 12, "c": 50}, 0, "c"),
        ({"a": 10, "b": 12}, 0, "ab"),
        # Three answers at the unit itself would be the total less all its offices.
        ({"a": 10, "b": 12, "c": 50}, 3, "bc"),
        ({"a": 9, "b": 50}, 30, "b"),
        ({"a": 20, "b": 50}, 30, "ab"),
    ],
)
def test_no_small_group_is_the_total_less_the_others(sizes: dict[str, int], rest: int, shown: str) -> None:
    whole = measure(Metric.CSAT, {5: sum(sizes.values()) + rest})
    groups = protect_groups(whole, {group: measure(Metric.CSAT, {5: n}) for group, n in sizes.items()})
    assert "".join(group for group, each in groups.items() if each.histogram) == shown
    assert "".join(group for group, each in groups.items() if each.parts["mean"].value is not None) == shown


def test_the_share_who_chose_by_reviews_finds_its_option_by_key() -> None:
    options = tuple(Option(key=key, label=TEXT) for key in ("friends", "reviews", "other"))
    asked = Question(key="source", type=QuestionType.CHOICE, metric=Metric.ACQUISITION, text=TEXT, options=options)
    assert counted_options(asked) == (2,)
    histogram = {1: 50, 2: 30, 3: 20}
    assert measure(Metric.ACQUISITION, histogram, counted=counted_options(asked)).figure == share(30, 100)
