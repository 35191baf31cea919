"""What stands on a poster, as pure decisions: texts into boxes, languages, colours, distances."""

from collections.abc import Sequence

import pytest

from app.kit.i18n import Language
from app.touchpoints.posters.colours import BLACK, WHITE, Colour, contrast, read_colour
from app.touchpoints.posters.fitting import LEADING, clean, fit, is_right_to_left, wrap
from app.touchpoints.posters.languages import (
    InvalidLanguagesError,
    pick_languages,
    read_languages,
    usual_languages,
)
from app.touchpoints.posters.sheet import (
    Box,
    InvalidSizeError,
    PosterSize,
    Sheet,
    code_width,
    lay_out,
    read_size,
    scan_distance,
)

KK, RU, UK, EN = Language


def half(text: str) -> float:
    """Measure as if every letter were half as wide as high."""
    return len(text) / 2


@pytest.mark.parametrize(
    ("text", "lines", "size"),
    [
        ("short", ("short",), 10),
        ("a longer name, shrunk", ("a longer name, shrunk",), 7.4),  # before it is worth a second line
        ("a name that takes two whole lines", ("a name that takes", "two whole lines"), 9.4),
        ("x" * 200, ("x" * 32, "x" * 31 + "…"), 5),  # broken where it must be, cut where it ends
        ("", (), 10),
    ],
)
def test_a_text_shrinks_then_wraps_then_ends_with_an_ellipsis(text: str, lines: tuple[str, ...], size: float) -> None:
    fitted = fit(text, width=80, height=25, largest=10, smallest=5, measure=half)
    assert fitted.lines == lines
    assert fitted.size == pytest.approx(size, abs=0.2)


@pytest.mark.parametrize("text", ["x", "two words", "слово " * 30, "w" * 10_000, "a " * 5000])
@pytest.mark.parametrize(("width", "height"), [(80, 25), (30, 6), (200, 8)])
def test_no_text_leaves_its_box(text: str, width: float, height: float) -> None:
    fitted = fit(clean(text), width=width, height=height, largest=10, smallest=4, measure=half, lines=3)
    assert fitted.lines
    assert all(half(line) * fitted.size <= width + 1e-6 for line in fitted.lines)
    assert len(fitted.lines) * fitted.size * LEADING <= height + 1e-6
    assert "".join(fitted.lines).rstrip("…").replace(" ", "") in text.replace(" ", "")


def test_a_word_longer_than_the_line_is_broken_and_nothing_gets_lost() -> None:
    assert wrap("a bcdefghij kl", 2, half, most=9) == ["a", "bcde", "fghi", "j kl"]
    assert wrap("one two", 100, half, most=9) == ["one two"]


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("  two\n\tlines\u00a0here ", "two lines here"),
        ("\x00\x07bell\x1b[31m", "bell [31m"),
        ("и\u0306", "й"),  # composed, so that one glyph draws it
        ("left\u202eright\u2066\u200f", "leftright"),  # nothing turns the rest of the line round
        ("</text><script>alert(1)</script>", "</text><script>alert(1)</script>"),
        ("\ud800x", "x"),
    ],
)
def test_only_what_can_be_seen_is_drawn(typed: str, drawn: str) -> None:
    assert clean(typed) == drawn


def test_the_first_letter_with_a_direction_decides_where_a_line_begins() -> None:
    assert [is_right_to_left(text) for text in ("12 שלום Main", "Main שלום", "12", "مكتب 1")] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("spoken", "company", "region", "expected"),
    [
        ((KK, RU, UK, EN), RU, "KZ", (KK, RU, EN)),
        ((KK, RU, UK, EN), UK, "UA", (UK, EN)),
        ((KK, RU, UK, EN), EN, "GB", (EN,)),
        ((RU, UK), RU, "KZ", (RU,)),
        ((UK,), RU, "KZ", (UK,)),  # a survey that speaks none of them keeps its own
    ],
)
def test_a_poster_speaks_the_countrys_language_the_companys_and_english(
    spoken: Sequence[Language], company: Language, region: str, expected: tuple[Language, ...]
) -> None:
    assert usual_languages(spoken, company, region) == expected


def test_languages_that_were_asked_for_come_in_their_order_as_far_as_the_survey_speaks_them() -> None:
    assert read_languages(" ru,kk, ru-KZ") == (RU, KK)
    assert read_languages("") == ()
    assert pick_languages((KK, RU), (RU, EN, KK), RU, "KZ") == (RU, KK)
    assert pick_languages((KK, RU), (EN,), RU, "KZ") == (KK, RU)


@pytest.mark.parametrize(("text", "told"), [("xx", "kk, ru, uk, en"), ("kk,ru,uk,en", "3 languages"), ("r" * 99, "kk")])
def test_languages_that_a_poster_cannot_speak_are_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(InvalidLanguagesError, match=told):
        read_languages(text)


def test_a_size_that_there_is_not_is_refused_with_those_there_are() -> None:
    assert read_size(" A5 ") is PosterSize.A5
    with pytest.raises(InvalidSizeError, match="a4, a5, a6, sticker"):
        read_size("a3")


@pytest.mark.parametrize(
    ("text", "colour"), [("#0a6a5c", (10, 106, 92)), ("0A6A5C", (10, 106, 92)), (" #fc0 ", (255, 204, 0))]
)
def test_a_colour_is_read_as_people_write_it(text: str, colour: tuple[int, int, int]) -> None:
    assert read_colour(text) == colour


@pytest.mark.parametrize("text", ["", "red", "#12345", "#0a6a5c;", "url(x)", "#0a6a5c #fff"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="#0a6a5c"):
        read_colour(text)


def test_what_stands_on_a_colour_can_always_be_read() -> None:
    for red in range(0, 256, 17):
        for green in range(0, 256, 17):
            for blue in range(0, 256, 51):
                colour = Colour(red, green, blue)
                assert contrast(colour, colour.readable()) >= 4.5, colour.hex
    assert WHITE.readable() == BLACK
    assert contrast(BLACK, WHITE) == pytest.approx(21)


@pytest.mark.parametrize("size", PosterSize)
@pytest.mark.parametrize("questions", [1, 2, 3])
@pytest.mark.parametrize("faces", [True, False])
@pytest.mark.parametrize("logo", [True, False])
def test_nothing_lies_outside_the_sheet_nor_upon_the_code(
    size: PosterSize, questions: int, faces: bool, logo: bool
) -> None:
    sheet = lay_out(size, questions=questions, faces=faces, logo=logo)
    for box in places(sheet):
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= sheet.width + 0.01
        assert box.y + box.height <= sheet.height + 0.01
        assert not overlap(box, sheet.code), box


@pytest.mark.parametrize(("size", "centimetres"), [("a4", 84), ("a5", 59), ("a6", 42), ("sticker", 25)])
def test_the_distance_is_ten_times_the_printed_code(size: str, centimetres: int) -> None:
    sheet = lay_out(PosterSize(size), questions=1, faces=True, logo=False)
    modules = 33 if size == "sticker" else 37  # level M on the sticker
    width = code_width(sheet, modules)
    assert width >= 20  # never below 2 cm
    assert width / (modules - 8) >= 0.4  # what a telephone needs of each module at hand's distance
    assert scan_distance(width) == centimetres


def places(sheet: Sheet) -> list[Box]:
    texts = [sheet.company, sheet.hint, sheet.address, sheet.office, sheet.place, sheet.foot, *sheet.questions]
    return [*(text.box for text in texts if text is not None), *sheet.faces, *([sheet.logo] if sheet.logo else [])]


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
