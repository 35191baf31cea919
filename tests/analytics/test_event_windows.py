"""The days before and after an event: whole ones, the day itself counts as after."""

from datetime import date, timedelta

from app.analytics.events.windows import Timing, Window, shifted_channels

MARCH_3 = date(2026, 3, 3)


def test_the_day_itself_is_the_first_after() -> None:
    window = Window(MARCH_3, 7)

    assert window.before == (date(2026, 2, 24), date(2026, 3, 2))
    assert window.after == (MARCH_3, date(2026, 3, 9))


def test_it_is_judged_once_its_last_day_is_over() -> None:
    window = Window(MARCH_3, 7)
    for days, timing in (
        (-1, Timing.TO_COME),
        (0, Timing.TOO_EARLY),
        (6, Timing.TOO_EARLY),
        (7, Timing.OVER),
        (700, Timing.OVER),
    ):
        assert window.timing(MARCH_3 + timedelta(days=days)) is timing, days


def test_a_channel_has_shifted_by_ten_points_that_chance_does_not_explain() -> None:
    for before, after, shifted in (
        ({"call": 50, "chat": 50}, {"call": 80, "chat": 20}, ("call", "chat")),
        ({"call": 100}, {"call": 70, "app": 30}, ("app", "call")),
        ({"call": 500, "chat": 500}, {"call": 580, "chat": 420}, ()),  # sure, but small
        ({"call": 20, "chat": 20}, {"call": 24, "chat": 16}, ()),  # not sure
        ({"call": 29}, {"chat": 1000}, ()),  # too few
        ({}, {}, ()),
    ):
        assert shifted_channels(before, after) == shifted, (before, after)
