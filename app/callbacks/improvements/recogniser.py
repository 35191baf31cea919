"""Tells whether somebody wishes for something, by phrases; pure.

Texts and phrases are brought into one form first: lower case, and letters of Kazakh, Ukrainian and Russian that people
type for each other made alike, so that "койсаныздар" is "қойсаңыздар".
"""

import re
from collections.abc import Mapping, Sequence

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
_END = "|"
_GAP = "…"
_MOST_BETWEEN = 4


class Recogniser:
    """Finds wishes by rules; `rules` are phrases by key, `exceptions` what only looks like a wish."""

    def __init__(self, rules: Mapping[str, Sequence[str]], exceptions: Sequence[str] = ()) -> None:
        self._rules = {key: _compile(phrases) for key, phrases in rules.items() if phrases}
        self._exceptions = _compile(exceptions) if exceptions else None

    def find(self, text: str) -> str | None:
        """Return the key of the first rule that finds a wish in the text, or None."""
        words = fold(text)
        if self._exceptions is not None:
            words = self._exceptions.sub(f" {_END} ", words)
        return next((key for key, pattern in self._rules.items() if pattern.search(words)), None)


def fold(text: str) -> str:
    """Return the words of a text with a space on either side of each, letters made alike, sentences' ends as `|`."""
    parts = (_END if part in ".!?;\n" else part.translate(_ALIKE) for part in _PARTS.findall(text.lower()))
    return f" {' '.join(parts)} "


def _compile(phrases: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(phrase) for phrase in phrases))


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
