"""Answers to the later questions, from a form to values; pure.

A form may be old, doctored or from another version: what is unknown or not shown is passed over, what is shown and
cannot be taken is refused with the name of its field.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.kit.errors import InvalidInputError
from app.surveys.definition import Band, Definition, Question, QuestionType

FIELD = "answer-"
MAX_TEXT = 2000
_VALUE = re.compile(r"0|[1-9][0-9]{0,2}", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """One row: a value, or words; several options of one question are several answers."""

    question_key: str
    value: int | None = None
    text: str | None = None


def parse_answers(
    definition: Definition, form: Mapping[str, Sequence[str]], band: Band | None, rating: int
) -> list[Answer]:
    """Return what was answered, in the order of the survey; an optional question left empty gives nothing.

    `form` has every value of every field; those read are `answer-<question key>`. `band` and `rating` are those of the
    first question and decide what is shown. Raises InvalidInputError with `field` and a code of `not_an_option`,
    `one_answer_only`, `answer_required`, `text_too_long` or `unreadable_text`.
    """
    answers: list[Answer] = []
    given: dict[str, list[int]] = {definition.first.key: [rating]}
    for question in definition.later:
        if question.show_if is not None and not question.show_if.holds(given, band):
            continue
        field = FIELD + question.key
        found = list(_answers_to(question, form.get(field, ()), field))
        if question.required and not found:
            raise InvalidInputError(f"{question.key} must be answered", field=field, code="answer_required")
        given[question.key] = [answer.value for answer in found if answer.value is not None]
        answers += found
    return answers


def read_text(raw: str, field: str) -> str | None:
    """Return the words trimmed, line ends as `\\n`, or None if nothing is left; at most 2,000 code points.

    Raises InvalidInputError: `text_too_long`, or `unreadable_text` for NUL (PostgreSQL cannot keep it) and for half of
    a surrogate pair (UTF-8 cannot).
    """
    # A browser sends line ends as two characters and counts them as one.
    text = raw.replace("\r\n", "\n").strip()
    if _UNSTORABLE.search(text):
        raise InvalidInputError("the text has characters that cannot be kept", field=field, code="unreadable_text")
    if len(text) > MAX_TEXT:
        raise InvalidInputError(
            f"{len(text)} characters; at most {MAX_TEXT} are kept", field=field, code="text_too_long", limit=MAX_TEXT
        )
    return text or None


def _answers_to(question: Question, raw: Sequence[str], field: str) -> Iterator[Answer]:
    given = [text for text in raw if text.strip()]
    if len(given) > 1 and not question.multiple:
        raise InvalidInputError(f"{question.key} takes one answer", field=field, code="one_answer_only")
    if question.type is QuestionType.TEXT:
        for words in given:
            yield Answer(question.key, text=read_text(words, field))
        return
    # A value sent twice is one answer: the database keeps one row of each.
    for value in sorted({_read_value(question, text, field) for text in given}):
        yield Answer(question.key, value=value)


def _read_value(question: Question, text: str, field: str) -> int:
    value = int(text) if _VALUE.fullmatch(text) else None
    if value is None or not question.accepts(value):
        raise InvalidInputError(f"not an answer to {question.key}", field=field, code="not_an_option")
    return value
