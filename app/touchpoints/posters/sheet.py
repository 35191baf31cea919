"""What a poster holds, and where on the sheet each part stands. Pure; millimetres from the upper left corner."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kit.errors import InvalidInputError
from app.touchpoints.qr import BORDER

POINTS = 72 / 25.4  # a millimetre
# Below this width a code is drawn at level M: its modules are larger on the same space.
SMALL_CODE = 30.0
_A4_WIDTH = 210.0
# What a reader of 60 still reads on a wall, and in the hand.
_SMALLEST, _SMALLEST_FOOT = 6.5 / POINTS, 5.0 / POINTS


class PosterSize(StrEnum):
    """The sheets there are."""

    A4 = "a4"
    A5 = "a5"
    A6 = "a6"
    STICKER = "sticker"


class InvalidSizeError(InvalidInputError):
    """There is no such sheet."""

    code = "invalid_size"


# Width and height.
SIZES: Mapping[PosterSize, tuple[float, float]] = {
    PosterSize.A4: (210.0, 297.0),
    PosterSize.A5: (148.0, 210.0),
    PosterSize.A6: (105.0, 148.0),
    PosterSize.STICKER: (50.0, 50.0),
}


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on one poster. Texts are as somebody typed them; whoever draws makes them drawable."""

    code: str
    scanned: str  # the address that the code carries
    address: str  # the same as people read and type it
    office: str
    place: str | None
    person: str | None
    placement: str
    revised: str  # the day, as it is written in the first language
    languages: tuple[str, ...]
    questions: tuple[str, ...]  # the survey's first question, one a language, the most important first
    faces: bool  # whether it is answered by five faces


@dataclass(frozen=True, slots=True)
class Look:
    """How the company's posters look: its name, its colour (`#rrggbb`), its logo as PNG or JPEG."""

    company: str
    colour: str
    logo: bytes | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where a text goes, the sizes of its font, and in how many lines at most."""

    box: Box
    largest: float
    smallest: float
    lines: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One size of paper with all its places. What a small sheet has no room for is None or empty."""

    width: float
    height: float
    band: Box
    code: Box  # quiet zone included
    questions: tuple[TextBox, ...]
    faces: tuple[Box, ...]
    logo: Box | None
    company: TextBox | None
    hint: TextBox | None
    address: TextBox
    office: TextBox | None
    place: TextBox | None
    foot: TextBox


def read_size(text: str) -> PosterSize:
    """Return the size of `a5`; raises InvalidSizeError that names those there are."""
    wanted = text.strip().lower()
    if wanted not in set(PosterSize):
        raise InvalidSizeError(f"no size {text[:20]!r}; there are: {', '.join(PosterSize)}", field="size")
    return PosterSize(wanted)


def code_width(sheet: Sheet, modules: int) -> float:
    """Return how wide the code itself is printed, without its quiet zone; `modules` with it."""
    return sheet.code.width * (modules - 2 * BORDER) / modules


def scan_distance(width: float) -> int:
    """Return from how many centimetres away a code of this width (mm) is read: ten times its width, rounded down."""
    return int(width)


def lay_out(size: PosterSize, *, questions: int, faces: bool, logo: bool) -> Sheet:
    """Return the places on a sheet for so many languages, with or without the faces and a logo."""
    if size is PosterSize.STICKER:
        return _lay_out_sticker()
    width, height = SIZES[size]
    scale = width / _A4_WIDTH

    def box(x: float, y: float, wide: float, high: float) -> Box:
        # Sheets of the A series are alike, so one drawing serves all; the last millimetre of the height is rounding.
        return Box(x * scale, y * scale, wide * scale, high * scale)

    def text(
        place: Box, points: float, *, least: float = 0.0, lines: int = 1, bold: bool = False, foot: bool = False
    ) -> TextBox:
        floor = _SMALLEST_FOOT if foot else _SMALLEST
        largest = max(points / POINTS * scale, floor)
        return TextBox(place, largest, max(min(largest, least / POINTS * scale), floor), lines, bold)

    return Sheet(
        width=width,
        height=height,
        band=box(0, 34, 210, 92),
        code=box(51, 139, 108, 108),
        questions=_place_questions(questions, box(14, 40, 182, 58 if faces else 80), scale),
        faces=tuple(box(52 + 22 * number, 102, 18, 18) for number in range(5)) if faces else (),
        logo=box(14, 9, 52, 18) if logo else None,
        company=text(box(72, 9, 124, 18) if logo else box(14, 9, 182, 18), 24, least=11, lines=2, bold=True),
        hint=text(box(14, 127.5, 182, 11.5), 16, least=9, lines=2),
        address=text(box(10, 247.2, 190, 10), 23, least=8, lines=2, bold=True),
        office=text(box(14, 257, 182, 14), 19, least=10, lines=2, bold=True),
        place=text(box(14, 271, 182, 11), 14, least=8, lines=2),
        foot=text(box(10, 284, 190, 7), 10.5, least=7, foot=True),
    )


def _place_questions(count: int, box: Box, scale: float) -> tuple[TextBox, ...]:
    """Return the first question's box, the largest, and those of the other languages below it."""
    shares = {1: (1.0,), 2: (0.58, 0.42), 3: (0.46, 0.27, 0.27)}[max(1, min(count, 3))]
    largest = {1: 44.0, 2: 36.0, 3: 32.0}[len(shares)]
    found, top = [], box.y
    for number, share in enumerate(shares):
        points, least = (largest, 13.0) if number == 0 else (22.0, 10.0)
        place = Box(box.x, top, box.width, box.height * share)
        smallest = max(least / POINTS * scale, _SMALLEST)
        found.append(TextBox(place, max(points / POINTS * scale, smallest), smallest, 3, number == 0))
        top += place.height
    return tuple(found)


def _lay_out_sticker() -> Sheet:
    width, height = SIZES[PosterSize.STICKER]
    foot, small = 5.5 / POINTS, _SMALLEST_FOOT
    return Sheet(
        width=width,
        height=height,
        band=Box(0, 0, width, 8.6),
        code=Box(8.4, 9.2, 33.2, 33.2),
        questions=(TextBox(Box(2, 0.8, 46, 7), 10 / POINTS, 5.5 / POINTS, 2, True),),
        faces=(),
        logo=None,
        company=None,
        hint=None,
        address=TextBox(Box(2, 42.6, 46, 3.4), 8 / POINTS, small, 1, True),
        office=None,
        place=None,
        foot=TextBox(Box(2, 46, 46, 3), foot, small),
    )
