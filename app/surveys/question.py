"""What one question is and the rules it must keep; pure.

Values are whole numbers: the point on a scale, or the position of an option in the file, from 1. Texts may carry the
placeholder `{company}`; labels may not.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.kit.i18n import Language, Text, say
from app.kit.yaml_files import Mistake, raise_mistakes
from app.surveys import wording

COMPANY = "{company}"
MAX_OPTIONS = 20

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=40)]
# An empty text would be an empty button.
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Wording = Annotated[dict[Annotated[Language, Field(strict=False)], Words], Field(min_length=1)]

Answered = Mapping[str, int | Collection[int]]


class Band(StrEnum):
    """What the first answer says about the respondent; the thresholds are routing's."""

    HAPPY = "happy"
    NEUTRAL = "neutral"
    UNHAPPY = "unhappy"


class QuestionType(StrEnum):
    """How a question is answered."""

    RATING5 = "rating5"
    NPS = "nps"
    CES7 = "ces7"
    PMF = "pmf"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


class Audience(StrEnum):
    """Who is asked; employees are never routed to review sites or to the callback list."""

    CUSTOMERS = "customers"
    EMPLOYEES = "employees"


class Metric(StrEnum):
    """The figure that a question feeds. `fcr`: the first option is the yes, every other one is a no."""

    CSAT = "csat"
    AGENT_CSAT = "agent_csat"
    ESAT = "esat"
    NPS = "nps"
    ENPS = "enps"
    CES = "ces"
    PMF = "pmf"
    FCR = "fcr"
    ACQUISITION = "acquisition"


_TYPES_OF: Mapping[Metric, tuple[QuestionType, ...]] = {
    Metric.CSAT: (QuestionType.RATING5,),
    Metric.AGENT_CSAT: (QuestionType.RATING5,),
    Metric.ESAT: (QuestionType.RATING5,),
    Metric.NPS: (QuestionType.NPS,),
    Metric.ENPS: (QuestionType.NPS,),
    # Ease on seven points (CES 2.0), or effort on five, where less is better (CES 1.0).
    Metric.CES: (QuestionType.CES7, QuestionType.RATING5),
    Metric.PMF: (QuestionType.PMF,),
    Metric.FCR: (QuestionType.YES_NO, QuestionType.CHOICE),
    Metric.ACQUISITION: (QuestionType.CHOICE,),
}
_SCALES: Mapping[QuestionType, range] = {
    QuestionType.RATING5: range(1, 6),
    QuestionType.NPS: range(11),
    QuestionType.CES7: range(1, 8),
}
_WORDS: Mapping[QuestionType, Mapping[int, Text]] = {
    QuestionType.RATING5: wording.RATING5,
    QuestionType.NPS: wording.NPS,
    QuestionType.CES7: wording.CES7,
    QuestionType.PMF: wording.PMF,
    QuestionType.YES_NO: wording.YES_NO,
}


class Part(BaseModel):
    """Strict (no text for a number), closed (no unknown field) and never changed after it was read."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class Option(Part):
    """One answer of a choice; its position in the file is its value."""

    key: Slug
    label: Wording


class ShowIf(Part):
    """When a later question is shown: in one of the bands, or after one of the values of an earlier question."""

    band: Annotated[tuple[Annotated[Band, Field(strict=False)], ...], Field(strict=False)] = ()
    question: Slug | None = None
    values: Annotated[tuple[int, ...], Field(strict=False, alias="in")] = ()

    @model_validator(mode="after")
    def _is_one_condition(self) -> Self:
        by_band, by_answer = bool(self.band), self.question is not None and bool(self.values)
        if by_band == by_answer or (by_band and (self.question is not None or self.values)):
            raise_mistakes([((), "write either `band: [unhappy]` or `question: KEY` with `in: [1, 2]`")])
        return self

    def holds(self, answered: Answered, band: Band | None) -> bool:
        """Tell whether the condition is met by what was answered so far."""
        if self.question is None:
            return band in self.band
        given = answered.get(self.question, ())
        return any(value in self.values for value in ((given,) if isinstance(given, int) else given))


class Question(Part):
    """One question. `labels` are the survey's own words for points of a scale; `label()` knows the usual ones."""

    key: Slug
    type: Annotated[QuestionType, Field(strict=False)]
    metric: Annotated[Metric | None, Field(strict=False)] = None
    text: Wording
    options: Annotated[tuple[Option, ...], Field(strict=False, max_length=MAX_OPTIONS)] = ()
    labels: dict[int, Wording] = Field(default_factory=dict)
    multiple: bool = False
    show_if: ShowIf | None = None
    required: bool = False

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        raise_mistakes([*self._options_mistakes(), *self._labels_mistakes(), *self._metric_mistakes()])
        return self

    def values(self) -> range:
        """Return the values that can be chosen: points of the scale, or positions from 1; nothing for a text."""
        if self.type in _SCALES:
            return _SCALES[self.type]
        return range(1, 1 + len(self.options or _WORDS.get(self.type, ())))

    @property
    def scale(self) -> QuestionType:
        """The type that stands for all whose answers are added up with its own in a figure, see `scale_of`."""
        return scale_of(self.metric, self.type)

    @property
    def is_effort(self) -> bool:
        """Whether it asks for effort on five points (CES 1.0), of which the first is the best: no faces fit that."""
        return self.type is QuestionType.RATING5 and self.metric is Metric.CES

    def accepts(self, value: int) -> bool:
        """Tell whether the value is one of the question's."""
        return value in self.values()

    def words(self, value: int) -> Text | None:
        """Return the words for a value in every language, or None where only the number is shown (NPS 1-9)."""
        if self.type is QuestionType.CHOICE:
            return self.options[value - 1].label if self.accepts(value) else None
        return self.labels.get(value) or _WORDS.get(self.type, MappingProxyType({})).get(value)

    def label(self, value: int, language: Language) -> str:
        """Return the words for a value, or the number itself where it has none; never empty."""
        words = self.words(value)
        return say(words, language) if words else str(value)

    def ask(self, language: Language, company: str) -> str:
        """Return the question as it is put, with the company's name in it."""
        return fill_company(say(self.text, language), company)

    def _options_mistakes(self) -> Iterator[Mistake]:
        if self.type is not QuestionType.CHOICE:
            if self.options:
                yield ("options",), f"only a choice has options; {self.type} has fixed values, leave them out"
            if self.multiple:
                yield ("multiple",), "only a choice can take several answers; leave it out or make the type `choice`"
        elif len(self.options) < 2:
            yield ("options",), "a choice needs at least two options"
        for position in find_repeated([option.key for option in self.options]):
            yield (
                ("options", position, "key"),
                f"the option {self.options[position].key!r} stands here twice; rename one",
            )

    def _labels_mistakes(self) -> Iterator[Mistake]:
        if self.is_effort and not self.labels:
            yield ("labels",), "effort has its own words: label every point, from the least effort (1) to the most (5)"
        if not self.labels:
            return
        if self.type not in _SCALES:
            yield ("labels",), "only scales (rating5, nps, ces7) have labels; a choice has options"
            return
        for value in self.labels:
            if not self.accepts(value):
                yield ("labels", value), f"no such value; {self.type} has {span(self.values())}"
        missing = [str(value) for value in self.values() if value not in self.labels]
        if missing and self.type is not QuestionType.NPS:
            yield ("labels",), f"label every point or none; missing: {', '.join(missing)}"

    def _metric_mistakes(self) -> Iterator[Mistake]:
        if self.metric and self.type not in _TYPES_OF[self.metric]:
            yield (
                ("metric",),
                f"{self.metric} is measured with {' or '.join(_TYPES_OF[self.metric])}, not with {self.type}",
            )


def scale_of(metric: Metric | None, kind: QuestionType) -> QuestionType:
    """Return the type that stands for all whose answers the metric adds up with those of this one.

    Of `fcr`, yes or no and one of several with the yes first are one question; no other types are ever added up.
    """
    return QuestionType.CHOICE if metric is Metric.FCR else kind


def list_scales(metric: Metric) -> tuple[QuestionType, ...]:
    """Return the scales that the metric is asked on, the usual one first; more than one only of `ces`."""
    return tuple(dict.fromkeys(scale_of(metric, kind) for kind in _TYPES_OF[metric]))


def fill_company(words: str, company: str) -> str:
    """Return the words with the company's name in the place of `{company}`."""
    return words.replace(COMPANY, company)


def find_repeated(keys: list[str] | list[Language]) -> list[int]:
    """Return the positions whose key has stood before."""
    seen: Counter[str] = Counter()
    positions = []
    for position, key in enumerate(keys):
        if seen[key]:
            positions.append(position)
        seen[key] += 1
    return positions


def span(values: range) -> str:
    """Return the values as a person writes them, `1 to 5`."""
    return f"{values[0]} to {values[-1]}"
