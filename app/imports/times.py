"""Dates, times of day and lengths of time as telephone systems and spreadsheets write them. Pure.

Which of `03.04.2026` is the day only the file as a whole can tell: a number over 12 in any row proves the order.
Lengths of time come as seconds, as `0:02:23`, as `2:23`, in words, as the clock time `12:02:23 AM` that a spreadsheet
makes of two minutes and 23 seconds, or as the part of a day that stands behind it.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from app.imports.lengths import read_worded_length
from app.imports.spelled_dates import spell_in_figures
from app.kit.errors import InvalidInputError

Moment = datetime | date | time
_DAY = 24 * 3600
_LONGEST = 7 * _DAY
_PARTS = re.compile(r"(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:([ap])\.?\s?m\.?)?", re.IGNORECASE)
_MOMENT = re.compile(
    r"(?P<day>\d{8}|\d{1,4}(?P<sep>[-./])\d{1,2}(?P=sep)\d{1,4})"
    r"(?:[T\s,]+(?P<clock>\d{1,2}:\d{2}.*?))?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?:19|20)\d{6}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_LENGTH = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{2})(?:[.,]\d+)?")
# Day 0 of spreadsheets; numbers of these days are the years 1982 to 2119.
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a sheet's day has no zone
_SERIALS = range(30_000, 80_000)
# Seconds since 1970 of the years 1990 to 2099; also as thousandths and millionths.
_UNIX = range(631_152_000, 4_102_444_800)


class InvalidTimeError(InvalidInputError):
    """A cell that is no date, no time of day or no length of time; a finer `code` says what is wrong with it."""

    code = "invalid_time"


class UnclearDatesError(InvalidInputError):
    """Dates of a file whose order of day and month nothing proves."""

    code = "unclear_dates"


class DateOrder(StrEnum):
    """In which order a date's parts stand when the year does not come first with four digits."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


def read_date_format(text: str) -> DateOrder:
    """Return the order that a `--date-format` such as `dd.mm.yyyy` or `%m/%d/%Y` means; raises InvalidInputError."""
    order = "".join(dict.fromkeys(letter for letter in text.lower() if letter in "dmy"))
    if order not in list(DateOrder):
        raise InvalidInputError(f"--date-format {text}: write dd.mm.yyyy, mm/dd/yyyy or yyyy-mm-dd")
    return DateOrder(order)


def find_date_order(cells: Iterable[tuple[int, object]]) -> DateOrder:
    """Return the order of day and month in the dates of a file, given with their lines; raises UnclearDatesError.

    Dates that are the same in both orders, and those that begin with a year, need no proof.
    """
    proofs: dict[DateOrder, int] = {}
    unclear: tuple[int, str] | None = None
    for line, cell in cells:
        if not isinstance(cell, str) or (found := _PARTS.match(cell.strip())) is None or len(found[1]) > 2:
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12:
            proofs.setdefault(DateOrder.DMY, line)
        elif second > 12:
            proofs.setdefault(DateOrder.MDY, line)
        elif first != second and unclear is None:
            unclear = line, cell.strip()
    if len(proofs) > 1:
        raise UnclearDatesError(
            f"line {proofs[DateOrder.DMY]} has the day first and line {proofs[DateOrder.MDY]} the month; "
            "write all dates alike",
            code="dates_contradict",
            day=proofs[DateOrder.DMY],
            month=proofs[DateOrder.MDY],
            formats="dd.mm.yyyy,mm/dd/yyyy",
        )
    if not proofs and unclear is not None:
        line, text = unclear
        raise UnclearDatesError(
            f"line {line}: {text[:20]!r} can be read in two ways, and no other date proves which; "
            "say it with --date-format dd.mm.yyyy or mm/dd/yyyy",
            line=line,
            text=text[:20],
        )
    return next(iter(proofs), DateOrder.DMY)


def read_moment(cell: object, order: DateOrder) -> Moment:
    """Return what a cell says: a moment (with or without a zone), a day or a time of day; raises InvalidTimeError."""
    if isinstance(cell, datetime):
        if cell.year <= 1900:  # a sheet keeps a time of day as a part of its day 0
            return _clock_of(cell.hour * 3600 + cell.minute * 60 + cell.second)
        return (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(cell, (date, time)):
        return cell.replace(microsecond=0) if isinstance(cell, time) else cell
    if isinstance(cell, timedelta):
        return _clock_of(round(cell.total_seconds()) % _DAY)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        text = str(cell)[:40] if not isinstance(cell, int) or cell < 10**30 else "9" * 30
        return _read_text(text, order) if _COMPACT.fullmatch(text) else _read_serial(_to_float(cell), text)
    if isinstance(cell, str):
        return _read_text(cell.strip(), order)
    raise InvalidTimeError(
        f"a date or a time is expected, not {type(cell).__name__}", code="no_date", text=type(cell).__name__
    )


def at_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return the instant in UTC; without a zone of its own it is the local time of `zone`.

    Of an hour that the clocks show twice it is the first; one that they leave out is as if they had not been moved.
    """
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def are_fractions(cells: Iterable[object]) -> bool:
    """Tell whether the numbers of a column are parts of a day: none reaches 1, and one is more than 0."""
    most = 0.0
    for cell in cells:
        number = _number_of(cell)
        if number is not None and number > most:
            if number >= 1:
                return False  # in a file of whole seconds the first rows say so
            most = number
    return most > 0


def read_seconds(cell: object, *, fractions: bool) -> int:
    """Return a length of time in whole seconds; `fractions` reads a number as a part of a day.

    Raises InvalidTimeError, also for what is longer than a week: a sheet's cell may say years.
    """
    seconds = _read_seconds(cell, fractions=fractions)
    if not 0 <= seconds <= _LONGEST:
        raise _no_length_of_a_week()
    return seconds


def _read_seconds(cell: object, *, fractions: bool) -> int:
    if isinstance(cell, datetime) and cell.year <= 1900:
        return round((cell - datetime(1899, 12, 31)).total_seconds())  # noqa: DTZ001
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + round(cell.microsecond / 1_000_000)
    if isinstance(cell, timedelta):
        return round(cell.total_seconds())
    if (number := _number_of(cell)) is not None:
        if not 0 <= number <= _LONGEST:
            raise _no_length_of_a_week()
        return round(number * _DAY) if fractions else round(number)
    if isinstance(cell, str):
        return _read_length(cell.strip())
    raise InvalidTimeError(
        f"a length of time is expected, not {type(cell).__name__}", code="no_length", text=type(cell).__name__
    )


@lru_cache(maxsize=8192)
def _read_length(text: str) -> int:
    clock = _CLOCK.fullmatch(text)
    if clock is not None and clock[4]:
        moment = _read_clock(text)
        return moment.hour * 3600 + moment.minute * 60 + moment.second
    found = _LENGTH.fullmatch(text)
    if found is None and (seconds := read_worded_length(text)) is not None:
        return round(seconds)
    if found is None or int(found[3]) > 59 or (found[1] is not None and int(found[2]) > 59):
        raise InvalidTimeError(
            f"{text[:40]!r} is no length of time; write seconds or h:mm:ss", code="no_length", text=text[:40]
        )
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])


@lru_cache(maxsize=8192)
def _read_text(text: str, order: DateOrder) -> Moment:
    if _CLOCK.fullmatch(text):
        return _read_clock(text)
    found = _MOMENT.fullmatch(text)
    if found is None:
        if _NUMBER.fullmatch(text):
            return _read_serial(float(text.replace(",", ".")), text)
        return _read_spelled(text, order)
    day = _read_day(found["day"], order)
    if found["clock"] is None:
        if found["zone"]:
            raise _no_time(text)
        return day
    if _CLOCK.fullmatch(found["clock"].strip()) is None:
        return _read_spelled(text, order)
    clock = _read_clock(found["clock"].strip())
    return datetime.combine(day, clock, _read_zone(found["zone"], text) if found["zone"] else None)


def _read_spelled(text: str, order: DateOrder) -> Moment:
    """Read what says its date in words, or its clock in another way."""
    figures = spell_in_figures(text)
    if figures is None or figures == text or _MOMENT.fullmatch(figures) is None:
        raise _no_time(text)
    try:
        return _read_text(figures, order)
    except InvalidTimeError as error:
        if error.code == "no_such_day":
            raise _no_day(text) from error
        raise _no_time(text) from error


@lru_cache(maxsize=8192)  # a moment stands once in a file, its day and its time of day again and again
def _read_day(text: str, order: DateOrder) -> date:
    if "-" not in text and "." not in text and "/" not in text:
        year, month, day = text[:4], text[4:6], text[6:]
    else:
        parts = re.split(r"[-./]", text)
        if len(parts[0]) == 4:
            order = DateOrder.YMD
        elif len(parts[2]) == 4 and order is DateOrder.YMD:
            raise _no_time(text)
        year, month, day = (parts[order.index(letter)] for letter in "ymd")
    if len(year) not in (2, 4):
        raise _no_time(text)
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError as error:
        raise _no_day(text) from error


@lru_cache(maxsize=8192)
def _read_clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise _no_time(text)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            raise _no_time(text)
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise _no_time(text) from error


def _read_zone(text: str, whole: str) -> tzinfo:
    if text.upper() == "Z":
        return UTC
    try:
        zone = datetime.strptime(text, "%z").tzinfo
    except ValueError:
        zone = None
    if zone is None:
        raise _no_time(whole)
    return zone


def _read_serial(number: float, text: str) -> Moment:
    """Return what a sheet's bare number means: below 1 a time of day, else a day and perhaps a time."""
    if 0 <= number < 1:
        return _clock_of(round(number * _DAY) % _DAY)
    if number < _SERIALS.stop and int(number) in _SERIALS:
        moment = _EPOCH + timedelta(seconds=round(number * _DAY))
        return moment.date() if number == int(number) else moment
    for size in (1, 1000, 1_000_000):
        if number < _UNIX.stop * size and int(number) // size in _UNIX:
            return datetime.fromtimestamp(int(number) // size, UTC)
    raise _no_time(text)


def _clock_of(seconds: int) -> time:
    return time(seconds // 3600, seconds % 3600 // 60, seconds % 60)


def _number_of(cell: object) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return _to_float(cell)
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        return float(cell.strip().replace(",", "."))
    return None


def _to_float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # JSON has numbers of hundreds of digits
        return float("inf")


def _no_day(text: str) -> InvalidTimeError:
    return InvalidTimeError(
        f"there is no day {text[:40]!r}; is it written as the other dates are?", code="no_such_day", text=text[:40]
    )


def _no_time(text: str) -> InvalidTimeError:
    return InvalidTimeError(
        f"{text[:40]!r} is no date or time that is known; write it as 31.12.2026 14:05 or 2026-12-31T14:05",
        code="no_date",
        text=text[:40],
    )


def _no_length_of_a_week() -> InvalidTimeError:
    return InvalidTimeError("write whole seconds, from 0 to a week", code="length_too_long")
