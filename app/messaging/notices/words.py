"""The words of notices, from `config/notices.yaml`: what is told, the facts below it, buttons, and answers to taps.

Read strictly: a kind without words, a language left out, or a placeholder that nothing fills stops the start.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.kit.errors import ConfigurationError
from app.kit.i18n import Language, say
from app.kit.yaml_files import Mistake, parse_yaml, raise_mistakes, validate_yaml
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.taps import Deed
from app.messaging.placeholders import render_text

Label = Annotated[
    dict[
        Annotated[Language, Field(strict=False)],
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)],
    ],
    Field(min_length=len(Language)),
]
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
_LONGEST_TITLE, _LONGEST_BUTTON = 120, 24


class Fact(StrEnum):
    """A line below what is told, left out where nothing is known."""

    UNIT = "unit"
    RATING = "rating"
    RING_BY = "ring_by"
    SETTLE_BY = "settle_by"
    LATE = "late"
    COMMENT = "comment"


class Answer(StrEnum):
    """What is said after a tap, or to what somebody writes into the chat."""

    CLAIMED = "claimed"
    TAKEN = "taken"
    CLOSED = "closed"
    GONE = "gone"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    LINKED = "linked"
    LINK_OLD = "link_old"
    UNLINKED = "unlinked"
    STILL_A_CUSTOMER = "still_a_customer"
    HELP = "help"


class DigestLine(StrEnum):
    """A line of a digest."""

    WAITED = "waited"
    MORE = "more"
    OPEN = "open"
    OVERDUE = "overdue"
    MINE = "mine"


_CASE = ("company", "unit", "name")
_KIND_PLACES: Mapping[NoticeKind, tuple[str, ...]] = {
    NoticeKind.APPROVAL_ASKED: (*_CASE, "amount", "who"),
    NoticeKind.APPROVAL_DECIDED: (*_CASE, "amount", "who"),
    NoticeKind.DIGEST: ("company", "name", "day"),
    NoticeKind.SIGN_IN_CHANGED: ("company", "name", "change"),
    NoticeKind.TEST: ("company", "name"),
}
_ANSWER_PLACES: Mapping[Answer, tuple[str, ...]] = {
    Answer.TAKEN: ("name",),
    Answer.LINKED: ("name", "company"),
    Answer.SNOOZED: ("time",),
    Answer.HELP: ("company",),
    Answer.STILL_A_CUSTOMER: ("company",),
}


class Strict(BaseModel):
    """A part of the file: no key that we do not know, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class KindWords(Strict):
    """What is told: one line, which is an e-mail's subject too, and perhaps a sentence more.

    `title_without_number` is the line about a case in which there is nobody to ring; without it, the title is.
    """

    title: Label
    title_without_number: Label | None = None
    text: Label | None = None


class NoticeWords(Strict):
    """The file as a whole."""

    kinds: dict[Annotated[NoticeKind, Field(strict=False)], KindWords] = Field(description="What is told.")
    facts: dict[Annotated[Fact, Field(strict=False)], Label] = Field(description="Lines below it.")
    rules: dict[str, Label] = Field(description="Why somebody further up hears, by the rule of escalation.")
    changes: dict[str, Label] = Field(description="What was changed about how somebody signs in.")
    decisions: dict[str, Label] = Field(description="How a compensation was decided.")
    buttons: dict[str, Label] = Field(description="The buttons of Telegram: claim, snooze, acknowledge, open.")
    answers: dict[Annotated[Answer, Field(strict=False)], Label] = Field(description="What is said after a tap.")
    digest: dict[Annotated[DigestLine, Field(strict=False)], Label] = Field(description="Lines of a digest.")
    footer: Label = Field(description="The last line of an e-mail; it names {link}.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        raise_mistakes(self._find_mistakes())
        return self

    def _find_mistakes(self) -> Iterator[Mistake]:
        expected: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
            ("kinds", self.kinds, NoticeKind),
            ("facts", self.facts, Fact),
            ("answers", self.answers, Answer),
            ("digest", self.digest, DigestLine),
            ("buttons", self.buttons, BUTTONS),
        )
        for name, found, known in expected:
            if missing := sorted(set(known) - set(found)):
                yield (name,), f"no words for {', '.join(missing)}"
        for kind, words in self.kinds.items():
            places = _KIND_PLACES.get(kind, (*_CASE, "rule"))
            yield from _check(("kinds", kind, "title"), words.title, places, _LONGEST_TITLE)
            without = words.title_without_number or {}
            yield from _check(("kinds", kind, "title_without_number"), without, places, _LONGEST_TITLE)
            yield from _check(("kinds", kind, "text"), words.text or {}, places)
        for fact, label in self.facts.items():
            yield from _check(("facts", fact), label, ("value",))
        for answer, label in self.answers.items():
            yield from _check(("answers", answer), label, _ANSWER_PLACES.get(answer, ()))
        for line, label in self.digest.items():
            yield from _check(("digest", line), label, ("count",))
        for part in ("rules", "changes", "decisions", "buttons"):
            for key, label in getattr(self, part).items():
                yield from _check((part, key), label, (), _LONGEST_BUTTON if part == "buttons" else 0)
        yield from _check(("footer",), self.footer, ("link",))

    def title(self, kind: NoticeKind, language: Language, values: Mapping[str, str], *, has_number: bool = True) -> str:
        """Return what is told in one line; `has_number` tells whether there is somebody to ring."""
        words = self.kinds[kind]
        title = None if has_number else words.title_without_number
        return render_text(say(title or words.title, language), values)

    def text(self, kind: NoticeKind, language: Language, values: Mapping[str, str]) -> str:
        """Return the sentence after it, or nothing."""
        return render_text(say(self.kinds[kind].text or {}, language), values).strip()

    def fact(self, fact: Fact, language: Language, value: str) -> str:
        """Return the line of a fact."""
        return render_text(say(self.facts[fact], language), {"value": value})

    def answer(self, answer: Answer, language: Language, **values: str) -> str:
        """Return what is said after a tap."""
        return render_text(say(self.answers[answer], language), values)

    def digest_line(self, line: DigestLine, language: Language, count: int) -> str:
        """Return a line of a digest."""
        return render_text(say(self.digest[line], language), {"count": str(count)})

    def button(self, name: str, language: Language) -> str:
        """Return the label of a button, by a name of `BUTTONS`."""
        return say(self.buttons[name], language)

    def named(self, part: Mapping[str, Label], key: object, language: Language) -> str:
        """Return the words of a key of `rules`, `changes` or `decisions`, or nothing for one that has none."""
        return say(part.get(str(key), {}), language)


OPEN_BUTTON = "open"
DEED_BUTTONS: Mapping[Deed, str] = {Deed.CLAIM: "claim", Deed.SNOOZE: "snooze", Deed.ACKNOWLEDGE: "acknowledge"}
BUTTONS = (*DEED_BUTTONS.values(), OPEN_BUTTON)


def load_notice_words(path: Path) -> NoticeWords:
    """Return the words of the file; raises ConfigurationError that names every mistake with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}; it comes with the program") from error
    return validate_yaml(parse_yaml(content, path.name), NoticeWords)


def _check(
    place: tuple[str, ...], label: Mapping[Language, str], allowed: tuple[str, ...], limit: int = 0
) -> Iterator[Mistake]:
    for language, text in label.items():
        where = (*place, language)
        if limit and (len(text) > limit or "\n" in text):
            yield where, f"one line of at most {limit} characters"
        for found in _BRACES.findall(text):
            if len(found) == 1 or found[1:-1] not in allowed:
                names = ", ".join(f"{{{name}}}" for name in allowed) or "none"
                yield where, f"{found} cannot be filled in; allowed: {names}"
