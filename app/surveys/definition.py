"""What a survey is and the rules it must keep; pure.

The first question is what a tap answers; routing looks at it and at nothing else. Every later question is optional to
the respondent unless it says `required`, and is part of one form.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.kit.errors import NotFoundError
from app.kit.i18n import Language, say
from app.kit.yaml_files import Loc, Mistake, raise_mistakes
from app.surveys.question import (
    COMPANY,
    Answered,
    Audience,
    Band,
    Metric,
    Option,
    Part,
    Question,
    QuestionType,
    ShowIf,
    Slug,
    Wording,
    fill_company,
    find_repeated,
    span,
)

__all__ = [
    "Answered",
    "Audience",
    "Band",
    "Definition",
    "Metric",
    "Option",
    "Question",
    "QuestionType",
    "Routing",
    "ShowIf",
    "UnknownQuestionError",
    "fill_company",
]

MAX_QUESTIONS = 12
_ASKED_OF_EMPLOYEES = (Metric.ESAT, Metric.ENPS)
_BANDED = (QuestionType.RATING5, QuestionType.NPS)
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")


class UnknownQuestionError(NotFoundError):
    """This version of the survey has no question of that key."""

    code = "unknown_question"


class Routing(Part):
    """A survey's own thresholds, in the raw units of its first question, instead of those of `config/routing.yaml`."""

    happy_at_least: int
    unhappy_at_most: int


class Definition(Part):
    """One version of a survey."""

    key: Slug
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    audience: Annotated[Audience, Field(strict=False)]
    languages: Annotated[tuple[Annotated[Language, Field(strict=False)], ...], Field(strict=False, min_length=1)]
    title: Wording
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
        for position in find_repeated(list(self.languages)):
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
        if first.is_effort:
            yield (
                ("questions", 0, "metric"),
                "more effort is worse, so no tap on faces can ask for it: move it down, or ask with ces7",
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
                yield ("routing", name), f"{self.first.type} has {span(self.first.values())}; write one of these"
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
        for number in find_repeated([question.key for question in self.questions]):
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
                    yield ("in", position), f"{asked.key!r} has no value {value}; it has {span(asked.values())}"
