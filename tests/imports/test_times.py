"""Dates, times of day and lengths of time as files write them."""
# ruff: noqa: DTZ001 -- what stands in a file has no zone

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from app.imports.times import (
    DateOrder,
    InvalidTimeError,
    UnclearDatesError,
    are_fractions,
    at_zone,
    find_date_order,
    read_date_format,
    read_moment,
    read_seconds,
)
from app.kit.errors import InvalidInputError


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("01-02-2021", DateOrder.DMY, date(2021, 2, 1)),
        ("01.02.2021", DateOrder.DMY, date(2021, 2, 1)),
        ("1/2/21", DateOrder.MDY, date(2021, 1, 2)),
        ("21.02.01", DateOrder.YMD, date(2021, 2, 1)),
        ("2021-02-01", DateOrder.MDY, date(2021, 2, 1)),
        ("20210201", DateOrder.DMY, date(2021, 2, 1)),
        ("44228", DateOrder.DMY, date(2021, 2, 1)),
        (44228, DateOrder.DMY, date(2021, 2, 1)),
        (44228.5, DateOrder.DMY, datetime(2021, 2, 1, 12)),
        ("09:12:58", DateOrder.DMY, time(9, 12, 58)),
        ("9:12", DateOrder.DMY, time(9, 12)),
        ("12:02:23 AM", DateOrder.DMY, time(0, 2, 23)),
        ("12:02 p.m.", DateOrder.DMY, time(12, 2)),
        ("0.38400462962963", DateOrder.DMY, time(9, 12, 58)),
        ("0,38400462962963", DateOrder.DMY, time(9, 12, 58)),
        ("0", DateOrder.DMY, time(0, 0)),
        (0.999999, DateOrder.DMY, time(0, 0)),
        (time(9, 12, 58, 4000), DateOrder.DMY, time(9, 12, 58)),
        (timedelta(hours=9), DateOrder.DMY, time(9)),
        (datetime(1899, 12, 30, 9, 1), DateOrder.DMY, time(9, 1)),
        (datetime(2021, 2, 1, 9, 12, 57, 999_995), DateOrder.DMY, datetime(2021, 2, 1, 9, 12, 58)),
        (date(2021, 2, 1), DateOrder.DMY, date(2021, 2, 1)),
        ("01.02.2021 09:12", DateOrder.DMY, datetime(2021, 2, 1, 9, 12)),
        ("01/02/2021, 9:12:58 PM", DateOrder.MDY, datetime(2021, 1, 2, 21, 12, 58)),
        ("2021-02-01T09:12:58.250Z", DateOrder.DMY, datetime(2021, 2, 1, 9, 12, 58, tzinfo=UTC)),
        ("2021-02-01 09:12:58+06:00", DateOrder.DMY,
         datetime(2021, 2, 1, 9, 12, 58, tzinfo=timezone(timedelta(hours=6)))),
    ],
)  # fmt: skip
def test_moments_are_read_however_they_are_written(cell: object, order: DateOrder, expected: object) -> None:
    assert read_moment(cell, order) == expected


AUGUST = date(2026, 8, 15)
AT_TWO = datetime(2026, 8, 15, 14, 5)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("15 августа 2026|15 серпня 2026|2026 жылғы 15 тамыз|15 авг 2026|15-авг-26|2026 ж. 15 тамыз|15 тамызда 2026",
         AUGUST),
        ("August 15th, 2026|15 Aug 2026|15-Aug-26|2026-Aug-15|Aug 15, 2026|сб, 15 авг. 2026 г.|15.08.2026 г.", AUGUST),
        ("15 серп. 2026 р. о 14:05|15 авг. 2026 г., 14:05|2026 жылғы 15 тамыз 14:05|15.08.2026 в 14:05", AT_TWO),
        ("15.08.2026 14.05|Aug 15, 2026 2:05 PM|15.08.2026 2:05 пп|Sat Aug 15 14:05:00 2026|15/Aug/2026:14:05:00",
         AT_TWO),
        ("2026-08-15 14:05:00 UTC|Sat, 15 Aug 2026 14:05:00 GMT|1786802700|1786802700000|2026-08-15T14:05Z|"
         "15.08.2026 17:05 МСК|Sat Aug 15 2026 20:05:00 GMT+0600 (Almaty Standard Time)|2026-08-15 19:05 (UTC+05:00)|"
         "Sat, 15 Aug 2026 14:05:00 +0000 (UTC)|Sat Aug 15 2026 20:05:00 GMT+0600 (+06)",
         AT_TWO.replace(tzinfo=UTC)),
        ("1 мая 2026|1 травня 2026|1 мамыр 2026|May 1, 2026", date(2026, 5, 1)),
        ("5 қыркүйек 2026|5 вересня 2026|5 сент. 2026|5 Sept 2026", date(2026, 9, 5)),
    ],
)  # fmt: skip
def test_months_in_words_zones_by_name_and_seconds_of_a_computer_are_read(cells: str, expected: object) -> None:
    for cell in cells.split("|"):
        assert read_moment(cell, DateOrder.DMY) == expected, cell
    assert read_moment(20260815, DateOrder.DMY) == AUGUST
    assert read_moment(1786802700000, DateOrder.DMY) == AT_TWO.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("15 августа|15 marketing 2026|августа 2026|15 августа 2026 вечером", "no_date"),
        ("15 Aug 14:05:33|Aug 15 14:05:33|15 августа 14:05:33|16 авг 10:00:00|15 Aug 14 :05:33|15.08.14:05:33",
         "no_date"),
        ("2026-08-15 14:05 (Moscow time)|15 августа 2026 14:05 (время Москвы)|15 Aug 2026 (Moscow time)",
         "no_date"),
        ("31 февраля 2026|31.02.2026|32 мая 2026", "no_such_day"),
    ],
)  # fmt: skip
def test_a_date_that_is_refused_says_why(cells: str, code: str) -> None:
    for cell in cells.split("|"):
        with pytest.raises(InvalidTimeError) as refused:
            read_moment(cell, DateOrder.DMY)
        assert refused.value.code == code, cell
        assert cell in refused.value.message


def test_no_text_takes_long_to_be_found_no_date() -> None:
    for end in range(20_000):  # a cell of every other row, each a new one
        with pytest.raises(InvalidTimeError):
            read_moment(f"({'a' * 113}{end}", DateOrder.DMY)


@pytest.mark.parametrize(
    "cell",
    ["", "yesterday", "31.02.2021", "1.2", "24:00", "13:00 PM", "01.02.2021Z", "01-02.2021", "1.2.213", True, [], "5",
     10**400, "9" * 400, -1,
     "2021-02-01T09:12:58+99:99", "9:61"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(cell: object) -> None:
    with pytest.raises(InvalidTimeError):
        read_moment(cell, DateOrder.DMY)


@pytest.mark.parametrize(
    ("cell", "fractions", "expected"),
    [
        ("12:02:23 AM", False, 143),
        *((cell, False, 80) for cell in ("1 мин 20 с", "1м20с", "1 min 20 sec", "PT1M20S", "80 сек.", "1 хв 20 сек")),
        *((cell, False, 3900) for cell in ("1 ч 5 мин", "1 год 5 хв", "1 сағ 5 мин", "1h 5m")),
        ("67,6", False, 68),
        ("00:02:23", False, 143),
        ("100:00:01", False, 360_001),
        ("2:23", False, 143),
        ("75:00", False, 4500),
        ("143", False, 143),
        (143, False, 143),
        ("0.4", False, 0),
        ("0.00165509259", True, 143),
        ("0,00165509259", True, 143),
        (0, True, 0),
        (time(0, 2, 23), False, 143),
        (timedelta(hours=25), False, 90_000),
        (datetime(1900, 1, 1, 1), False, 90_000),
    ],
)
def test_lengths_of_time_are_read_however_they_are_written(cell: object, fractions: bool, expected: int) -> None:
    assert read_seconds(cell, fractions=fractions) == expected


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "long",
            "20 с 1 мин",
            "5 попугаев",
            "1 мин 20",
            "-5",
            -5,
            10**400,
            "9" * 400,
            "1:99",
            "1:75:00",
            "169:00:00",
            "01.02.2021",
            True,
        ),
        *(datetime(2021, 2, 1), timedelta(days=10**8), timedelta(seconds=-1)),
    ],
)
def test_what_is_no_length_of_time_is_refused(cell: object) -> None:
    with pytest.raises(InvalidTimeError):
        read_seconds(cell, fractions=False)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["01-02-2021", "13-02-2021"], DateOrder.DMY),
        (["1/2/2021 09:00", "1/13/2021 09:00"], DateOrder.MDY),
        (["2021-02-01"], DateOrder.DMY),
        (["05.05.2021", None, date(2021, 2, 1)], DateOrder.DMY),
    ],
)
def test_one_day_over_twelve_proves_the_order_for_the_whole_file(cells: list[object], expected: DateOrder) -> None:
    assert find_date_order(enumerate(cells, 2)) == expected


def test_dates_that_nothing_proves_ask_for_their_format() -> None:
    with pytest.raises(UnclearDatesError, match=r"line 3: '01.02.2021' .*--date-format"):
        find_date_order([(2, "05.05.2021"), (3, "01.02.2021")])
    with pytest.raises(UnclearDatesError, match="line 2 has the day first and line 3 the month"):
        find_date_order([(2, "13.02.2021"), (3, "02.13.2021")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("dd.mm.yyyy", "dmy"), ("%d/%m/%Y", "dmy"), ("MM/DD/YYYY", "mdy"), ("yyyy-mm-dd", "ymd"), ("yy.mm.dd", "ymd")],
)
def test_a_date_format_says_the_order(text: str, expected: str) -> None:
    assert read_date_format(text) == expected


def test_a_date_format_of_no_order_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"write dd\.mm\.yyyy"):
        read_date_format("yyyy-dd-mm")


def test_numbers_below_one_are_parts_of_a_day_only_if_all_are() -> None:
    assert are_fractions(["0.0016", None, "0", 0.5])
    assert not are_fractions(["0.5", "12", "00:01:00"])
    assert not are_fractions(["0", None, "00:01:00"])


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        # Kyiv moved its clocks from 03:00 to 04:00 on 28 March and back from 04:00 to 03:00 on 31 October 2021.
        (datetime(2021, 3, 28, 3, 30), datetime(2021, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2021, 10, 31, 3, 30), datetime(2021, 10, 31, 0, 30, tzinfo=UTC)),
        (datetime(2021, 7, 1, 12), datetime(2021, 7, 1, 9, tzinfo=UTC)),
        (datetime(2021, 7, 1, 12, tzinfo=UTC), datetime(2021, 7, 1, 12, tzinfo=UTC)),
    ],
)
def test_local_times_are_of_the_zone_also_when_the_clocks_move(local: datetime, expected: datetime) -> None:
    assert at_zone(local, ZoneInfo("Europe/Kyiv")) == expected
