"""One row of a file of answers to what it says: an answer, the call or visit behind it, or both. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from app.imports.interaction_rows import (
    EMPTY_MARKS,
    Formats,
    RowReader,
    check_years,
    find_fractions,
    join_moment,
    outside_calendar,
)
from app.imports.mapping import Columns
from app.imports.past.options import columns_of_interaction
from app.imports.past.scales import Reading, Scale
from app.imports.report import Reason, RefusedRowError, explain
from app.imports.tables import Table, TableRow
from app.imports.times import InvalidTimeError, Moment, at_zone
from app.imports.written_dates import WrittenDates, find_written_dates
from app.invitations.drafts import InteractionDraft
from app.kit.errors import OtklikError
from app.surveys.answers import MAX_TEXT, Answer, read_text
from app.surveys.definition import Question
from app.touchpoints.models import Channel

_MOMENTS = ("answered_at", "date", "time", "started_at", "ended_at")
_NOTHING = Reading(None)
T = TypeVar("T")


class PastRow(NamedTuple):
    """What a row says. `draft` is the interaction behind the answer, its unit and employee as they are written.

    `tells`: there is something to keep of that interaction. `code` is why there is no rating, empty for an empty cell.
    """

    draft: InteractionDraft
    tells: bool
    rating: int | None
    code: str
    comment: str | None
    answered_at: datetime
    answers: tuple[Answer, ...]
    warnings: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Scales:
    """How the first question is read, and each later one that has a column; a text has none."""

    first: Scale
    later: Mapping[str, tuple[Question, Scale | None]]


def find_past_formats(table: Table, columns: Columns, dates: WrittenDates | None) -> Formats:
    """Return how the file writes its times, by looking at all of its rows; raises UnclearDatesError."""
    sources = [columns.sources[field] for field in _MOMENTS if field in columns.sources]
    found = dates or find_written_dates((row.line, row.cells.get(source)) for source in sources for row in table.rows)
    return Formats(found, find_fractions(table, columns))


class PastRowReader:
    """Reads the rows of one file, one like the other."""

    def __init__(
        self,
        columns: Columns,
        formats: Formats,
        scales: Scales,
        *,
        source: str,
        channel: Channel,
        zone_of: Callable[[str], ZoneInfo],
        now: datetime,
    ) -> None:
        """`zone_of` gives the zone of times without one by a row's unit as it is written, or raises what refuses it."""
        self._columns = columns
        self._dates = formats.dates
        self._scales = scales
        self._zone_of = zone_of
        self._latest = now + timedelta(days=1)
        inner = columns_of_interaction(columns, channel)
        self._interactions = RowReader(inner, formats, source=source, zone_of=zone_of, now=now)
        self._apart = "answered_at" in columns.sources and inner.sources.get("date") != columns.sources["answered_at"]
        self._spans = self._apart and any(columns.gives(name) for name in ("started_at", "ended_at"))
        self._ends = columns.gives("ended_at")
        self._clock = "time" if columns.gives("time") and not columns.gives("date") else None

    def read_date(self, cell: object) -> Moment:
        """Return a cell as the file's dates are read; raises InvalidTimeError."""
        return self._dates.read(cell)

    def read(self, row: TableRow) -> PastRow:
        """Return what a row says; raises RefusedRowError with all that is wrong."""
        cells = row.cells
        reasons: list[Reason] = []
        draft: InteractionDraft | None = None
        try:
            draft = self._interactions.read(row)
        except RefusedRowError as error:
            reasons.extend(error.reasons)
        reading = self._check(reasons, "rating", lambda: self._scales.first.read(self._columns.read(cells, "rating")))
        warnings = list(self._interactions.unread(row))
        comment = None
        if self._columns.gives("comment"):
            comment = self._check(reasons, "comment", lambda: self._words(cells, "comment", warnings))
        answers: list[Answer] = []
        for name, (question, scale) in self._scales.later.items():
            found = self._check(reasons, name, lambda: self._answer(cells, name, question, scale, warnings))  # noqa: B023 -- called at once
            if found is not None:
                answers.append(found)
        answered_at: datetime | None = None
        if draft is not None:
            answered_at = draft.ended_at if self._ends or draft.started_at is None else draft.started_at
            if self._apart:
                unit = draft.unit
                answered_at = self._check(reasons, "answered_at", lambda: self._moment(cells, self._zone_of(unit)))
        if reasons or draft is None or answered_at is None:
            raise RefusedRowError(reasons)
        rating, code = reading or _NOTHING
        tells = self._spans or _tells(draft)
        return PastRow(draft, tells, rating, code, comment, answered_at, tuple(answers), tuple(warnings))

    def _check(self, reasons: list[Reason], field: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except OtklikError as error:
            refused = error
        except OverflowError:
            refused = outside_calendar()
        reasons.extend(explain(refused, column=self._columns.name(field)))
        return None

    def _words(self, cells: Mapping[str, object], field: str, warnings: list[Reason]) -> str | None:
        text = self._columns.text(cells, field)
        if len(text) > MAX_TEXT:
            column = self._columns.name(field)
            said = f"{column}: cut after {MAX_TEXT} characters, more are not kept"
            warnings.append(Reason(said, "text_cut", {"limit": MAX_TEXT}, column))
            text = text.replace("\r\n", "\n")[:MAX_TEXT]
        return read_text(text, field) if text else None

    def _answer(
        self, cells: Mapping[str, object], name: str, question: Question, scale: Scale | None, warnings: list[Reason]
    ) -> Answer | None:
        if scale is None:
            text = self._words(cells, name, warnings)
            return Answer(question.key, text=text) if text else None
        value = scale.read(self._columns.read(cells, name)).value
        return None if value is None else Answer(question.key, value=value)

    def _moment(self, cells: Mapping[str, object], zone: ZoneInfo) -> datetime:
        """Return when it was answered, told beside when the call began or ended."""
        cell = self._columns.read(cells, "answered_at")
        if cell is None or (isinstance(cell, str) and cell.strip() in EMPTY_MARKS):
            raise InvalidTimeError("is empty; every row has a day", code="day_missing")
        moment: datetime | date | time = self._dates.read(cell)
        clock = self._columns.read(cells, self._clock) if self._clock else None
        if clock is not None and not isinstance(moment, (datetime, time)):
            told = self._dates.read(clock)
            joined = join_moment(told, moment)
        else:
            joined = join_moment(moment, None)
        if joined is None or isinstance(moment, time):
            raise InvalidTimeError("there is a time of day and no date", code="day_missing")
        instant = at_zone(joined, zone)
        check_years(instant, self._latest, zone)
        return instant


def count_cells(table: Table, columns: Columns, field: str) -> Counter[object]:
    """Return what stands in a field's column, and how often; lists and the like are left to the rows that have them."""

    def cells() -> Iterator[object]:
        for row in table.rows:
            cell = columns.read(row.cells, field)
            if isinstance(cell, (str, int, float)):
                yield cell

    return Counter(cells())


def _tells(draft: InteractionDraft) -> bool:
    return bool(
        draft.external_id
        or draft.employee is not None
        or draft.topic is not None
        or draft.answered is not None
        or draft.resolved is not None
        or draft.wait_seconds is not None
        or draft.handle_seconds is not None
    )
