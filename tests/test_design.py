"""The tokens hold WCAG's contrast by day and by night, and the design page shows each pair."""

from pathlib import Path

import pytest

from app.web.manage.design import PAIRS, read_tokens
from config.settings import ROOT

CSS = ROOT / "app" / "static" / "css"
TEXT, CONTROL = 4.5, 3.0
# What separates a control from its ground needs less than text does.
EDGES = (("paper", "line-strong"), ("card", "line-strong"), ("card", "focus"), ("paper", "focus"), ("card", "accent"))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of `#rgb` or `#rrggbb`."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_the_most_there_is() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize(("ground", "ink", "least"), [*((*p, TEXT) for p in PAIRS), *((*e, CONTROL) for e in EDGES)])
def test_ink_stands_out_from_its_ground(ground: str, ink: str, least: float, night: bool) -> None:
    tokens = read_tokens(CSS / "tokens.css")
    assert contrast(tokens[ground][night], tokens[ink][night]) >= least


def test_every_pair_is_shown_on_the_page() -> None:
    styles = (CSS / "design.css").read_text()
    for ground, ink in PAIRS:
        assert f".swatch-{ground}-{ink} {{ background: var(--{ground}); color: var(--{ink}) }}" in styles


@pytest.mark.parametrize("stylesheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_no_stylesheet_but_the_tokens_names_a_colour(stylesheet: Path) -> None:
    if stylesheet.name != "tokens.css":
        text = stylesheet.read_text()
        named = [line for line in text.splitlines() if "#" in line.split("{")[-1] and "url(" not in line]
        assert named == []
