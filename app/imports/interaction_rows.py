"""One row of a file of finished calls, visits or chats to what it tells. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.imports.guessing import read_channel, read_yes_no
from app.imports.mapping import Columns
from app.imports.report import Reason, RefusedRowError, explain
from app.imports.tables import Table, TableRow
from app.imports.times import (
    DateOrder,
    InvalidTimeError,
    Moment,
    are_fractions,
    at_zone,
    find_date_order,
    read_seconds,
)
from app.imports.written_dates import WrittenDates, written_alike
from app.invitations.drafts import InteractionDraft
from app.kit.errors import InvalidInputError, OtklikError
from app.kit.i18n import NAMES, Language, read_language
from app.touchpoints.models import Channel

FIELDS = (
    *("external_id", "channel", "unit", "employee", "date", "time", "started_at", "ended_at", "topic", "answered"),
    *("resolved", "wait_seconds", "handle_seconds", "phone", "email", "language", "recording_url", "tags", "rating"),
)
SHARED_FIELDS = ("channel", "unit", "employee", "topic", "language", "answered", "resolved", "tags")
_MOMENTS = ("date", "time", "started_at", "ended_at")
_LENGTHS = ("wait_seconds", "handle_seconds")
_DAYS = ("date", "started_at", "ended_at")
_TEXTS = ("external_id", "employee", "topic", "phone", "email", "recording_url", "tags", "language")
# Kept as they are written: rows without an id are known again by all that they say, marks like - among it.
_KEPT_MARKS = ("topic", "tags")
# How systems write that there is nothing in a cell.
EMPTY_MARKS = frozenset(
    form
    for mark in ("-", "--", "–", "—", "null", "(null)", "none", "nan", "nil", "n/a", "#n/a", "н/д", "#н/д", "\\n")
    for form in (mark, mark.upper(), mark.capitalize())
)
# No telephone system is older; a year 21 or 1900 is a date that was read wrongly.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LANGUAGES = {name.casefold(): language for language, name in NAMES.items()} | {
    **dict.fromkeys(("казахский", "казахська", "kazakh", "kz", "қаз", "каз"), Language.KK),
    **dict.fromkeys(("russian", "орысша", "російська", "rus", "рус"), Language.RU),
    **dict.fromkeys(("украинский", "ukrainian", "украинша", "ua", "укр"), Language.UK),
    **dict.fromkeys(("английский", "ағылшынша", "англійська", "eng", "англ"), Language.EN),
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Formats:
    """How the times of one file are written: the order of a date's parts, and which lengths are parts of a day."""

    dates: WrittenDates
    fractions: frozenset[str]


def find_formats(table: Table, columns: Columns, *, order: DateOrder | None = None) -> Formats:
    """Return how the file writes its times, by looking at all of its rows; raises UnclearDatesError.

    `order` is that of its dates if somebody said it.
    """
    sources = [columns.sources[field] for field in _MOMENTS if field in columns.sources]
    found = order or find_date_order((row.line, row.cells.get(source)) for row in table.rows for source in sources)
    return Formats(written_alike(found), find_fractions(table, columns))


def find_fractions(table: Table, columns: Columns) -> frozenset[str]:
    """Return the fields whose lengths of time the file writes as parts of a day."""
    return frozenset(
        field
        for field in _LENGTHS
        if field in columns.sources and are_fractions(row.cells.get(columns.sources[field]) for row in table.rows)
    )


class RowReader:
    """Reads the rows of one file, one like the other."""

    def __init__(
        self, columns: Columns, formats: Formats, *, source: str, zone_of: Callable[[str], ZoneInfo], now: datetime
    ) -> None:
        """`zone_of` gives the zone of times without one by the code of the row's unit, or raises what refuses it."""
        self._columns = columns
        self._dates = formats.dates.read
        self._source = source
        self._zone_of = zone_of
        self._latest = now + timedelta(days=1)
        # Most of our fields stand in no file: those that do, each with its column and what stands for an empty cell.
        self._given = {
            field: (columns.sources.get(field), columns.defaults.get(field)) for field in FIELDS if columns.gives(field)
        }
        self._moments = [field for field in _MOMENTS if field in self._given]
        self._texts = [field for field in _TEXTS if field in self._given]
        self._day = next((columns.name(field) for field in _DAYS if columns.gives(field)), None)
        self._waited, self._handled = (partial(_length, fractions=field in formats.fractions) for field in _LENGTHS)

    def read(self, row: TableRow) -> InteractionDraft:
        """Return the draft of a row, its employee as it is written; raises RefusedRowError with all that is wrong."""
        cells, reasons = row.cells, list[Reason]()
        unit = self._text(cells, "unit", reasons) or ""
        wait = self._value(cells, "wait_seconds", self._waited, reasons)
        handle = self._value(cells, "handle_seconds", self._handled, reasons)
        span = None
        try:
            zone = self._zone_of(unit)
        except OtklikError as error:
            reasons.extend(explain(error, column=self._columns.name("unit")))
        else:
            span = self._span(cells, zone, (wait or 0) + (handle or 0), reasons)
        channel = self._value(cells, "channel", _channel, reasons)
        answered = self._value(cells, "answered", _yes_no, reasons)
        resolved = self._value(cells, "resolved", _yes_no, reasons)
        texts = {field: self._text(cells, field, reasons) for field in self._texts}
        tags, language = texts.get("tags"), texts.get("language")
        if reasons or span is None:
            raise RefusedRowError(reasons)
        return InteractionDraft(
            source=self._source,
            external_id=texts.get("external_id") or "",
            channel=channel or Channel.CALL,
            unit=unit,
            employee=texts.get("employee"),
            phone=texts.get("phone"),
            email=texts.get("email"),
            topic=texts.get("topic"),
            recording_url=texts.get("recording_url"),
            started_at=span[0],
            ended_at=span[1],
            wait_seconds=wait,
            handle_seconds=handle,
            answered=answered,
            resolved=resolved,
            language=_language(language) if language else None,
            tags=tuple(tags.replace(";", ",").replace("|", ",").split(",")) if tags else (),
            history=True,
        )

    def unread(self, row: TableRow) -> Iterator[Reason]:
        """Yield what of the row is left out without refusing it."""
        if "language" not in self._given:
            return
        text = str(self._columns.read(row.cells, "language") or "")
        if text and text.strip() not in EMPTY_MARKS and _language(text) is None:
            column = self._columns.name("language")
            yield Reason(f"{column}: {text[:40]!r} is left out", "unknown_language", {"text": text[:40]}, column)

    def _span(
        self, cells: Mapping[str, object], zone: ZoneInfo, lasted: int, reasons: list[Reason]
    ) -> tuple[datetime | None, datetime] | None:
        """Return start, if the file tells it, and end, both in UTC; None if there is a reason against them."""
        before = len(reasons)
        told = {field: self._value(cells, field, self._dates, reasons) for field in self._moments}
        if len(reasons) > before:
            return None
        try:
            return _join([told.get(field) for field in _MOMENTS], zone, lasted, self._latest)
        except InvalidTimeError as error:
            refused = error
        except OverflowError:  # 01.01.0001 is how some systems write that there is no date
            refused = outside_calendar()
        reasons.extend(explain(refused, column=self._day))
        return None

    def _value(
        self, cells: Mapping[str, object], field: str, read: Callable[[object], T], reasons: list[Reason]
    ) -> T | None:
        if field not in self._given:
            return None
        column, default = self._given[field]
        cell = cells.get(column) if column is not None else None
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            cell = default
        try:
            return read(cell) if cell is not None else None
        except OtklikError as error:
            if isinstance(cell, str) and cell.strip() in EMPTY_MARKS:
                return read(default) if default is not None else None
            refused = error
        except OverflowError:
            refused = outside_calendar()
        reasons.extend(explain(refused, column=self._columns.name(field)))
        return None

    def _text(self, cells: Mapping[str, object], field: str, reasons: list[Reason]) -> str | None:
        if field not in self._given:
            return None
        column, default = self._given[field]
        cell = cells.get(column) if column is not None else None
        if isinstance(cell, str):
            text = cell.strip()
            return text if text and (text not in EMPTY_MARKS or field in _KEPT_MARKS) else default
        if cell is None:
            return default
        try:
            return self._columns.text(cells, field) or None
        except OtklikError as error:
            reasons.extend(explain(error, column=self._columns.name(field)))
            return None


def _join(
    told: Sequence[Moment | None], zone: ZoneInfo, lasted: int, latest: datetime
) -> tuple[datetime | None, datetime]:
    day, clock, start, end = told
    if isinstance(day, datetime):
        day, clock = (day, clock) if clock is None else (day.date(), clock)
    begun = join_moment(start, day) if start is not None else join_moment(clock, day)
    over = join_moment(end, begun if begun is not None else day) if end is not None else None
    if begun is None and over is None:
        raise InvalidTimeError("is empty; every row has a day", code="day_missing")
    if over is not None and isinstance(end, time) and begun is not None and over < begun:
        over += timedelta(days=1)  # begun before midnight
    started_at = at_zone(begun, zone) if begun is not None else None
    ended_at = at_zone(over, zone) if over is not None else None
    if started_at is not None and ended_at is None:
        ended_at = started_at + timedelta(seconds=lasted)
    if ended_at is None or (started_at is not None and ended_at < started_at):
        raise InvalidTimeError("it ends before it begins", code="ends_first")
    for instant in (ended_at, started_at or ended_at):
        check_years(instant, latest, zone)
    return started_at, ended_at


def check_years(instant: datetime, latest: datetime, zone: ZoneInfo) -> None:
    """Refuse what lies in the future or before there were such systems; raises InvalidTimeError with the zone's day."""
    if _EARLIEST <= instant <= latest:
        return
    day = instant.astimezone(zone).date().isoformat()
    if instant > latest:
        raise InvalidTimeError(f"{day} lies in the future; is --date-format right?", code="in_the_future", day=day)
    raise InvalidTimeError(f"{day} is before {_EARLIEST.year}; is --date-format right?", code="too_long_ago", day=day)


def outside_calendar() -> InvalidTimeError:
    """Return that a time lies before or after all years that there are."""
    return InvalidTimeError(
        "this is outside the calendar; leave it empty if there is no date", code="outside_the_calendar"
    )


def join_moment(moment: Moment | None, day: Moment | None) -> datetime | None:
    """Return the moment on the day, or None if there is neither; a day alone begins at midnight.

    Raises InvalidTimeError for a time of no day.
    """
    if isinstance(moment, datetime):
        return moment
    if isinstance(moment, date):
        return datetime.combine(moment, time())
    if moment is None:
        if isinstance(day, time):
            raise InvalidTimeError("the date is only a time of day", code="day_missing")
        return day if isinstance(day, datetime) else datetime.combine(day, time()) if day is not None else None
    if isinstance(day, datetime):
        return datetime.combine(day.date(), moment, day.tzinfo)
    if isinstance(day, date):
        return datetime.combine(day, moment)
    raise InvalidTimeError("there is a time of day and no date", code="day_missing")


def _length(cell: object, *, fractions: bool) -> int:
    # The same lengths come again and again.
    return _seconds_of(cell, fractions) if isinstance(cell, str) else read_seconds(cell, fractions=fractions)


def _channel(cell: object) -> Channel:
    return _channel_of(str(cell))


@lru_cache(maxsize=256)
def _channel_of(text: str) -> Channel:
    word = read_channel(text)
    try:
        return Channel(word)
    except ValueError as error:
        raise InvalidInputError(
            f"{word[:40]!r} is none of {', '.join(Channel)}", code="unknown_channel", text=text[:40]
        ) from error


def _yes_no(cell: object) -> bool:
    found = cell if isinstance(cell, bool) else _yes_no_of(str(cell))
    if found is None:
        text = str(cell)[:40]
        raise InvalidInputError(f"{text!r} is neither yes nor no", code="neither_yes_nor_no", text=text)
    return found


@lru_cache(maxsize=8192)
def _seconds_of(text: str, fractions: bool) -> int:
    return read_seconds(text, fractions=fractions)


_yes_no_of = lru_cache(maxsize=256)(read_yes_no)


def _language(text: str) -> Language | None:
    return _LANGUAGES.get(text.strip().casefold()) or read_language(text)
