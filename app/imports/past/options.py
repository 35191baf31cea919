"""What whoever brings a file of answers says of it, and which of its columns is which field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from app.imports.guessing import guess_columns
from app.imports.mapping import Columns, InvalidMappingError, choose_columns
from app.imports.tables import Table
from app.imports.written_dates import WrittenDates
from app.kit.i18n import Language
from app.surveys.answers import FIELD as ANSWER
from app.surveys.definition import Definition, Question
from app.touchpoints.models import Channel

FIELDS = (
    *("rating", "comment", "answered_at", "time", "unit", "employee", "channel", "language", "id"),
    *("topic", "answered", "resolved", "wait_seconds", "handle_seconds", "date", "started_at", "ended_at"),
)
SHARED_FIELDS = ("unit", "employee", "channel", "language", "topic", "answered", "resolved")
_DAYS = ("answered_at", "date", "started_at", "ended_at")
_OF_CALLS = ("answered", "wait_seconds", "handle_seconds")
_VISITS, _CALLS = "office-visit", "call-follow-up"


@dataclass(frozen=True, slots=True)
class PastOptions:
    """How a file is read.

    `source` is by which a row with an id is known again. `unit` is the code or name of rows that name none. Times
    without a zone are the unit's, or of `zone`. `language` is that of answers that do not say theirs. Units and
    employees that are not there are made if so wished, units below `parent`. `scale` and `missing` say what the ratings
    mean, `dates` in which order a date stands, where the file does not prove it. `once`: of rows without an id that say
    in every column the same, the first is taken alone. `mapped_only`: no column is read for its name, and none is
    guessed.
    """

    source: str
    language: Language
    mapping: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    make_units: bool = False
    parent: str | None = None
    make_employees: bool = False
    survey: str | None = None
    channel: Channel | None = None
    scale: str | None = None
    missing: frozenset[str] = frozenset()
    dates: WrittenDates | None = None
    zone: ZoneInfo | None = None
    once: bool = False
    mapped_only: bool = False


def guess_answer_columns(table: Table) -> dict[str, str]:
    """Return the likeliest column of each field; a "time" without any day beside it is the whole moment."""
    guessed = guess_columns(table.columns, "responses")
    if "time" in guessed and not any(name in guessed for name in _DAYS):
        guessed["answered_at"] = guessed.pop("time")
    return guessed


def choose_answer_columns(table: Table, options: PastOptions) -> Columns:
    """Return where each field comes from: as mapped, else the column of its name; all guessed where nothing is mapped.

    Raises InvalidMappingError.
    """
    asked = tuple(name for name in options.mapping if name.startswith(ANSWER))
    mapping = options.mapping or ({} if options.mapped_only else guess_answer_columns(table))
    defaults = {**options.defaults, **({"unit": options.unit} if options.unit else {})}
    columns = choose_columns(
        table,
        (*FIELDS, *asked),
        required=("rating",),
        mapping=mapping,
        defaults=defaults,
        by_name=not options.mapped_only,
    )
    there = ", ".join(table.columns)
    if not any(columns.gives(name) for name in _DAYS):
        raise InvalidMappingError(
            f"no column for the day; the file has {there}: add --map 'answered_at=…'",
            field="answered_at",
            code="column_missing",
        )
    if not columns.gives("unit"):
        raise InvalidMappingError(
            f"no column for unit; the file has {there}: add --map 'unit=…', or say where all of these were by --unit",
            field="unit",
            code="column_missing",
        )
    return columns


def choose_channel(columns: Columns, options: PastOptions) -> Channel:
    """Return the channel of rows that do not say theirs: a file that tells how long people waited is of calls."""
    if options.channel is not None:
        return options.channel
    return Channel.CALL if any(columns.gives(name) for name in _OF_CALLS) else Channel.VISIT


def choose_survey(columns: Columns, options: PastOptions, channel: Channel) -> str:
    """Return the key of the survey that was answered."""
    if options.survey is not None:
        return options.survey
    return _CALLS if channel is Channel.CALL and "channel" not in columns.sources else _VISITS


def guess_survey(mapping: Mapping[str, str], survey: str | None, channel: Channel | None) -> str:
    """Return the survey as `choose_survey` does, by what is mapped alone."""
    if survey is not None:
        return survey
    calls = channel is Channel.CALL or (channel is None and any(name in mapping for name in _OF_CALLS))
    return _CALLS if calls and "channel" not in mapping else _VISITS


def choose_questions(columns: Columns, definition: Definition) -> Mapping[str, Question]:
    """Return the later question of each `answer-…` that is mapped, by that name; raises InvalidMappingError."""
    later = {f"{ANSWER}{question.key}": question for question in definition.later}
    asked = [name for name in columns.sources if name.startswith(ANSWER)]
    if unknown := [name for name in asked if name not in later]:
        raise InvalidMappingError(
            f"--map {unknown[0]}: the survey {definition.key} has no such question; there are {', '.join(later) or '-'}"
        )
    return {name: later[name] for name in asked}


def columns_of_interaction(columns: Columns, channel: Channel) -> Columns:
    """Return the columns as a file of interactions has them: there the day of the answer is the day of the call."""
    names = {"id": "external_id"}
    if not any(columns.gives(name) for name in _DAYS[1:]):
        names["answered_at"] = "date"
    left = {"answered_at", "rating", "comment"} - names.keys()
    sources = {names.get(name, name): column for name, column in columns.sources.items() if name not in left}
    defaults = {"channel": channel.value, **columns.defaults}
    return Columns({name: column for name, column in sources.items() if not name.startswith(ANSWER)}, defaults, ())
