"""Dates in which two ways of writing meet: each is proved by itself, asked for, or tried in the order given."""

from datetime import date, datetime, time

import pytest

from app.imports.times import InvalidTimeError, UnclearDatesError
from app.imports.written_dates import find_written_dates, read_date_formats


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["03.04.2026", "31.03.2026"], [date(2026, 4, 3), date(2026, 3, 31)]),
        (["03.04.2026", "31.03.2026", "03/04/2026", "03/31/2026"], [(4, 3), (3, 31), (3, 4), (3, 31)]),
        (["2026-03-04", "04.04.2026", 46085], [(3, 4), (4, 4), (3, 4)]),
        (["2026-03-04T10:00:00", "20260304"], [datetime(2026, 3, 4, 10), date(2026, 3, 4)]),  # noqa: DTZ001
    ],
)
def test_each_way_of_writing_proves_its_own_order(cells: list[object], days: list[object]) -> None:
    dates = find_written_dates(enumerate(cells, 2))
    wanted = [date(2026, *day) if isinstance(day, tuple) else day for day in days]
    assert [dates.read(cell) for cell in cells] == wanted


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["03.04.2026", "05.06.2026"], "line 2: '03.04.2026' can be read in two ways"),
        (["31.03.2026", "03/04/2026"], "line 3: '03/04/2026' can be read in two ways"),
        (["31/03/2026", "03/31/2026"], "--date-format dd/mm/yyyy,mm/dd/yyyy"),
    ],
)
def test_what_nothing_proves_is_asked_for(cells: list[str], words: str) -> None:
    with pytest.raises(UnclearDatesError) as asked:
        find_written_dates(enumerate(cells, 2))
    assert words in asked.value.message


def test_formats_are_tried_in_the_order_given() -> None:
    dates = read_date_formats(["dd/mm/yyyy,mm/dd/yyyy", "dd.mm.yyyy"])
    assert dates is not None
    assert [dates.read(cell) for cell in ("03/04/2026", "03/31/2026", "03.04.2026", "2026-03-04", "0.5", 0.25)] == [
        date(2026, 4, 3),
        date(2026, 3, 31),
        date(2026, 4, 3),
        date(2026, 3, 4),
        time(12),
        time(6),
    ]
    for cell in ("03-04-2026", "13.13.2026", "3 April"):
        with pytest.raises(InvalidTimeError):
            dates.read(cell)


def test_one_format_is_that_of_all_dates() -> None:
    dates = read_date_formats(["%m/%d/%Y"])
    assert dates is not None
    assert [dates.read(cell) for cell in ("03/04/2026", "03.04.2026")] == [date(2026, 3, 4), date(2026, 3, 4)]
    assert read_date_formats([]) is None
