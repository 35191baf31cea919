"""The fonts, and which letters they have. Like `drawing` for a press's own process only.

PT Sans was drawn for the languages of our region (Kazakh, Ukrainian and Russian among them) and comes in static files;
letters that it lacks (Hebrew, Arabic, ₸) come from Rubik, whose one weight takes two seconds to make. What neither has
is drawn as a question mark and told.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import fontpkg_pt_sans
import fontpkg_rubik
from fontTools.ttLib import TTFont

from app.touchpoints.posters.fitting import clean, has_right_to_left

_FILES = Path(fontpkg_pt_sans.ROOT) / "files"
REGULAR, BOLD = _FILES / "PT_Sans-Web-Regular.ttf", _FILES / "PT_Sans-Web-Bold.ttf"
FALLBACK = Path(fontpkg_rubik.ROOT) / "files" / "Rubik[wght].ttf"


@lru_cache(maxsize=4)
def _letters_of(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


@dataclass(slots=True)
class Letters:
    """Which letters can be drawn, with which font."""

    main: frozenset[int] = field(default_factory=lambda: _letters_of(REGULAR) & _letters_of(BOLD))
    other: frozenset[int] = field(default_factory=lambda: _letters_of(FALLBACK))
    missing: set[str] = field(default_factory=set)

    def drawable(self, text: str) -> str:
        """Return the text with a question mark for each letter that no font has, and remember those."""
        shown = []
        text = clean(text)
        main = frozenset() if has_right_to_left(text) else self.main  # then it is drawn in the other font alone
        for letter in text:
            known = ord(letter) in main or ord(letter) in self.other
            if not known:
                self.missing.add(letter)
            shown.append(letter if known else "?")
        return "".join(shown)

    def needs_other(self, text: str) -> bool:
        """Tell whether the main font lacks a letter of it."""
        return any(ord(letter) not in self.main for letter in text)
