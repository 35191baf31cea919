"""The PDF itself. Knows fpdf2 and the fonts, and is imported by the press's own process only.

Nothing has to be made of the main font; the other one is made only when one of its letters appears (see `letters`).
Nothing is fetched: fonts lie in packages, the logo is handed in, and there are neither links nor scripts in the file.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from fpdf import FPDF
from fpdf.enums import Align
from PIL import Image

from app.kit.i18n import Language
from app.touchpoints.posters.colours import INK, SOFT, Colour, read_colour
from app.touchpoints.posters.fitting import LEADING, Fitted, clean, fit, has_right_to_left, is_right_to_left
from app.touchpoints.posters.languages import CODE, DISTANCE, SCAN
from app.touchpoints.posters.letters import BOLD, FALLBACK, REGULAR, Letters
from app.touchpoints.posters.logo import open_logo
from app.touchpoints.posters.shapes import Modules, draw_code, draw_face
from app.touchpoints.posters.sheet import (
    POINTS,
    SIZES,
    SMALL_CODE,
    Box,
    Look,
    Poster,
    PosterSize,
    Sheet,
    TextBox,
    code_width,
    lay_out,
    scan_distance,
)
from app.touchpoints.qr import qr_modules

_MAIN, _OTHER = "pt", "rubik"
_SEPARATOR = " · "
# Words and questions come back on page after page.
_KEPT_WIDTHS = 20_000


@dataclass(slots=True)
class Drawn:
    """The PDF, and the letters that no font of ours has."""

    content: bytes
    missing: str


def draw_sheets(
    posters: Sequence[Poster], *, size: PosterSize, look: Look, on_progress: Callable[[int], None] | None = None
) -> Drawn:
    """Return the posters, one a page in their order; `on_progress` hears how many are drawn."""
    studio = _Studio(size, look)
    for number, poster in enumerate(posters, start=1):
        studio.draw(poster)
        if on_progress is not None:
            on_progress(number)
    return Drawn(bytes(studio.pdf.output()), "".join(sorted(studio.letters.missing)))


class _Page(FPDF):
    """A PDF that takes operators as they are: the code and the faces are written by us."""

    def write(self, operators: str) -> None:  # type: ignore[override]
        """Add operators to the page."""
        self._out(operators)


class _Studio:
    """One PDF in the making."""

    def __init__(self, size: PosterSize, look: Look) -> None:
        self.letters = Letters()
        self.pdf = _new_pdf(size, look)
        self._size = size
        self._look = look
        self._colour = read_colour(look.colour)
        self._company = self.letters.drawable(look.company)
        self._logo: Image.Image | None = open_logo(look.logo) if look.logo else None
        self._measure = {bold: lru_cache(maxsize=_KEPT_WIDTHS)(self._measurer(bold)) for bold in (False, True)}
        self._fit = lru_cache(maxsize=256)(self._fit_text)

    def draw(self, poster: Poster) -> None:
        """Add a page."""
        questions = tuple(dict.fromkeys(poster.questions))
        sheet = lay_out(self._size, questions=len(questions), faces=poster.faces, logo=self._logo is not None)
        self.pdf.add_page()
        self._fill(sheet.band, self._colour)
        ink = self._colour.readable()
        for place, question in zip(sheet.questions, questions, strict=False):
            self._text(question, place, ink)
        for value, box in enumerate(sheet.faces, start=1):
            self.pdf.write(draw_face(value, box.x * POINTS, self._from_below(box.y), box.width * POINTS))
        if sheet.logo is not None and self._logo is not None:
            box = sheet.logo
            self.pdf.image(self._logo, box.x, box.y, box.width, box.height, keep_aspect_ratio=True)
        if sheet.company is not None:
            self._text(self._company, sheet.company, INK, align=Align.C if sheet.logo is None else Align.R)
        languages = [Language(language) for language in poster.languages]
        if sheet.hint is not None:
            self._text(_SEPARATOR.join(SCAN[language] for language in languages), sheet.hint, SOFT)
        distance = self._draw_code(poster, sheet)
        self._text(poster.address, sheet.address, INK)
        if sheet.office is not None:
            self._text(_join(poster.office, poster.person), sheet.office, INK)
        if sheet.place is not None:
            self._text(poster.place or "", sheet.place, SOFT)
        self._text(self._foot(poster, languages[0], distance, sheet.foot), sheet.foot, SOFT)

    def _draw_code(self, poster: Poster, sheet: Sheet) -> int:
        """Draw the code and return from how many centimetres away it is read."""
        modules = _modules(poster.scanned, sheet)
        box = sheet.code
        self.pdf.write(draw_code(modules, box.x * POINTS, self._from_below(box.y), box.width * POINTS))
        return scan_distance(code_width(sheet, len(modules)))

    def _foot(self, poster: Poster, language: Language, distance: int, place: TextBox) -> str:
        """Return the small print. Where there is no room for the placement, its end is cut off, or nothing is begun."""
        parts = [f"{CODE[language]} {poster.code}", DISTANCE[language].format(cm=distance), poster.revised]
        measure = self._measure[place.bold]
        while len(parts) > 1 and measure(_join(*parts)) * place.smallest > place.box.width:
            parts.pop()
        return (
            _join(*parts, poster.placement) if len(parts) == 3 and self._size != PosterSize.STICKER else _join(*parts)
        )

    def _fill(self, box: Box, colour: Colour) -> None:
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(box.x, box.y, box.width, box.height, style="F")

    def _text(self, typed: str, place: TextBox, colour: Colour, *, align: Align = Align.C) -> None:
        """Draw a text in the middle of its box, as large as it fits."""
        text = self.letters.drawable(typed)
        if not text:
            return
        fitted = self._fit(text, place)
        box, size = place.box, fitted.size
        self._set_font(text, place.bold, size * POINTS)
        self.pdf.set_text_color(*colour)
        top = box.y + max(0.0, (box.height - fitted.height) / 2)
        for number, line in enumerate(fitted.lines):
            self.pdf.set_xy(box.x, top + number * size * LEADING)
            with _turned(self.pdf, text):
                self.pdf.cell(box.width, size * LEADING, line, align=align)

    def _fit_text(self, text: str, place: TextBox) -> Fitted:
        return fit(
            text,
            width=place.box.width,
            height=place.box.height,
            largest=place.largest,
            smallest=place.smallest,
            measure=self._measure[place.bold],
            lines=place.lines,
        )

    def _measurer(self, bold: bool) -> Callable[[str], float]:
        def measure(text: str) -> float:
            self._set_font(text, bold, 100)
            with _turned(self.pdf, text):
                return self.pdf.get_string_width(text) * POINTS / 100

        return measure

    def _set_font(self, text: str, bold: bool, points: float) -> None:
        """Choose the font for a text; one that runs from right to left is all in the font that can be shaped."""
        turned = has_right_to_left(text)
        if _OTHER not in self.pdf.fonts and (turned or self.letters.needs_other(text)):
            self.pdf.add_font(_OTHER, "", FALLBACK, variations={"wght": 500.0})
            self.pdf.set_fallback_fonts([_OTHER], exact_match=False)
        if turned:
            self.pdf.set_font(_OTHER, "", points)
        else:
            self.pdf.set_font(_MAIN, "B" if bold else "", points)

    def _from_below(self, y: float) -> float:
        return (SIZES[self._size][1] - y) * POINTS


@contextmanager
def _turned(pdf: FPDF, text: str) -> Iterator[None]:
    """Within the block, letters that run from right to left are joined and put in order.

    A line that was cut off a longer text runs the way of the whole.
    """
    if not has_right_to_left(text):
        yield
        return
    pdf.set_text_shaping(True, direction="rtl" if is_right_to_left(text) else "ltr")
    try:
        yield
    finally:
        pdf.set_text_shaping(False)


def _new_pdf(size: PosterSize, look: Look) -> _Page:
    pdf = _Page(unit="mm", format=SIZES[size])
    pdf.set_auto_page_break(False)
    pdf.set_display_mode("default")  # the reader's own
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.alias_nb_pages(None)  # type: ignore[arg-type]  # its way to be told: {nb} is what somebody typed, no page count
    pdf.add_font(_MAIN, "", REGULAR)
    pdf.add_font(_MAIN, "B", BOLD)
    pdf.set_title(clean(look.company))
    pdf.set_producer("Otklik")
    pdf.set_creator("Otklik")
    return pdf


def _modules(scanned: str, sheet: Sheet) -> Modules:
    modules = qr_modules(scanned)
    return qr_modules(scanned, small=True) if code_width(sheet, len(modules)) < SMALL_CODE else modules


def _join(*parts: str | None) -> str:
    return _SEPARATOR.join(part for part in parts if part)
