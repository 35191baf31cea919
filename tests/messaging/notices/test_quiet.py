"""Quiet hours and digests, through nights, changes of the clocks and a zone that moved."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.messaging.notices.choosing import Wish, default_wish, plan_notice
from app.messaging.notices.models import NoticeKind, NoticeWay
from app.messaging.notices.quiet import QuietHours, after_quiet, next_at, reached_on

ALMATY, BERLIN, KYIV, APIA = (
    ZoneInfo(name) for name in ("Asia/Almaty", "Europe/Berlin", "Europe/Kyiv", "Pacific/Apia")
)
NIGHT = (21 * 60, 8 * 60)


@pytest.mark.parametrize(
    ("zone", "hours", "instant", "expected"),
    [
        (ALMATY, NIGHT, "2026-03-04T06:00", "2026-03-04T06:00"),  # 11:00
        (ALMATY, NIGHT, "2026-03-04T15:59", "2026-03-04T15:59"),  # 20:59
        (ALMATY, NIGHT, "2026-03-04T16:00", "2026-03-05T03:00"),  # 21:00
        (ALMATY, NIGHT, "2026-03-04T19:30", "2026-03-05T03:00"),  # half past midnight
        (ALMATY, NIGHT, "2026-03-05T02:59", "2026-03-05T03:00"),
        (ALMATY, NIGHT, "2026-03-05T03:00", "2026-03-05T03:00"),  # the end itself is not quiet
        (ALMATY, (9 * 60, 9 * 60), "2026-03-04T04:00", "2026-03-04T04:00"),  # equal ones: never quiet
        (ALMATY, (13 * 60, 14 * 60), "2026-03-04T08:30", "2026-03-04T09:00"),  # not over midnight
        (ALMATY, NIGHT, "2024-02-29T17:00", "2024-03-01T03:00"),  # Almaty goes from +6 to +5 in this night
        (ALMATY, NIGHT, "2024-02-28T17:00", "2024-02-29T02:00"),
        (BERLIN, NIGHT, "2026-03-28T22:00", "2026-03-29T06:00"),  # a night of ten hours
        (BERLIN, NIGHT, "2026-10-24T22:00", "2026-10-25T07:00"),  # and one of twelve
        (BERLIN, (60, 150), "2026-03-29T00:30", "2026-03-29T01:00"),  # until 02:30, which is skipped: 03:00
        (BERLIN, (60, 150), "2026-10-25T00:10", "2026-10-25T00:30"),  # until 02:30, the first
        (BERLIN, (60, 150), "2026-10-25T01:10", "2026-10-25T01:30"),  # until 02:30, the second
        (KYIV, NIGHT, "2026-03-29T00:30", "2026-03-29T05:00"),
        (APIA, NIGHT, "2011-12-30T08:00", "2011-12-30T18:00"),  # the 30th was left out: to the 31st at eight
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(
    zone: ZoneInfo, hours: tuple[int, int], instant: str, expected: str
) -> None:
    assert after_quiet(_utc(instant), QuietHours(*hours, zone)) == _utc(expected)


@pytest.mark.parametrize(
    ("zone", "minute", "after", "expected"),
    [
        (ALMATY, 9 * 60, "2026-03-04T03:59", "2026-03-04T04:00"),
        (ALMATY, 9 * 60, "2026-03-04T04:00", "2026-03-05T04:00"),  # after it, not at it
        (ALMATY, 0, "2026-03-04T18:59", "2026-03-04T19:00"),
        (BERLIN, 9 * 60, "2026-03-28T09:00", "2026-03-29T07:00"),
        (BERLIN, 150, "2026-03-28T12:00", "2026-03-29T01:00"),  # skipped: with the skip
    ],
)
def test_the_next_digest_is_found_by_the_clock_on_the_wall(
    zone: ZoneInfo, minute: int, after: str, expected: str
) -> None:
    assert next_at(minute, _utc(after), zone) == _utc(expected)


def test_a_minute_that_comes_twice_is_reached_at_its_first_time() -> None:
    assert reached_on(date(2026, 10, 25), 150, BERLIN) == _utc("2026-10-25T00:30")


NIGHT_IN_ALMATY = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("digest_at", "kind", "expected", "for_digest"),
    [
        (None, NoticeKind.CASE_OPENED, "2026-03-05T03:00", False),
        (None, NoticeKind.SIGN_IN_CHANGED, "2026-03-04T19:00", False),
        (510, NoticeKind.CASE_OPENED, "2026-03-05T03:30", True),
        (510, NoticeKind.CASE_ESCALATED, "2026-03-05T03:00", False),
        (510, NoticeKind.CASE_HANDED_OVER, "2026-03-05T03:00", False),
        (510, NoticeKind.DIGEST, "2026-03-04T19:00", False),
    ],
)
def test_a_digest_takes_what_may_wait_and_nothing_urgent(
    digest_at: int | None, kind: NoticeKind, expected: str, for_digest: bool
) -> None:
    wish = Wish(QuietHours(*NIGHT, ALMATY), digest_at=digest_at)

    timing = plan_notice(wish, kind, NIGHT_IN_ALMATY)

    assert (timing.due_at, timing.for_digest) == (_utc(expected), for_digest)


def test_ways_fall_back_to_e_mail_rather_than_to_nothing() -> None:
    by_telegram = frozenset({NoticeWay.TELEGRAM})
    wish = Wish(
        QuietHours(*NIGHT, ALMATY),
        {
            NoticeKind.CASE_OPENED: by_telegram,
            NoticeKind.LOAD_WARNING: frozenset(),
            NoticeKind.SIGN_IN_CHANGED: frozenset(),
        },
    )

    assert wish.ways_of(NoticeKind.CASE_OPENED, has_chat=True) == by_telegram
    assert wish.ways_of(NoticeKind.CASE_OPENED, has_chat=False) == {NoticeWay.EMAIL}
    assert wish.ways_of(NoticeKind.LOAD_WARNING, has_chat=False) == frozenset()
    assert wish.ways_of(NoticeKind.SIGN_IN_CHANGED, has_chat=True) == {NoticeWay.EMAIL}
    assert default_wish(ALMATY).ways_of(NoticeKind.CASE_REMINDER, has_chat=True) == {NoticeWay.EMAIL}


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
