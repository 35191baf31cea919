"""Text into a box: shrunk on one line first, then wrapped, then cut with an ellipsis. Pure; whoever draws measures."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

# The width of a text in a given font, as a multiple of the font's size.
Measure = Callable[[str], float]

ELLIPSIS = "…"
# A line takes this many times the font's size.
LEADING = 1.22
# More than fits on any sheet; what is longer is cut before anything is measured.
LONGEST = 600
# One line may shrink to this share of the largest size before it is worth a second one.
_SHRINK = 0.72
_STEP = 0.94
_RTL = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines, top to bottom, and the size of the font in the box's unit."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        """How much of the box the lines take."""
        return len(self.lines) * self.size * LEADING


def clean(text: str) -> str:
    """Return the text as it can be drawn: composed, one line, nothing invisible that turns or hides letters."""
    # Cut first: composing and classifying ten thousand letters for a line of forty is waste.
    shown = "".join(_drawable(letter) for letter in unicodedata.normalize("NFC", text[: 4 * LONGEST]))
    return " ".join(shown.split())


def is_right_to_left(text: str) -> bool:
    """Tell whether a line of the text begins at the right: its first letter with a direction says so."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in _RTL:
            return True
        if direction == "L":
            return False
    return False


def has_right_to_left(text: str) -> bool:
    """Tell whether any letter runs from right to left: only then the text has to be shaped and turned."""
    return not text.isascii() and any(unicodedata.bidirectional(letter) in _RTL for letter in text)


def fit(
    text: str, *, width: float, height: float, largest: float, smallest: float, measure: Measure, lines: int = 2
) -> Fitted:
    """Return the text in lines that lie within the box; `text` is clean, sizes are in the box's unit."""
    if not text:
        return Fitted((), largest)
    text = _cut(text, LONGEST)
    largest = min(largest, height / LEADING)
    smallest = min(smallest, largest)
    size = largest
    while size >= max(smallest, largest * _SHRINK):
        if measure(text) * size <= width:
            return Fitted((text,), size)
        size *= _STEP
    size = largest
    while size >= smallest:
        room = min(lines, int(height / (size * LEADING) + 1e-6))
        wrapped = wrap(text, width / size, measure, most=room + 1)
        if len(wrapped) <= room:
            return Fitted(tuple(wrapped), size)
        size *= _STEP
    room = max(1, min(lines, int(height / (smallest * LEADING) + 1e-6)))
    wrapped = wrap(text, width / smallest, measure, most=room + 1)
    kept = wrapped[:room]
    if len(wrapped) > room:
        kept[-1] = _end_with_ellipsis(kept[-1], width / smallest, measure)
    return Fitted(tuple(kept), smallest)


def wrap(text: str, width: float, measure: Measure, *, most: int) -> list[str]:
    """Return up to `most` lines no wider than `width` (in sizes of the font); a longer word is broken."""
    found: list[str] = []
    line = ""
    words = text.split(" ")[::-1]
    while words and len(found) < most:
        word = words.pop()
        longer = f"{line} {word}" if line else word
        if measure(longer) <= width:
            line = longer
            continue
        if line:
            found.append(line)
            line = ""
            words.append(word)
            continue
        head = max(1, _longest_head(word, width, measure))
        found.append(word[:head])
        if word[head:]:
            words.append(word[head:])
    if line and len(found) < most:
        found.append(line)
    return found


def _longest_head(word: str, width: float, measure: Measure) -> int:
    """Return how many letters of the word fit."""
    low, high = 0, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(word[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _end_with_ellipsis(line: str, width: float, measure: Measure) -> str:
    room = width - measure(ELLIPSIS)
    return line[: _longest_head(line, room, measure)].rstrip() + ELLIPSIS


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + ELLIPSIS


def _drawable(letter: str) -> str:
    if letter.isprintable():
        return letter
    category = unicodedata.category(letter)
    # White space of every kind is a space; marks that turn the text round (Cf) and halves of letters (Cs) are nothing.
    return " " if category in ("Zs", "Zl", "Zp", "Cc") else "" if category in ("Cf", "Cs") else "\ufffd"
