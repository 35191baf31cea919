"""Which days are read where not all can be: the last that have answers, and none that somebody did not ask for."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from app.analytics.last_answers import choose_days
from app.analytics.periods import Period

KYIV = ZoneInfo("Europe/Kyiv")
YEAR = Period(date(2025, 4, 21), date(2026, 4, 20), KYIV)
MONTH = Period(date(2026, 3, 22), date(2026, 4, 20), KYIV)


def test_the_days_end_with_the_last_answer() -> None:
    spring = date(2025, 6, 1)
    old = date(2024, 2, 1)
    for period, last, may_go_back, expected in (
        (YEAR, YEAR.last, False, (date(2026, 1, 21), YEAR.last)),
        (YEAR, date(2026, 1, 31), False, (date(2025, 11, 3), date(2026, 1, 31))),
        (YEAR, spring, False, (YEAR.first, spring)),
        (YEAR, None, False, (date(2026, 1, 21), YEAR.last)),
        (YEAR, old, False, (date(2026, 1, 21), YEAR.last)),
        (MONTH, date(2026, 4, 1), True, (MONTH.first, MONTH.last)),
        (MONTH, spring, False, (MONTH.first, MONTH.last)),
        (MONTH, spring, True, (spring - timedelta(days=29), spring)),
        (MONTH, None, True, (MONTH.first, MONTH.last)),
    ):
        chosen = choose_days(period, last, most=90, may_go_back=may_go_back)
        assert (chosen.first, chosen.last) == expected, (period, last, may_go_back)
