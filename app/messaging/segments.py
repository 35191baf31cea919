"""How many SMS a text takes and what it costs; pure.

A text of the GSM alphabet travels in 7 bits a letter: 160 in one SMS, 153 in each part of a longer one. One letter
outside of it, and all travel in 16 bits: 70, or 67 a part (3GPP TS 23.038 and 23.040). A letter of two units is never
cut in half by the end of a part.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Written as an escape and a letter: two of the 160.
_EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """In which letters a text travels."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"

    @property
    def alone(self) -> int:
        """How many units one SMS holds."""
        return 160 if self is Encoding.GSM7 else 70

    @property
    def part(self) -> int:
        """How many units each part of a longer text holds."""
        return 153 if self is Encoding.GSM7 else 67


@dataclass(frozen=True, slots=True)
class Size:
    """A text as SMS: its letters' encoding, how many units it has, how many segments, and how many units are free."""

    encoding: Encoding
    units: int
    segments: int
    left: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sending a text once takes; `cost` in hundredths of the currency."""

    segments: int
    cost: int


def measure(text: str) -> Size:
    """Return the size of the text; an empty one takes no segment."""
    encoding = Encoding.GSM7 if set(text) <= _BASIC | _EXTENSION else Encoding.UCS2
    widths = [_width(letter, encoding) for letter in text]
    units = sum(widths)
    if units <= encoding.alone:
        return Size(encoding, units, 1 if units else 0, encoding.alone - units)
    segments, left = _fill(widths, encoding.part)
    return Size(encoding, units, segments, left)


def estimate(text: str, price: int) -> Estimate:
    """Return how many segments the text takes, and its cost at `price` hundredths a segment."""
    segments = measure(text).segments
    return Estimate(segments, segments * price)


def _width(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if letter in _EXTENSION else 1
    return 2 if ord(letter) > 0xFFFF else 1


def _fill(widths: Iterable[int], room: int) -> tuple[int, int]:
    """Lay the letters into parts of `room` units and return how many parts that takes and what the last has free."""
    parts, left = 1, room
    for width in widths:
        if width > left:
            parts, left = parts + 1, room
        left -= width
    return parts, left
