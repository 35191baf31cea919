"""When a gateway rests, who carries what meanwhile, and what a refusal leads to."""

from datetime import UTC, datetime, timedelta

import pytest

from app.jobs.rate import TokenBucket
from app.kit.outbox import MAX_ATTEMPTS
from app.messaging.breaker import OPENS_AFTER, Door, Fare, Route, door_of, find_other, find_route, rest_after
from app.messaging.gateway import DeliveryError
from app.messaging.retries import Then, decide

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
SOON, JUST = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)
WELL, SHAKY = Fare(), Fare(OPENS_AFTER - 1)
RESTS, RESTED, ASKED = Fare(OPENS_AFTER, SOON), Fare(OPENS_AFTER, JUST), Fare(0, SOON)


@pytest.mark.parametrize(
    ("fare", "door"),
    [
        (WELL, Door.OPEN),
        (SHAKY, Door.OPEN),
        (RESTS, Door.RESTING),
        (RESTED, Door.PROBING),
        (Fare(OPENS_AFTER, None), Door.PROBING),
        (ASKED, Door.RESTING),
        (Fare(0, JUST), Door.OPEN),
    ],
)
def test_a_door(fare: Fare, door: Door) -> None:
    assert door_of(fare, NOW) == door


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, None), (2, None), (3, 10), (4, 20), (5, 40), (6, 80), (8, 300), (5000, 300)]
)
def test_a_rest_doubles_up_to_five_minutes(failures: int, seconds: int | None) -> None:
    rest = rest_after(failures, spread=1.0)
    assert (rest.total_seconds() if rest else None) == seconds


@pytest.mark.parametrize(
    ("first", "second", "route"),
    [
        (WELL, WELL, Route("first", None)),
        (RESTS, WELL, Route("second", None)),
        (RESTED, WELL, Route("second", "first")),
        (RESTED, RESTED, Route(None, "first")),
        (RESTS, RESTED, Route(None, "second")),
        (RESTS, RESTS, Route(None, None)),
        (WELL, RESTED, Route("first", None)),
    ],
)
def test_a_route(first: Fare, second: Fare, route: Route) -> None:
    assert find_route(["first", "second"], {"first": first, "second": second}, NOW) == route


def test_nobody_carries_a_channel_without_gateways() -> None:
    assert find_route([], {}, NOW) == Route(None, None)


@pytest.mark.parametrize(
    ("first", "second", "other"),
    [(WELL, WELL, None), (SHAKY, WELL, "second"), (SHAKY, SHAKY, None), (SHAKY, ASKED, None)],
)
def test_another_gateway_for_what_one_has_failed(first: Fare, second: Fare, other: str | None) -> None:
    assert find_other(["first", "second"], {"first": first, "second": second}, "first", NOW) == other


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("error", "attempts", "late", "then"),
    [
        (DeliveryError(permanent=True), 1, MINUTE, Then.FAIL),
        (DeliveryError(), 1, MINUTE, Then.RETRY),
        (DeliveryError(), MAX_ATTEMPTS, MINUTE, Then.GIVE_UP),
        (DeliveryError(gateway_down=True), 1, MINUTE, Then.RETRY),
        (DeliveryError(permanent=True, gateway_down=True), 1, MINUTE, Then.RETRY),
        (DeliveryError(code="rate_limited"), MAX_ATTEMPTS, MINUTE, Then.WAIT),
        (DeliveryError(retry_after=MINUTE), 1, MINUTE, Then.WAIT),
        (DeliveryError(retry_after=MINUTE), 1, 5 * HOUR, Then.RETRY),
        (DeliveryError(retry_after=MINUTE), MAX_ATTEMPTS, 5 * HOUR, Then.GIVE_UP),
        (DeliveryError(retry_after=MINUTE, gateway_down=True), 1, MINUTE, Then.RETRY),
    ],
)
def test_what_a_refusal_leads_to(error: DeliveryError, attempts: int, late: timedelta, then: Then) -> None:
    assert decide(error, attempts=attempts, due_at=NOW - late, now=NOW).then is then


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (None, timedelta(seconds=4), timedelta(seconds=6)),
        (MINUTE, MINUTE, MINUTE),
        (9 * HOUR, timedelta(minutes=15), timedelta(minutes=15)),
    ],
)
def test_a_gateway_may_ask_for_a_quarter_of_an_hour(asked: timedelta | None, least: timedelta, most: timedelta) -> None:
    at = decide(DeliveryError(gateway_down=True, retry_after=asked), attempts=1, due_at=NOW, now=NOW).at
    assert at is not None
    assert least <= at - NOW <= most


def test_a_bucket_fills_by_its_rate_and_holds_a_tenth_of_a_second() -> None:
    bucket = TokenBucket(50.0)
    assert bucket.available(100.0) == 1
    bucket.take(1)
    assert bucket.available(100.02) == 1
    assert bucket.available(160.0) == 5
    bucket.take(5)
    assert bucket.available(160.0) == 0
    assert bucket.seconds_to_fill() == pytest.approx(0.1)


def test_the_slowest_gateway_is_called_now_and_then() -> None:
    bucket = TokenBucket(0.1)
    assert bucket.available(0.0) == 1
    bucket.take(1)
    assert bucket.available(9.0) == 0
    assert bucket.available(10.5) == 1
