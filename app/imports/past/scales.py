"""What a cell of ratings means on the survey's own scale. Pure.

A rating is never stretched from one scale to another: eleven points are no five points. What is done is to move a
scale of as many points (0-4 to 1-5), to turn it round, or to read words; anything else has to be written out, answer
by answer.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.imports.past.known_scales import NO_ANSWER, five_point_scales
from app.imports.past.points import read_points
from app.kit.errors import InvalidInputError
from app.surveys.definition import Question, QuestionType

_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_WHOLE = re.compile(r"\d{1,3}")
_RANGE = re.compile(r"(\d{1,2})\s*[-–—]\s*(\d{1,2})")
_REVERSED = frozenset({"reversed", "наоборот", "навпаки", "керісінше"})
_ORDERED = (QuestionType.RATING5, QuestionType.NPS, QuestionType.CES7)
_NAMED = 8
# With fewer of its ratings off the scale, a column is not of another scale.
_STRANGE_SHARE = 0.1


class InvalidScaleError(InvalidInputError):
    """A `--scale` that does not fit the survey, or a column of ratings that no scale fits; a finer `code` says why."""

    code = "invalid_scale"


class NotOnScaleError(InvalidInputError):
    """A cell that is no answer of the scale."""

    code = "not_on_scale"


class Reading(NamedTuple):
    """A value of the survey's question, or None with the code that says that there is none (empty for a bare cell)."""

    value: int | None
    code: str = ""


_NOTHING = Reading(None)


@dataclass(slots=True)
class Scale:
    """Values by what stands in the file (small letters, whole numbers without a fraction), and codes of no answer.

    `top` is the most points of the file's scale, where it has points: `4/5` is 4 if it is 5. `words` are the question's
    own, as they may stand before a number.
    """

    values: Mapping[str, int]
    missing: frozenset[str] = frozenset()
    top: int | None = None
    words: frozenset[str] = frozenset()
    _read: dict[object, Reading] = field(default_factory=dict)

    def read(self, cell: object) -> Reading:
        """Return what a cell says; raises NotOnScaleError."""
        if cell is None:
            return _NOTHING
        if isinstance(cell, (str, int, float)):
            # True is 1 to a dictionary, and 1.0 is 1.
            key = (type(cell), cell)
            found = self._read.get(key)
            if found is None:
                found = self._read[key] = self._look_up(cell)
            return found
        name = type(cell).__name__
        raise NotOnScaleError(f"a rating is expected, not {name}", text=name)

    def _look_up(self, cell: str | float) -> Reading:
        word = fold_answer(cell)
        if not word:
            return _NOTHING
        if word in self.missing:
            return Reading(None, str(cell).strip())
        if (value := self.values.get(word)) is not None:
            return Reading(value)
        if (value := self._points(word)) is not None:
            return Reading(value)
        if word in NO_ANSWER:
            return Reading(None, str(cell).strip())
        known = ", ".join(f"{word}={value}" for word, value in list(self.values.items())[:_NAMED])
        raise NotOnScaleError(
            f"{str(cell)[:40]!r} is no answer of the scale ({known}); name it in --scale, or in --missing if it means "
            "that there is no answer",
            text=str(cell)[:40],
        )

    def _points(self, word: str) -> int | None:
        points = read_points(word, self.words) if self.top is not None else None
        return self.values.get(str(points.given)) if points is not None and points.most in (None, self.top) else None


def fold_answer(cell: str | float) -> str:
    """Return an answer as answers are compared: in small letters, single spaces, `5` for 5, 5.0, "5.0" and "5,0"."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, int):
        return str(cell)
    word = " ".join(cell.casefold().replace("ё", "е").replace("’", "'").split())
    number, sign, fraction = word.replace(",", ".").partition(".")
    if sign and fraction.strip("0") == "" and number.isascii() and number.isdigit():
        return number
    return word


def read_missing(texts: Iterable[str]) -> frozenset[str]:
    """Return the codes of no answer that `--missing "Don't know,N/A"` names, each also given by itself."""
    return frozenset(fold_answer(each) for text in texts for each in text.split(",") if each.strip())


def find_scale(
    question: Question, cells: Collection[object], *, said: str | None, missing: frozenset[str] = frozenset()
) -> Scale:
    """Return how a column of ratings is read; `cells` are its rows' (or how often each is), `said` what `--scale` says.

    Left out, numbers are those of the question itself, and words are those of the question or of a scale that is known.
    Raises InvalidScaleError.
    """
    own, labels = _own_numbers(question), frozenset(word for each in _question_words(question) for word in each)
    if said is None:
        words = {fold_answer(cell) for cell in cells if isinstance(cell, (str, int, float))} - missing - {""}
        ordered = question.type in _ORDERED
        if ordered:
            _check_points(question, _count_points(cells, missing, labels))
            _check_labels(question, words)
        texts = {word for word in words - own.keys() if not _NUMBER.fullmatch(word)}
        if ordered:
            texts = {word for word in texts if read_points(word, labels) is None}
        # Among numbers a strange word is its row's mistake; where there are only words, no row could be read.
        known = _known(question, texts, needed=not words - texts - NO_ANSWER) if texts else {}
        return Scale({**known, **own}, missing, question.values()[-1] if ordered else None, labels)
    if "=" in said:
        return Scale(_written(question, said), missing)
    theirs, values = _moved(question, said)
    return Scale(values, missing, theirs, labels)


def _count_points(
    cells: Collection[object], missing: frozenset[str], labels: frozenset[str]
) -> Counter[tuple[int, int]]:
    """Return how many cells give so many points, of how many (the points themselves where that is not said)."""
    given: Counter[tuple[int, int]] = Counter()
    for cell, count in (cells if isinstance(cells, Counter) else Counter(cells)).items():
        word = fold_answer(cell) if isinstance(cell, (str, int, float)) else ""
        if word in missing:
            continue
        if (points := read_points(word, labels)) is not None:
            given[points.given, points.most or points.given] += count
        elif _WHOLE.fullmatch(word):
            given[int(word), int(word)] += count
    return given


def _check_points(question: Question, given: Counter[tuple[int, int]]) -> None:
    """Refuse a column whose numbers are plainly of another scale: each of its rows would be refused by itself.

    A few strange numbers among many are their rows' mistakes.
    """
    own = set(question.values())
    other = sum(count for points, count in given.items() if not own.issuperset(points))
    if other < _STRANGE_SHARE * given.total():
        return
    strange = {number for points in given for number in points} - own
    most = max(strange, default=0)
    if question.type is not QuestionType.NPS and len(strange) >= 2 and 8 <= most <= 10:
        raise InvalidScaleError(
            f"these ratings go up to {most}, and the survey has {_span(question)}: where they answer whether people "
            "would recommend you, from 0 to 10, that is --survey nps; else write out by --scale what each one means: "
            "0=1,1=1,2=1,3=2",
            code="scale_of_ten",
            most=most,
            low=question.values()[0],
            high=question.values()[-1],
        )
    if question.type is QuestionType.RATING5 and strange == {6, 7}:
        raise InvalidScaleError(
            f"these ratings go up to 7, and the survey has {_span(question)}: where they answer how easy it was, that "
            "is --survey ces; else write out by --scale what each one means: 1=1,2=1,3=2",
            code="scale_of_seven",
            low=question.values()[0],
            high=question.values()[-1],
        )
    if len(strange) >= 5 and 10 < most <= 100:
        raise InvalidScaleError(
            f"these ratings go up to {most}, and the survey has {_span(question)}; write out by --scale what each one "
            "means: 100=5,90=5,80=4",
            code="scale_too_long",
            most=most,
            low=question.values()[0],
            high=question.values()[-1],
        )


def _check_labels(question: Question, words: Iterable[str]) -> None:
    """Refuse numbers that run the other way than the words beside them: `1 - excellent`, `5 - very poor`."""
    own = list(_question_words(question))
    known = frozenset(word for each in own for word in each)
    given = {(word, points.given, points.label) for word in words if (points := read_points(word, known)) is not None}
    low, high = question.values()[0], question.values()[-1]
    turned: Mapping[str, float] = {}
    best = 0, 0.0
    for scale, worst, most in (*((each, 1, 5) for each in five_point_scales()), *((each, low, high) for each in own)):
        # Each from -1 to 1: below 0 where a number is of one half and its word of the other.
        found = {
            word: _on_side(number, low, high) * _on_side(scale[label], worst, most)
            for word, number, label in given
            if label in scale
        }
        # Of scales that have as many of the words the one that agrees best with the numbers is meant.
        if found and (len(found), sum(found.values())) > best:
            best, turned = (len(found), sum(found.values())), found
    if turned and (best[1] < 0 or min(turned.values()) <= -0.5):
        example = min(turned, key=lambda word: (turned[word], word))
        raise InvalidScaleError(
            f"{example!r}: the numbers and the words beside them run opposite ways; if 1 is the best, say --scale "
            "reversed, else write out by --scale what each of them means",
            code="scale_turned",
            text=example,
        )


def _on_side(value: int, low: int, high: int) -> float:
    return (2 * value - low - high) / (high - low)


def _own_numbers(question: Question) -> dict[str, int]:
    return {str(value): value for value in question.values()}


def _known(question: Question, texts: Collection[str], *, needed: bool) -> Mapping[str, int]:
    """Return the scale of words that reads most of the texts; raises InvalidScaleError for two, or if needed none."""
    scales = [*_question_words(question), *(five_point_scales() if question.type is QuestionType.RATING5 else ())]
    read = [{text: scale[text] for text in texts if text in scale} for scale in scales]
    most = max(map(len, read), default=0)
    best = {tuple(sorted(each.items())): scale for each, scale in zip(read, scales, strict=True) if len(each) == most}
    strange = {text for text in texts if text not in NO_ANSWER}
    if most == 0 and (not needed or not strange):
        return {}
    listed = ", ".join(repr(text[:40]) for text in sorted(strange or texts)[:_NAMED])
    if len(strange) > 2 * most:
        raise InvalidScaleError(
            f"these answers are of no scale that is known: {listed}; write which is which by --scale 'Good=4,Bad=2', "
            "and by --missing what means that there is no answer",
            code="scale_unknown",
            answers=listed,
        )
    if len(best) > 1:
        raise InvalidScaleError(
            f"{listed}: these words stand in several scales for different points; write which is which by --scale "
            "'Good=4,Bad=2'",
            code="scale_unclear",
            answers=listed,
        )
    return next(iter(best.values()))


def _question_words(question: Question) -> Iterable[Mapping[str, int]]:
    """Yield the question's own words, all languages together, and the keys of its options."""
    words = {fold_answer(text): value for value in question.values() for text in (question.words(value) or {}).values()}
    keys = {fold_answer(option.key): place for place, option in enumerate(question.options, 1)}
    yield {**words, **keys}


def _written(question: Question, said: str) -> dict[str, int]:
    """Return the scale of `Extremely likely=5,Likely=4`."""
    values: dict[str, int] = {}
    for pair in (each for each in said.split(",") if each.strip()):
        word, sign, value = pair.rpartition("=")
        number = value.strip()
        if not sign or not word.strip() or not (number.isascii() and number.isdigit()):
            raise InvalidScaleError(
                f"--scale {pair.strip()[:80]}: write answer=number, such as Likely=4",
                code="scale_pair",
                text=pair.strip()[:80],
            )
        if len(number) > 4 or not question.accepts(int(number)):
            raise InvalidScaleError(
                f"--scale {pair.strip()[:80]}: the survey has {_span(question)}",
                code="scale_value",
                text=pair.strip()[:80],
                low=question.values()[0],
                high=question.values()[-1],
            )
        if values.setdefault(fold_answer(word), int(number)) != int(number):
            raise InvalidScaleError(
                f"--scale: {word.strip()[:80]!r} stands there twice", code="scale_twice", text=word.strip()[:80]
            )
    return values


def _moved(question: Question, said: str) -> tuple[int, dict[str, int]]:
    """Return the most points and the scale of `0-4`, `reversed` (in one of its languages) or `0-4 reversed`."""
    if question.type not in _ORDERED:
        raise InvalidScaleError(
            f"--scale {said}: the survey's answers have no order; write answer=number for each", code="scale_no_order"
        )
    words = said.casefold().replace(",", " ").split()
    turned, ranges = not _REVERSED.isdisjoint(words), [word for word in words if word not in _REVERSED]
    own: Sequence[int] = question.values()
    theirs: Sequence[int] = own
    if ranges:
        found = _RANGE.fullmatch(" ".join(ranges))
        if found is None:
            raise InvalidScaleError(
                f"--scale {said[:80]}: write 0-4, reversed, 0-4 reversed, or answer=number pairs such as Likely=4",
                code="scale_form",
                text=said[:80],
            )
        theirs = range(int(found[1]), int(found[2]) + 1)
    elif not turned:
        raise InvalidScaleError(
            "--scale: write 0-4, reversed, 0-4 reversed, or pairs such as Likely=4", code="scale_form", text=said[:80]
        )
    if len(theirs) != len(own):
        raise InvalidScaleError(
            f"--scale {said[:80]}: {len(theirs)} points cannot become the {len(own)} of this survey "
            f"({_span(question)}); choose another --survey (nps has 0 to 10), or write out which answer is "
            "which: 0=1,1=1,2=2",
            code="scale_points",
            points=len(theirs),
            low=question.values()[0],
            high=question.values()[-1],
        )
    return theirs[-1], {str(each): value for each, value in zip(theirs, reversed(own) if turned else own, strict=True)}


def _span(question: Question) -> str:
    values = question.values()
    return f"{values[0]} to {values[-1]}"
