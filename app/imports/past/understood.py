"""What a file of answers says as it was understood, in short: its days, its ratings and its first rows. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.imports.past.places import UnitFinder
from app.imports.past.reading import ReadRow
from app.surveys.definition import Question

_FIRST = 5
_BEGINNING = 60


@dataclass(frozen=True, slots=True)
class FirstRow:
    """A row as it was understood: when, by the clock of `zone`, in which unit, the rating, the comment's beginning."""

    line: int
    at: datetime
    zone: ZoneInfo
    unit: str
    rating: int | None
    comment: str


@dataclass(frozen=True, slots=True)
class Understood:
    """The first and last day, the zones of times without one, by whose clocks they are, and how many of each rating."""

    first_day: date
    last_day: date
    zones: Sequence[str]
    ratings: Mapping[int, int]
    rows: Sequence[FirstRow]

    def lines(self) -> Iterator[str]:
        """Yield it for people at the command line."""
        given = ", ".join(f"{rating}: {count}" for rating, count in self.ratings.items())
        zones = ", ".join(self.zones)
        yield f"understood: {self.first_day} to {self.last_day}, times without a zone in {zones}; ratings {given}"
        for row in self.rows:
            rating = "no rating" if row.rating is None else str(row.rating)
            said = f", {row.comment!r}" if row.comment else ""
            when = f"{row.at.astimezone(row.zone):%Y-%m-%d %H:%M}"
            yield f"understood, line {row.line}: {when}, {row.unit}, {rating}{said}"


def sum_up(
    read: Sequence[ReadRow], units: UnitFinder, question: Question, *, zone: ZoneInfo | None
) -> Understood | None:
    """Return what the rows say, or None if there is none; `zone` is that of times without one, else the units' is."""
    if not read:
        return None
    places = {unit.id: unit.name for unit in (*units.stored.values(), *units.added)}
    zones = {text: zone or units.find(text).zone for text in {one.row.draft.unit for one in read}}
    given = Counter(one.row.rating for one in read)

    def day(one: ReadRow) -> date:
        return one.row.answered_at.astimezone(zones[one.row.draft.unit]).date()

    return Understood(
        min(day(one) for one in read),
        max(day(one) for one in read),
        sorted({each.key for each in zones.values()}),
        {value: given[value] for value in question.values()},
        [
            FirstRow(
                one.line,
                one.row.answered_at,
                zones[one.row.draft.unit],
                places[one.unit_id],
                one.row.rating,
                _begin(one.row.comment or ""),
            )
            for one in read[:_FIRST]
        ],
    )


def _begin(comment: str) -> str:
    """Return the beginning of a comment on one line, whole where it is short."""
    words = " ".join(comment[: 4 * _BEGINNING].split())
    return words if len(words) <= _BEGINNING else f"{words[:_BEGINNING].rstrip()}…"
