"""What a survey is and the rules it must keep; pure.

The first question is what a tap answers; routing looks at it and at nothing else. Every later question is optional to
the respondent unless it says `required`, and is part of one form. Values are whole numbers: the point on a scale, or
the position of an option in the file, from 1. Texts may carry the placeholder `{company}` and no other.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.kit.errors import NotFoundError
from app.kit.i18n import Language, Text, say
from app.kit.yaml_files import Loc, Mistake, raise_mistakes
from app.surveys import wording

COMPANY = "{company}"
MAX_QUESTIONS = 12
MAX_OPTIONS = 20

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=40)]
# The database holds what the file says in quotes or not; an empty text would be an empty button.
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_Wording = Annotated[dict[Annotated[Language, Field(strict=False)], _Words], Field(min_length=1)]
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")

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
    Metric.CES: (QuestionType.CES7,),
    Metric.PMF: (QuestionType.PMF,),
    Metric.FCR: (QuestionType.YES_NO, QuestionType.CHOICE),
    Metric.ACQUISITION: (QuestionType.CHOICE,),
}
_ASKED_OF_EMPLOYEES = (Metric.ESAT, Metric.ENPS)
_BANDED = (QuestionType.RATING5, QuestionType.NPS)
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


class UnknownQuestionError(NotFoundError):
    """This version of the survey has no question of that key."""

    code = "unknown_question"


class _Part(BaseModel):
    """Strict (no text for a number), closed (no unknown field) and never changed after it was read."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=True)


class Option(_Part):
    """One answer of a choice; its position in the file is its value."""

    key: Slug
    label: _Wording


class ShowIf(_Part):
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


class Question(_Part):
    """One question. `labels` are the survey's own words for points of a scale; `label()` knows the usual ones."""

    key: Slug
    type: Annotated[QuestionType, Field(strict=False)]
    metric: Annotated[Metric | None, Field(strict=False)] = None
    text: _Wording
    options: Annotated[tuple[Option, ...], Field(strict=False, max_length=MAX_OPTIONS)] = ()
    labels: dict[int, _Wording] = Field(default_factory=dict)
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
        for position in _repeated([option.key for option in self.options]):
            yield (
                ("options", position, "key"),
                f"the option {self.options[position].key!r} stands here twice; rename one",
            )

    def _labels_mistakes(self) -> Iterator[Mistake]:
        if not self.labels:
            return
        if self.type not in _SCALES:
            yield ("labels",), "only scales (rating5, nps, ces7) have labels; a choice has options"
            return
        for value in self.labels:
            if not self.accepts(value):
                yield ("labels", value), f"no such value; {self.type} has {_span(self.values())}"
        missing = [str(value) for value in self.values() if value not in self.labels]
        if missing and self.type is not QuestionType.NPS:
            yield ("labels",), f"label every point or none; missing: {', '.join(missing)}"

    def _metric_mistakes(self) -> Iterator[Mistake]:
        if self.metric and self.type not in _TYPES_OF[self.metric]:
            yield (
                ("metric",),
                f"{self.metric} is measured with {' or '.join(_TYPES_OF[self.metric])}, not with {self.type}",
            )


class Routing(_Part):
    """A survey's own thresholds, in the raw units of its first question, instead of those of `config/routing.yaml`."""

    happy_at_least: int
    unhappy_at_most: int


class Definition(_Part):
    """One version of a survey."""

    key: Slug
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    audience: Annotated[Audience, Field(strict=False)]
    languages: Annotated[tuple[Annotated[Language, Field(strict=False)], ...], Field(strict=False, min_length=1)]
    title: _Wording
    routing: Routing | None = None
    questions: Annotated[tuple[Question, ...], Field(strict=False, min_length=1, max_length=MAX_QUESTIONS)]

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        raise_mistakes(
            [
                *self._text_mistakes(),
                *self._first_question_mistakes(),
                *self._routing_mistakes(),
                *self._audience_mistakes(),
                *self._show_if_mistakes(),
            ]
        )
        return self

    @property
    def first(self) -> Question:
        """The question that a tap answers."""
        return self.questions[0]

    @property
    def later(self) -> tuple[Question, ...]:
        """The questions of the optional form."""
        return self.questions[1:]

    @property
    def has_bands(self) -> bool:
        """Whether an answer is happy, neutral or unhappy; only then is it routed."""
        return self.audience is Audience.CUSTOMERS and self.first.type in _BANDED

    def name(self, language: Language, company: str) -> str:
        """Return the title with the company's name in it."""
        return fill_company(say(self.title, language), company)

    def question(self, key: str) -> Question:
        """Return the question; raises UnknownQuestionError."""
        for question in self.questions:
            if question.key == key:
                return question
        raise UnknownQuestionError(f"survey {self.key} {self.version} has no question {key!r}")

    def shown(self, answers: Answered, band: Band | None) -> tuple[Question, ...]:
        """Return the later questions to show, in order.

        `answers` are values by question key (several for a multiple choice), the first question's rating among them.
        What depends on a question not answered yet is left out.
        """
        return tuple(
            question for question in self.later if question.show_if is None or question.show_if.holds(answers, band)
        )

    def _text_mistakes(self) -> Iterator[Mistake]:
        for position in _repeated(list(self.languages)):
            yield ("languages", position), f"{self.languages[position]} stands here twice"
        for loc, text, may_name_company in self._texts():
            if missing := [language for language in self.languages if language not in text]:
                yield loc, f"missing in {', '.join(missing)}; write it, or take the language off `languages`"
            for language, words in text.items():
                if language not in self.languages:
                    yield (*loc, language), f"{language} is not among `languages`; add it there or leave this text out"
                allowed = COMPANY if may_name_company else None
                if wrong := [found for found in _BRACES.findall(words) if found != allowed]:
                    cure = (
                        f"the only placeholder is {COMPANY}" if may_name_company else "no placeholder is filled in here"
                    )
                    yield (*loc, language), f"{wrong[0]} cannot be filled in; {cure}"

    def _texts(self) -> Iterator[tuple[Loc, Mapping[Language, str], bool]]:
        yield ("title",), self.title, True
        for number, question in enumerate(self.questions):
            yield ("questions", number, "text"), question.text, True
            for value, words in question.labels.items():
                yield ("questions", number, "labels", value), words, False
            for position, option in enumerate(question.options):
                yield ("questions", number, "options", position, "label"), option.label, False

    def _first_question_mistakes(self) -> Iterator[Mistake]:
        first = self.first
        if first.type is QuestionType.TEXT:
            yield (
                ("questions", 0, "type"),
                "the first question is answered by one tap, so it cannot be a text; move it down",
            )
        if first.multiple:
            yield ("questions", 0, "multiple"), "the first question is answered by one tap; leave `multiple` out"
        if first.show_if:
            yield ("questions", 0, "show_if"), "the first question is always shown; leave `show_if` out"

    def _routing_mistakes(self) -> Iterator[Mistake]:
        if self.routing is None:
            return
        if not self.has_bands:
            yield ("routing",), "only customers' surveys that begin with rating5 or nps are routed; leave `routing` out"
            return
        for name, threshold in (
            ("happy_at_least", self.routing.happy_at_least),
            ("unhappy_at_most", self.routing.unhappy_at_most),
        ):
            if not self.first.accepts(threshold):
                yield ("routing", name), f"{self.first.type} has {_span(self.first.values())}; write one of these"
        if self.routing.happy_at_least <= self.routing.unhappy_at_most:
            yield ("routing",), "`happy_at_least` must be above `unhappy_at_most`"

    def _audience_mistakes(self) -> Iterator[Mistake]:
        for number, question in enumerate(self.questions):
            if question.metric is None:
                continue
            right = Audience.EMPLOYEES if question.metric in _ASKED_OF_EMPLOYEES else Audience.CUSTOMERS
            if self.audience is not right:
                yield (
                    ("questions", number, "metric"),
                    f"{question.metric} is asked of {right}, this survey of {self.audience}",
                )

    def _show_if_mistakes(self) -> Iterator[Mistake]:
        for number in _repeated([question.key for question in self.questions]):
            yield (
                ("questions", number, "key"),
                f"the question {self.questions[number].key!r} stands here twice; rename one",
            )
        earlier: dict[str, Question] = {}
        for number, question in enumerate(self.questions):
            if number and question.show_if:
                for loc, message in self._condition_mistakes(question.show_if, earlier):
                    yield ("questions", number, "show_if", *loc), message
            earlier.setdefault(question.key, question)

    def _condition_mistakes(self, condition: ShowIf, earlier: Mapping[str, Question]) -> Iterator[Mistake]:
        if condition.question is None:
            if not self.has_bands:
                yield ("band",), "answers have a band only in customers' surveys that begin with rating5 or nps"
            return
        asked = earlier.get(condition.question)
        if asked is None:
            yield ("question",), f"{condition.question!r} is not an earlier question; there are: {', '.join(earlier)}"
        elif asked.type is QuestionType.TEXT:
            yield ("question",), f"{condition.question!r} is a text; a condition needs a scale or a choice"
        else:
            for position, value in enumerate(condition.values):
                if not asked.accepts(value):
                    yield ("in", position), f"{asked.key!r} has no value {value}; it has {_span(asked.values())}"


def fill_company(words: str, company: str) -> str:
    """Return the words with the company's name in the place of `{company}`."""
    return words.replace(COMPANY, company)


def _repeated(keys: list[str] | list[Language]) -> list[int]:
    """Return the positions whose key has stood before."""
    seen: Counter[str] = Counter()
    positions = []
    for position, key in enumerate(keys):
        if seen[key]:
            positions.append(position)
        seen[key] += 1
    return positions


def _span(values: range) -> str:
    return f"{values[0]} to {values[-1]}"
