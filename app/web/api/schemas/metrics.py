"""What the calls of figures take and give."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from app.analytics.before_after import Outcome
from app.analytics.differences import Difference
from app.analytics.measured import Measured
from app.analytics.metric_figures import Earlier, MetricGroup, MetricName, Split
from app.analytics.metrics import Figure, Method, Reason
from app.touchpoints.models import Channel
from app.web.api.schemas.fields import Code, Given, Short, Taken

# A day of this century: pydantic would take a number of seconds for one, too.
_DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
_CUTS = ("channel", "employee", "survey", "topic")


def _read_day(value: Any) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) and _DAY.fullmatch(value) else "")
    except ValueError:
        raise PydanticCustomError("day", "write a day such as 2026-03-04") from None


Day = Annotated[
    date,
    BeforeValidator(_read_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^20[0-9][0-9]-"}),
]
_Unit = Annotated[Code | None, Field(description="The unit's code; with all below it. The company, if left out.")]
_Since = Annotated[Day | None, Field(description="The first day, by the company's clock.")]
_Until = Annotated[Day | None, Field(description="The last day, included; today, if left out.")]
_Before = Annotated[
    Literal["true", "false"],
    Field(description="Also tell the same of as many days right before, and whether it changed."),
]


class MetricQuery(Taken):
    """Which answers; everything left out does not narrow.

    Without `since`, from the first answer on; with `before`, the last 30 days.
    """

    unit: _Unit = None
    since: _Since = None
    until: _Until = None
    employee: Annotated[Code | None, Field(description="The code of whoever served.")] = None
    channel: Annotated[Channel | None, Field(description="How the company was contacted.")] = None
    survey: Annotated[Code | None, Field(description="The survey's key.")] = None
    topic: Annotated[Short | None, Field(description="What the contact was about, as the other system told it.")] = None
    by: Annotated[
        Split | None,
        Field(
            description="Tell it also apart; a week begins on Monday. `topic` is what the contact was about, "
            "`comment_topic` what people spoke of (`csat` alone, and one answer may be in several groups)."
        ),
    ] = None
    before: _Before = "false"


class EmployeeMetricQuery(Taken):
    """Which answers of employees. Only whole months that are over are told; without days, the last one."""

    unit: _Unit = None
    since: _Since = None
    until: _Until = None
    by: Annotated[Literal["month", "unit"] | None, Field(description="Tell it also apart.")] = None
    before: _Before = "false"

    @model_validator(mode="before")
    @classmethod
    def _is_anonymous(cls, data: Any) -> Any:
        if isinstance(data, dict) and any(name in data for name in _CUTS):
            raise PydanticCustomError("anonymous", "what employees say is told by unit and whole months only")
        return data


class FigureOut(Given):
    """A figure from whole counts. A suppressed one has neither value nor interval."""

    value: float | None
    """The figure: shares from 0 to 1, means in the scale's own units, NPS from -100 to 100."""
    n: int
    """From how many."""
    ci_low: float | None
    """Where the 95 % interval begins."""
    ci_high: float | None
    """Where it ends."""
    method: Method
    """How the interval was computed."""
    suppressed: bool
    """Whether it is hidden: there are too few, or it would give away a group that has too few."""
    reason: Reason | None
    """Why it is hidden, or has no interval."""


class DifferenceOut(Given):
    """The headline less the headline before."""

    value: float
    """The difference."""
    ci_low: float
    """Where its 95 % interval begins."""
    ci_high: float
    """Where it ends."""

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceOut":
        """Return the difference as it is told."""
        return cls(value=difference.value, ci_low=difference.ci_low, ci_high=difference.ci_high)


class GroupOut(FigureOut):
    """The metric of one group. The fields of a figure are the headline's."""

    key: str
    """The unit's or employee's code, the channel, the topic, or the day, week or month (2026-W10, 2026-03)."""
    name: str | None
    """What people call it."""
    parts: dict[str, FigureOut]
    """Every figure of the metric, among them the headline; of `comment_topic` the headline alone."""

    @classmethod
    def of(cls, group: MetricGroup) -> "GroupOut":
        """Return the group as it is told."""
        return cls(**headline_of(group.measured), key=group.key, name=group.name, parts=parts_of(group.measured))


class EarlierOut(FigureOut):
    """The metric of as many days right before. The fields of a figure are the headline's."""

    since: date
    """Its first day."""
    until: date
    """Its last day."""
    parts: dict[str, FigureOut]
    """Every figure of the metric, among them the headline."""
    verdict: Outcome
    """`changed` only from 30 answers on either side on, where the difference's interval leaves 0 out."""
    difference: DifferenceOut | None
    """By how much; null with fewer than 30 answers on a side."""

    @classmethod
    def of(cls, earlier: Earlier) -> "EarlierOut":
        """Return the period before as it is told."""
        change = earlier.change
        return cls(
            **headline_of(earlier.measured),
            since=earlier.period.first,
            until=earlier.period.last,
            parts=parts_of(earlier.measured),
            verdict=change.outcome,
            difference=DifferenceOut.of(change.difference) if change.difference else None,
        )


class MetricOut(FigureOut):
    """A metric. The fields of a figure are the headline's."""

    metric: MetricName
    """Its name."""
    headline: str
    """Which of the parts the figure itself is."""
    since: date
    """The first day."""
    until: date
    """The last day, included."""
    unit: str | None
    """The unit's code; null for the company."""
    parts: dict[str, FigureOut]
    """Every figure of the metric, among them the headline."""
    histogram: dict[str, int]
    """How many gave each answer; empty where it is hidden or was not read from answers."""
    groups: list[GroupOut] | None
    """The groups asked for by `by`."""
    before: EarlierOut | None
    """The period before, asked for by `before`."""


def headline_of(measured: Measured) -> dict[str, Any]:
    """Return the seven fields of the headline."""
    return _fields(measured.figure)


def parts_of(measured: Measured) -> dict[str, FigureOut]:
    """Return every figure by its name."""
    return {name: FigureOut(**_fields(part)) for name, part in measured.parts.items()}


def _fields(figure: Figure) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in Figure.__dataclass_fields__}
