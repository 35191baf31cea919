"""The trend: gaps where there are too few answers, and weeks where days are too thin."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.analytics.metrics import Reason
from app.analytics.periods import Period, Slot
from app.analytics.trend import Histogram, Step, Trend, make_trend

FIRST = date(2026, 2, 3)


def _trend(histograms: list[Histogram]) -> Trend:
    days = Period(FIRST, FIRST + timedelta(days=len(histograms) - 1), ZoneInfo("UTC"))
    return make_trend(days.slots(), histograms, [sum(one.values()) for one in histograms], hourly=False)


def test_each_day_is_a_point_with_its_figure() -> None:
    trend = _trend([{5: 10}, {1: 5, 4: 15}])
    assert trend.step is Step.DAY
    assert [point.csat.value for point in trend.points] == [1.0, 0.75]
    assert [point.csat_mean.value for point in trend.points] == [5.0, 3.25]
    assert trend.answers == (10, 20)


def test_a_thin_day_is_a_gap_and_so_is_the_next_thinnest() -> None:
    trend = _trend([{5: 30}, {5: 9}, {5: 12}, {5: 30}])
    assert [point.csat.reason for point in trend.points] == [None, Reason.TOO_FEW, Reason.PROTECTS_ANOTHER, None]
    assert trend.points[2].csat_mean.suppressed


def test_two_thin_days_hide_each_other() -> None:
    trend = _trend([{5: 30}, {5: 9}, {5: 8}, {5: 30}])
    assert [point.csat.suppressed for point in trend.points] == [False, True, True, False]


def test_a_month_of_thin_days_is_told_by_weeks() -> None:
    trend = _trend([{5: 3}] * 30)
    assert (trend.step, trend.slot_step) == (Step.WEEK, Step.DAY)
    assert [point.csat.n for point in trend.points] == [27, 21, 21, 21]
    assert trend.answers == (3,) * 30
    starts = [point.slot.start.date() for point in trend.points]
    assert starts == [FIRST, date(2026, 2, 12), date(2026, 2, 19), date(2026, 2, 26)]
    assert trend.points[-1].slot.until == datetime(2026, 3, 5, tzinfo=UTC)


def test_days_without_an_answer_do_not_make_a_month_thin() -> None:
    assert _trend([{5: 12}, {}] * 15).step is Step.DAY


def test_a_week_of_thin_days_stays_one_of_days() -> None:
    trend = _trend([{5: 3}] * 7)
    assert trend.step is Step.DAY
    assert not trend.has_line


def test_hours_are_told_as_hours() -> None:
    start = datetime(2026, 3, 4, tzinfo=UTC)
    slots = [Slot(start, start + timedelta(hours=1)), Slot(start + timedelta(hours=1), start + timedelta(hours=2))]
    trend = make_trend(slots, [{5: 10}, {}], [12, 0], hourly=True)
    assert (trend.step, trend.slot_step, trend.has_line) == (Step.HOUR, Step.HOUR, True)
