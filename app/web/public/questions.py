"""What a question looks like on the page: faces, numbers, a list of answers, chips or a text; pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.kit.i18n import Language
from app.surveys.definition import Question, QuestionType


class Style(StrEnum):
    """How the answers are drawn."""

    FACES = "faces"
    NUMBERS = "numbers"
    LIST = "list"
    TEXT = "text"


_STYLES = {
    QuestionType.RATING5: Style.FACES,
    QuestionType.NPS: Style.NUMBERS,
    QuestionType.CES7: Style.NUMBERS,
    QuestionType.TEXT: Style.TEXT,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer. `spoken` is what a screen reader says where the page shows a bare number, else empty."""

    value: int
    label: str
    spoken: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question in the reader's language, with what was chosen or typed."""

    key: str
    style: Style
    text: str
    choices: tuple[Choice, ...]
    multiple: bool
    required: bool
    for_band: bool
    typed: str = ""

    @property
    def field(self) -> str:
        """The name of its form field."""
        return f"answer-{self.key}"


def show_question(question: Question, language: Language, company: str, given: Collection[str] = ()) -> ShownQuestion:
    """Return the question as it is drawn; `given` are form values, those that are none of its values are ignored."""
    style = Style.LIST if question.is_effort else _STYLES.get(question.type, Style.LIST)
    return ShownQuestion(
        key=question.key,
        style=style,
        text=question.ask(language, company),
        choices=tuple(_choice(question, value, style, language, given) for value in question.values()),
        multiple=question.multiple,
        required=question.required,
        for_band=question.show_if is not None and bool(question.show_if.band),
        typed=next(iter(given), "") if style is Style.TEXT else "",
    )


def read_value(text: str | None) -> int | None:
    """Return a whole number of at most three ASCII digits, or None; anything else never was a button of ours."""
    return int(text) if text and len(text) <= 3 and text.isascii() and text.isdigit() else None


def _choice(question: Question, value: int, style: Style, language: Language, given: Collection[str]) -> Choice:
    label = question.label(value, language)
    named = style is Style.NUMBERS and question.words(value) is not None
    return Choice(value, label, f"{value} – {label}" if named else "", str(value) in given)
