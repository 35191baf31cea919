"""The company's colour and what can be read on it. Pure."""

import re
from typing import NamedTuple

_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


class Colour(NamedTuple):
    """Red, green and blue, each 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def hex(self) -> str:
        """The colour as `#rrggbb`."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """Relative luminance by WCAG 2.2: 0 is black, 1 is white."""
        red, green, blue = (_linear(part / 255) for part in self)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def readable(self) -> "Colour":
        """Return white or ink, whichever is read more easily on this colour: one of them always holds 4.5:1."""
        return WHITE if contrast(self, WHITE) >= contrast(self, BLACK) else BLACK


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
INK, SOFT = Colour(0x17, 0x21, 0x1F), Colour(0x55, 0x61, 0x5E)


def read_colour(text: str) -> Colour:
    """Return the colour written as `#0a6a5c` or `#0a5`; raises ValueError."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        raise ValueError("write a colour as # and six hexadecimal digits, such as #0a6a5c")
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return Colour(*bytes.fromhex(digits))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours by WCAG 2.2, 1 to 21."""
    dark, light = sorted((one.luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
