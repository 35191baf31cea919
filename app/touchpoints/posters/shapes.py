"""The code and the five faces as lines of a PDF page. Pure.

Written as operators of PDF 1.4 (ISO 32000-1, 8.5) in whole numbers under a matrix of their own: a code is one path, so
that no hair of white shows between its rows, and a page of 3 KB stays one.
"""

from collections.abc import Sequence

from app.touchpoints.posters.colours import Colour
from app.touchpoints.qr import dark_runs

Modules = tuple[tuple[bool, ...], ...]

_LINE = Colour(0x1F, 0x2E, 0x2B)
_SKIN = (
    Colour(0xF2, 0x90, 0x7F),
    Colour(0xF8, 0xB8, 0x78),
    Colour(0xF3, 0xD7, 0x7B),
    Colour(0xBB, 0xDA, 0x8C),
    Colour(0x80, 0xD0, 0xA5),
)
# As templates/faces.html draws them, on a square of 48: strokes, filled shapes, eyes.
_STROKES = (
    ((10.5, 15.5, 18, 12), (37.5, 15.5, 30, 12), (14, 36, 24, 23, 34, 36)),
    ((15, 34, 24, 27, 33, 34),),
    ((15, 32, 33, 32),),
    ((14, 29, 24, 39, 34, 29),),
    ((12, 19, 16, 14, 20, 19), (28, 19, 32, 14, 36, 19)),
)
_EYES_AT = (21.0, 19.0, 19.0, 19.0, None)
_FACE = 48
# Four Bézier curves make a circle when their handles are this long (in radii).
_KAPPA = 0.5523


def draw_code(modules: Modules, x: float, y: float, width: float) -> str:
    """Return the operators that draw the code, quiet zone included, in black.

    `x`, `y` is the upper left corner in points from the page's lower left one, `width` in points.
    """
    scale = width / len(modules)
    runs = [f"{start} {row} {length} 1 re" for row, line in enumerate(modules) for start, length in dark_runs(line)]
    return f"q 0 g {_number(scale)} 0 0 {_number(-scale)} {_number(x)} {_number(y)} cm {' '.join(runs)} f Q"


def draw_face(value: int, x: float, y: float, width: float) -> str:
    """Return the operators that draw the face of a rating from 1 to 5; corner and width as for the code."""
    scale = width / _FACE
    return f"q {_number(scale)} 0 0 {_number(-scale)} {_number(x)} {_number(y)} cm {_FACES[value - 1]} Q"


def _compose(value: int) -> str:
    parts = [_fill(_SKIN[value - 1]), _circle(24, 24, 23), "f", _fill(_LINE)]
    eyes = _EYES_AT[value - 1]
    if eyes is None:  # the widest smile is a filled half round
        parts.append(f"12 27 m 36 27 l {_arc((36, 27), (36, 33.1), (30.6, 38), (24, 38))}")
        parts.append(f"{_arc((24, 38), (17.4, 38), (12, 33.1), (12, 27))} h f")
    else:
        parts += [_circle(16.5, eyes, 2.6), _circle(31.5, eyes, 2.6), "f"]
    parts.append(f"{_colour(_LINE)} RG 3 w 1 J 1 j")
    parts += [_stroke(points) for points in _STROKES[value - 1]]
    return " ".join([*parts, "S"])


def _stroke(points: Sequence[float]) -> str:
    if len(points) == 4:
        return f"{points[0]:g} {points[1]:g} m {points[2]:g} {points[3]:g} l"
    (x0, y0, cx, cy, x1, y1) = points
    # A curve with one handle, as SVG has it, said with two.
    first = (x0 + 2 / 3 * (cx - x0), y0 + 2 / 3 * (cy - y0))
    second = (x1 + 2 / 3 * (cx - x1), y1 + 2 / 3 * (cy - y1))
    return f"{x0:g} {y0:g} m {_arc((x0, y0), first, second, (x1, y1))}"


def _arc(
    _start: tuple[float, float], one: tuple[float, float], two: tuple[float, float], end: tuple[float, float]
) -> str:
    return " ".join(_number(value) for point in (one, two, end) for value in point) + " c"


def _circle(x: float, y: float, radius: float) -> str:
    reach = radius * _KAPPA
    right, top, left, bottom = (x + radius, y), (x, y - radius), (x - radius, y), (x, y + radius)
    return " ".join(
        [
            f"{_number(right[0])} {_number(right[1])} m",
            _arc(right, (x + radius, y - reach), (x + reach, y - radius), top),
            _arc(top, (x - reach, y - radius), (x - radius, y - reach), left),
            _arc(left, (x - radius, y + reach), (x - reach, y + radius), bottom),
            _arc(bottom, (x + reach, y + radius), (x + radius, y + reach), right),
            "h",
        ]
    )


def _colour(colour: Colour) -> str:
    return " ".join(_number(part / 255) for part in colour)


def _fill(colour: Colour) -> str:
    return f"{_colour(colour)} rg"


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


_FACES = tuple(_compose(value) for value in range(1, 6))
