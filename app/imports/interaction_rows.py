"""One row of a file of finished calls, visits or chats to what it tells. Pure."""

from collections.abc import Callable, Iterator, Mapping
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
        self._formats = formats
        self._source = source
        self._zone_of = zone_of
        self._latest = now + timedelta(days=1)
        # Most of our fields stand in no file.
        self._given = frozenset(field for field in FIELDS if columns.gives(field))

    def read(self, row: TableRow) -> InteractionDraft:
        """Return the draft of a row, its employee as it is written; raises RefusedRowError with all that is wrong."""
        return _Row(self._columns, self._formats, row.cells, self._given).read(
            self._source, self._zone_of, self._latest
        )

    def unread(self, row: TableRow) -> Iterator[Reason]:
        """Yield what of the row is left out without refusing it."""
        text = str(self._columns.read(row.cells, "language") or "") if self._columns.gives("language") else ""
        if text and _language(text) is None:
            yield Reason(f"{self._columns.name('language')}: {text[:40]!r} is left out", "unknown_language")


class _Row:
    """The cells of a row on their way to a draft, and what is wrong with them."""

    def __init__(self, columns: Columns, formats: Formats, cells: Mapping[str, object], given: frozenset[str]) -> None:
        self._given = given
        self._columns = columns
        self._formats = formats
        self._cells = cells
        self._reasons: list[Reason] = []

    def read(self, source: str, zone_of: Callable[[str], ZoneInfo], latest: datetime) -> InteractionDraft:
        unit = self._text("unit") or ""
        wait = self._value("wait_seconds", partial(self._length, "wait_seconds"))
        handle = self._value("handle_seconds", partial(self._length, "handle_seconds"))
        zone = self._check("unit", lambda: zone_of(unit))
        span = None
        if zone is not None:
            span = self._check(None, lambda: self._span(zone, (wait or 0) + (handle or 0), latest))
        channel = self._value("channel", _channel)
        answered, resolved = self._value("answered", _yes_no), self._value("resolved", _yes_no)
        employee, topic = self._text("employee"), self._text("topic")
        phone, email, recording_url = self._text("phone"), self._text("email"), self._text("recording_url")
        external_id, tags = self._text("external_id"), self._text("tags")
        language = self._text("language")
        if self._reasons or span is None:
            raise RefusedRowError(self._reasons)
        return InteractionDraft(
            source=source,
            external_id=external_id or "",
            channel=channel or Channel.CALL,
            unit=unit,
            employee=employee,
            phone=phone,
            email=email,
            topic=topic,
            recording_url=recording_url,
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

    def _span(self, zone: ZoneInfo, lasted: int, latest: datetime) -> tuple[datetime | None, datetime]:
        """Return start, if the file tells it, and end, both in UTC."""
        read = self._formats.dates.read
        day, clock = self._value("date", read), self._value("time", read)
        start, end = self._value("started_at", read), self._value("ended_at", read)
        if self._reasons:
            raise RefusedRowError(())  # said already
        if isinstance(day, datetime):
            day, clock = (day, clock) if clock is None else (day.date(), clock)
        begun = join_moment(start, day) if start is not None else join_moment(clock, day)
        over = join_moment(end, begun if begun is not None else day) if end is not None else None
        if begun is None and over is None:
            raise InvalidTimeError("no date; say by --map which column is date, started_at or ended_at")
        if over is not None and isinstance(end, time) and begun is not None and over < begun:
            over += timedelta(days=1)  # begun before midnight
        started_at = at_zone(begun, zone) if begun is not None else None
        ended_at = at_zone(over, zone) if over is not None else None
        if started_at is not None and ended_at is None:
            ended_at = started_at + timedelta(seconds=lasted)
        if ended_at is None or (started_at is not None and ended_at < started_at):
            raise InvalidTimeError("it ends before it begins")
        if not _EARLIEST <= ended_at <= latest:
            when = "in the future" if ended_at > latest else "before 1990"
            raise InvalidTimeError(f"it ends {when}, on {ended_at.date()}; is --date-format right?")
        return started_at, ended_at

    def _value(self, field: str, read: Callable[[object], T]) -> T | None:
        if field not in self._given:
            return None
        cell = self._columns.read(self._cells, field)
        return None if cell is None else self._check(field, lambda: read(cell))

    def _text(self, field: str) -> str | None:
        if field not in self._given:
            return None
        return self._check(field, lambda: self._columns.text(self._cells, field)) or None

    def _check(self, field: str | None, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except OtklikError as error:
            refused = error
        except OverflowError:  # 01.01.0001 is how some systems write that there is no date
            refused = InvalidTimeError("this is outside the calendar; leave it empty if there is no date")
        self._reasons.extend(explain(refused, column=self._columns.name(field) if field else None))
        return None

    def _length(self, field: str, cell: object) -> int:
        fractions = field in self._formats.fractions
        # The same lengths come again and again.
        return _seconds_of(cell, fractions) if isinstance(cell, str) else read_seconds(cell, fractions=fractions)


def join_moment(moment: datetime | date | time | None, day: datetime | date | time | None) -> datetime | None:
    """Return the moment on the day, or None if there is neither; a day alone begins at midnight.

    Raises InvalidTimeError for a time of no day.
    """
    if isinstance(moment, datetime):
        return moment
    if isinstance(moment, date):
        return datetime.combine(moment, time())
    if moment is None:
        if isinstance(day, time):
            raise InvalidTimeError("the date is only a time of day")
        return day if isinstance(day, datetime) else datetime.combine(day, time()) if day is not None else None
    if isinstance(day, datetime):
        return datetime.combine(day.date(), moment, day.tzinfo)
    if isinstance(day, date):
        return datetime.combine(day, moment)
    raise InvalidTimeError("there is a time of day and no date")


def _channel(cell: object) -> Channel:
    return _channel_of(str(cell))


@lru_cache(maxsize=256)
def _channel_of(text: str) -> Channel:
    word = read_channel(text)
    try:
        return Channel(word)
    except ValueError as error:
        raise InvalidInputError(f"{word[:40]!r} is none of {', '.join(Channel)}", code="unknown_channel") from error


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
