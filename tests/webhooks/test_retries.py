"""The rhythm of retries and what each status means, as tables."""

from datetime import timedelta

import pytest

from app.webhooks.retries import TRIES, Verdict, judge, read_wish, rest_of_endpoint, wait_before_next
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (299, Verdict.DELIVERED),
        (199, Verdict.FAILED),
        (301, Verdict.FAILED),
        (302, Verdict.FAILED),
        (400, Verdict.FAILED),
        (401, Verdict.FAILED),
        (404, Verdict.FAILED),
        (410, Verdict.GONE),
        (429, Verdict.THROTTLED),
        (500, Verdict.FAILED),
        (502, Verdict.THROTTLED),
        (503, Verdict.THROTTLED),
        (504, Verdict.THROTTLED),
    ],
)
def test_a_status_means(status: int, verdict: Verdict) -> None:
    assert judge(status) == verdict


def test_ten_tries_take_a_little_over_three_days() -> None:
    waits = [wait_before_next(tries, chance=0) for tries in range(1, TRIES + 1)]
    assert [wait and wait.total_seconds() for wait in waits] == [
        5,
        300,
        1800,
        7200,
        18_000,
        36_000,
        50_400,
        72_000,
        86_400,
        None,
    ]


@pytest.mark.parametrize(
    ("tries", "wish", "chance", "seconds"),
    [
        (1, None, 1.0, 5.5),
        (1, 60, 0.0, 60),
        (2, 60, 0.0, 300),
        (1, 10**8, 0.0, 86_400),
        (1, 0, 0.0, 5),
    ],
)
def test_a_wish_lengthens_a_wait_and_chance_spreads_it(
    tries: int, wish: int | None, chance: float, seconds: float
) -> None:
    asked = None if wish is None else timedelta(seconds=wish)
    assert wait_before_next(tries, wish=asked, chance=chance) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("120", 120),
        (" 7 ", 7),
        ("9" * 400, 86_400),
        ("Wed, 04 Mar 2026 06:01:00 GMT", 60),
        ("Wed, 04 Mar 2026 05:00:00 GMT", 0),
        ("Wed, 04 Mar 9999 05:00:00 GMT", 86_400),
        ("²", None),
    ],
)
def test_retry_after_is_read(header: str | None, seconds: int | None) -> None:
    assert read_wish(header, now=NOW) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 10), (4, 40), (7, 300), (10**6, 300)])
def test_an_endpoint_rests_longer_the_longer_it_fails(failures: int, seconds: int) -> None:
    assert rest_of_endpoint(failures) == timedelta(seconds=seconds)
