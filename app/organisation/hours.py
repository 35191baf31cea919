"""Opening hours as people write them: the common part of OpenStreetMap's `opening_hours`, and lists by weekday. Pure.

`Mo-Fr 09:00-18:00; Sa 10:00-14:00`, `24/7`, `09:00-13:00,14:00-18:00`, `Su off`, `Fr 22:00-02:00`. As in OpenStreetMap
a later rule replaces an earlier one on the days it names, and a day not named is closed. On public holidays (`PH off`,
`PH 10:00-16:00`, `Mo-Su,PH …`) a unit is closed unless its hours say otherwise; school holidays (`SH`) are left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.kit.errors import InvalidInputError
from app.organisation.weekdays import HOLIDAY, read_days

DAY = 24 * 60
MAX_LENGTH = 500
Span = tuple[int, int]

_SHORT = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_CURE = "write for example Mo-Fr 09:00-18:00; Sa 10:00-14:00, or 24/7"
_LIST_CURE = 'write for example {"days": "пн-пт", "hours": "09:00-18:00"}'
_CLOSED = frozenset(
    {
        *("-", "off", "closed", "day off"),
        *("выходной", "выходные", "закрыто", "закрыт", "не работает", "нерабочий день"),
        *("вихідний", "вихідні", "зачинено", "закрито", "не працює"),
        *("демалыс", "демалыс күні", "жабық", "жұмыс істемейді"),
    }
)
_ALWAYS = frozenset(("24/7", "24 часа", "24 hours", "круглосуточно", "цілодобово", "тәулік бойы"))
_BREAK = r"(?:перерыв|обед|перерва|обід|түскі үзіліс|үзіліс|break|lunch)"
_TIME = r"\d{1,2}(?:[:.]\d{2})?"
_SPAN = re.compile(rf"(?:с |from |з )?\s*({_TIME})\s*(?:[-–—]|до|to)\s*({_TIME})")
_RULE = re.compile(r"(?P<days>[^\d]*?)[\s:]*(?P<hours>24/7|\d.*|off|closed)", re.IGNORECASE | re.DOTALL)
_CUT = re.compile(rf"[\s,;(]*{_BREAK}\s*:?\s*(?P<spans>[^()]*)\)?\s*", re.IGNORECASE)


class InvalidHoursError(InvalidInputError):
    """Opening hours that cannot be read; the message (and the detail `text`) says which part and how to write it."""

    code = "invalid_hours"


@dataclass(frozen=True, slots=True)
class WeekHours:
    """When a unit works in a week: for each day, Monday first, spans in minutes from midnight, sorted and apart.

    Never empty: a deadline in working hours must come one day. `str()` gives the canonical OpenStreetMap text.
    `holidays` are the spans of a public holiday, None where nothing is said of them.
    """

    days: tuple[tuple[Span, ...], ...]
    holidays: tuple[Span, ...] | None = None

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise InvalidHoursError("a week has seven days, Monday first")
        for start, end in (span for day in (*self.days, self.holidays or ()) for span in day):
            if not 0 <= start < end <= DAY:
                raise InvalidHoursError(f"a span must lie within a day, not {start} to {end} minutes")
        object.__setattr__(self, "days", tuple(_merge(day) for day in self.days))
        if self.holidays is not None:
            object.__setattr__(self, "holidays", _merge(self.holidays))
        if not any(self.days):
            raise InvalidHoursError(
                f"not open on any day; leave hours empty to take the parent's, or {_CURE}", code="never_open"
            )

    @property
    def never_closes(self) -> bool:
        """Whether it is 24/7."""
        return all(day == ((0, DAY),) for day in self.days)

    def on_holidays(self, weekday: int) -> tuple[Span, ...]:
        """Return the spans of a public holiday on the weekday: as the hours say, else none; 24/7 knows no closing."""
        if self.holidays is not None:
            return self.holidays
        return self.days[weekday] if self.never_closes else ()

    def __str__(self) -> str:
        week = self._write_week()
        return week if self.holidays is None else f"{week}; PH {_write_spans(self.holidays)}"

    def _write_week(self) -> str:
        if self.never_closes:
            return "24/7"
        alike: dict[tuple[Span, ...], list[int]] = {}
        for day, spans in enumerate(self.days):
            if spans:
                alike.setdefault(spans, []).append(day)
        return "; ".join(f"{_write_days(days)} {_write_spans(spans)}" for spans, days in alike.items())


def parse_hours(text: str) -> WeekHours:
    """Return the week of an OpenStreetMap text; raises InvalidHoursError, which says what to write."""
    if len(text) > MAX_LENGTH:
        raise InvalidHoursError(
            f"{len(text)} characters of hours; at most {MAX_LENGTH} are read", code="hours_too_long", longest=MAX_LENGTH
        )
    if not text.strip():
        raise InvalidHoursError(f"no hours given; {_CURE}")
    week: list[list[Span]] = [[] for _ in range(7)]
    holidays: list[Span] | None = None
    for rule in text.split(";"):
        replaced: set[int] = set()
        # `Mo-Fr 09:00-18:00, Sa 10:00-14:00`: a comma before a weekday begins a rule too, one that adds.
        for part in re.split(r"(?<=\d)\s*,\s*(?=[^\W\d])|(?<=24/7)\s*,", rule):
            if not part.strip():
                continue
            days, spans = _read_rule(part.strip())
            for day in days:
                if day == HOLIDAY:
                    holidays = ((holidays or []) if day in replaced else []) + spans
                else:
                    week[day] = (week[day] if day in replaced else []) + spans
            replaced.update(days)
    return _build_week(week, holidays=holidays)


def parse_day_list(entries: Sequence[Mapping[str, object]]) -> WeekHours:
    """Return the week of a list such as `[{"days": "пн-пт", "hours": "09:00-18:00"}, {"days": "сб", "hours": "off"}]`.

    Weekdays and words ("выходной", "демалыс", "цілодобово") in English, Russian, Kazakh or Ukrainian. A day named twice
    is open in both spans; a break ("перерыв", "үзіліс") is cut out of every day. Raises InvalidHoursError.
    """
    week: list[list[Span]] = [[] for _ in range(7)]
    breaks: list[Span] = []
    for entry in entries:
        if not isinstance(entry, Mapping) or "days" not in entry:
            raise InvalidHoursError(f"{entry!r} names no days; {_LIST_CURE}", text=f"{entry!r}")
        name, written = _text(entry["days"]), _text(entry.get("hours"))
        if re.fullmatch(_BREAK, name.strip(), re.IGNORECASE):
            breaks += _read_spans(written, written, _LIST_CURE)
            continue
        days = read_days(name)
        if days is None:
            raise InvalidHoursError(f"{name!r} is not a weekday; {_LIST_CURE}", code="unknown_weekday", text=name)
        spans = _read_day_hours(written)
        for day in days:
            week[day] += spans
    return _build_week(week, breaks)


def _read_rule(text: str) -> tuple[tuple[int, ...], list[Span]]:
    found = _RULE.fullmatch(text)
    if found is None:
        raise InvalidHoursError(f"cannot read {text!r}; {_CURE}", text=text)
    names = found["days"].strip()
    days = read_days(names, holiday=True) if names else tuple(range(7))
    if days is None:
        raise InvalidHoursError(f"{names!r} is not a weekday; {_CURE}", code="unknown_weekday", text=names)
    hours = found["hours"].strip().casefold()
    if hours in ("off", "closed"):
        return days, []
    return days, [(0, DAY)] if hours == "24/7" else _read_spans(hours, text, _CURE)


def _read_day_hours(text: str) -> list[Span]:
    """Read `09:00-18:00`, `выходной`, `круглосуточно` or `09:00-18:00, перерыв 13:00-14:00`; nothing said is closed."""
    text = text.strip().casefold()
    if not text or text in _CLOSED:
        return []
    if text in _ALWAYS:
        return [(0, DAY)]
    pause = _CUT.search(text)
    if pause is None:
        return _read_spans(text, text, _LIST_CURE)
    open_spans = _read_spans(text[: pause.start()] + text[pause.end() :], text, _LIST_CURE)
    return _cut(open_spans, _read_spans(pause["spans"], text, _LIST_CURE))


def _read_spans(text: str, whole: str, cure: str) -> list[Span]:
    spans = []
    for part in re.split(r"[,;]", text):
        found = _SPAN.fullmatch(part.strip().casefold())
        if found is None:
            raise InvalidHoursError(
                f"cannot read {part.strip() or whole!r} as hours; {cure}", text=part.strip() or whole
            )
        spans.append(_read_span(found[1], found[2], cure))
    return spans


def _read_span(first: str, last: str, cure: str) -> Span:
    start, end = _read_time(first, cure), _read_time(last, cure)
    if start == end or start >= DAY:
        raise InvalidHoursError(
            f"{first}-{last} is no span of time; {cure}; all day is 00:00-24:00", text=f"{first}-{last}"
        )
    return (start, end if end > start else end + DAY)  # 22:00-02:00 ends on the next day


def _read_time(text: str, cure: str) -> int:
    hour, _, minute = text.replace(".", ":").partition(":")
    minutes = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or minutes > DAY:
        raise InvalidHoursError(f"there is no time {text}; {cure}", text=text)
    return minutes


def _build_week(
    week: Iterable[Sequence[Span]], breaks: Sequence[Span] = (), *, holidays: Sequence[Span] | None = None
) -> WeekHours:
    """Split what runs over midnight, and cut the breaks, which hold for every day, out of what is left.

    A holiday has no next day of its kind: what runs over its midnight ends there.
    """
    days: list[list[Span]] = [[] for _ in range(7)]
    for day, spans in enumerate(week):
        for start, end in spans:
            for piece_day, piece in _split(day, start, end):
                days[piece_day].append(piece)
    pauses = [piece for start, end in breaks for _, piece in _split(0, start, end)]
    closed = None if holidays is None else tuple((start, min(end, DAY)) for start, end in holidays)
    return WeekHours(tuple(tuple(_cut(spans, pauses)) for spans in days), closed)


def _split(day: int, start: int, end: int) -> Iterable[tuple[int, Span]]:
    if start < DAY:
        yield day, (start, min(end, DAY))
    if end > DAY:
        yield (day + 1) % 7, (max(start - DAY, 0), end - DAY)


def _cut(spans: Sequence[Span], breaks: Sequence[Span]) -> list[Span]:
    for away, back in breaks:
        pieces = [piece for start, end in spans for piece in ((start, min(end, away)), (max(start, back), end))]
        spans = [(start, end) for start, end in pieces if start < end]
    return list(spans)


def _merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _write_days(days: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(_SHORT[run[0]] if len(run) == 1 else f"{_SHORT[run[0]]}-{_SHORT[run[-1]]}" for run in runs)


def _write_spans(spans: Sequence[Span]) -> str:
    return ",".join(_write_span(*span) for span in spans) or "off"


def _write_span(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    raise InvalidHoursError(f"{value!r} is neither a text nor a list of texts; {_LIST_CURE}", text=f"{value!r}")
