"""Finds phrases in what people write, however they type them; pure. Wishes and topics are both found with it.

Texts and phrases are brought into one form first: lower case, and letters of Kazakh, Ukrainian and Russian that people
type for each other made alike, so that "койсаныздар" is "қойсаңыздар". A phrase is words beside one another; `*` at
either end of a word stands for any letters, `…` for up to four words in between, never over the end of a sentence.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Part of what sorted texts are known by. Raise it whenever a text may be found or folded otherwise than before: all
# that was sorted is then sorted again.
FINDER_VERSION = 1
_ALIKE = str.maketrans(
    {
        "ё": "е",
        "ә": "а",
        "і": "и",
        "ї": "и",
        "ы": "и",
        "є": "е",
        "ғ": "г",
        "ґ": "г",
        "қ": "к",
        "ң": "н",
        "ө": "о",
        "ұ": "у",
        "ү": "у",
        "һ": "х",
    }
)
# Words, and what ends a sentence; the apostrophe of "п'ять" and "don't" divides as a space does.
_PARTS = re.compile(r"[^\W_]+|[.!?;\n]")
_ENDS = frozenset(".!?;\n")
_END = "|"
_GAP = "…"
_MOST_BETWEEN = 4


@dataclass(frozen=True, slots=True)
class Folded:
    """A text's words with a space on either side of each, letters made alike, sentences' ends as `|`.

    `begins` is where each part begins in `words`, `places` from where to where it stands in the text itself.
    """

    words: str
    begins: tuple[int, ...]
    places: tuple[tuple[int, int], ...]

    def place(self, begin: int, end: int) -> tuple[int, int]:
        """Return from where to where in the text the parts stand that lie between two places of `words`."""
        first = min(bisect_left(self.begins, begin), len(self.places) - 1)
        last = max(first, bisect_left(self.begins, end) - 1)
        return self.places[first][0], self.places[last][1]


class Phrases:
    """Phrases to look for, all at once; made once, asked often."""

    def __init__(self, phrases: Sequence[str]) -> None:
        # Without a phrase there is nothing to find: a pattern that matches nowhere.
        self._pattern = re.compile("|".join(_pattern(phrase) for phrase in phrases) or r"(?!)")

    def are_in(self, words: str) -> bool:
        """Tell whether one of them stands in a text that was folded."""
        return self._pattern.search(words) is not None

    def hide(self, words: str) -> str:
        """Return the folded text with ends of sentences where they stood; every other place stays where it was."""
        return self._pattern.sub(lambda found: " " + _END * (len(found.group()) - 1), words)

    def places(self, words: str, folded: Folded) -> Iterator[tuple[int, int]]:
        """Yield from where to where in the text they stand; `words` are those of `folded`, some perhaps hidden."""
        for found in self._pattern.finditer(words):
            yield folded.place(found.start(), found.end())


def fold(text: str) -> str:
    """Return the words of a text as `Folded` has them."""
    return fold_placed(text).words


def fold_placed(text: str) -> Folded:
    """Return the words of a text and where each stands in it."""
    parts, begins, places, at = [], [], [], 1
    for found in _PARTS.finditer(text):
        part = _END if found.group() in _ENDS else found.group().lower().translate(_ALIKE)
        parts.append(part)
        begins.append(at)
        places.append(found.span())
        at += len(part) + 1
    return Folded(f" {' '.join(parts)} ", tuple(begins), tuple(places))


def is_phrase(text: str) -> bool:
    """Tell whether a text says anything to look for: a word, not only `*`, `…` and signs."""
    return any(character.isalnum() for character in text)


def _pattern(phrase: str) -> str:
    """Return the phrase as a pattern over folded text; it takes the space before it and leaves the one after it."""
    found = ""
    for word in phrase.split():
        if word == _GAP:
            found += rf"(?: [^ {_END}]+){{0,{_MOST_BETWEEN}}}"
            continue
        # An apostrophe in a phrase divides it as it divides a text.
        parts = " ".join(re.escape(part) for part in fold(word.strip("*")).split())
        found += f" {'[^ ]*' if word.startswith('*') else ''}{parts}{'[^ ]*' if word.endswith('*') else ''}"
    return f"{found}(?= )"
