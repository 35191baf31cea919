"""How many points a rating gives that is written with more than its number: `4/5`, `5 из 5`, `★★★★☆`, `5 - отлично`.

Pure. Texts are folded as answers are: small letters, single spaces.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from app.imports.past.known_scales import five_point_scales

_FULL, _EMPTY = "★⭐✭✮", "☆✩"
_STARS = re.compile(f"[{_FULL}{_EMPTY}\N{VARIATION SELECTOR-16} ]+")
_NUMBER = r"(\d{1,3})(?:[.,]0+)?"
_OF = re.compile(rf"{_NUMBER}\s*(?:/|из|з|із|out of|of)\s*(\d{{1,3}})\s*(\D*)")
_OF_KAZAKH = re.compile(rf"(\d{{1,3}})\s*-?\s*(?:тен|тан|ден|дан)\s+{_NUMBER}")
_UNITS = re.compile(
    rf"{_NUMBER}\s*(?:баллов|балла|балл|бали|балів|бала|бал|балл?\.|ұпай|points?|pts?|stars?|звезды|звезда|звезд|"
    r"зірка|зірки|зірок|жұлдыз)"
)
_LABELLED = re.compile(rf"{_NUMBER}\s*(?:[-–—:=.)]\s*|\()(\D+)")
_LABEL_FIRST = re.compile(rf"(\D*?[^\W\d_]\D*?)\s*[-–—:=(]\s*{_NUMBER}\)?")
_NAMES = r"(?:(?:ваша |моя |your )?(?:оценка|оцінка|баға|rating|score|grade|балл|баллы|бал|points?|csat|nps))"
_NAMED = re.compile(rf"{_NAMES}\s+{_NUMBER}")
_NAME = re.compile(_NAMES)
_WORDS = frozenset(word for scale in five_point_scales() for word in scale)


class Points(NamedTuple):
    """The points given, of how many if that is said, and in which words if they stand beside them."""

    given: int
    most: int | None = None
    label: str = ""


@lru_cache(maxsize=4096)
def read_points(word: str, words: frozenset[str] = frozenset()) -> Points | None:
    """Return the points of a folded answer, or None if it is no number with something beside it.

    What stands before a number says what it is: a rating, or a word of a known scale or of `words`.
    """
    if len(word) > 80:
        return None
    full = sum(word.count(star) for star in _FULL)
    if full and _STARS.fullmatch(word):
        empty = sum(word.count(star) for star in _EMPTY)
        return Points(full, full + empty if empty else None)
    if (found := _OF.fullmatch(word)) is not None:
        return Points(int(found[1]), int(found[2]), _trim(found[3]))
    if (found := _OF_KAZAKH.fullmatch(word)) is not None:
        return Points(int(found[2]), int(found[1]))
    for shape in (_UNITS, _NAMED):
        if (found := shape.fullmatch(word)) is not None:
            return Points(int(found[1]))
    if (found := _LABELLED.fullmatch(word)) is not None:
        return Points(int(found[1]), label=_trim(found[2]))
    if (found := _LABEL_FIRST.fullmatch(word)) is not None:
        label = _trim(found[1])
        if label in _WORDS or label in words or _NAME.fullmatch(label):
            return Points(int(found[2]), label=label)
    return None


def _trim(label: str) -> str:
    return label.strip(" -–—:=.,;()")
