"""The PDF itself. Knows fpdf2 and the fonts, and is imported by the press's own process only.

Drawn twice, since only then it is known how many pages there are. Nothing is fetched; there are neither links nor
scripts in the file. Lengths are in millimetres, sizes of letters in points.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

from app.analytics.paper.columns import share_out
from app.analytics.paper.sheet import (
    Block,
    Card,
    Cards,
    Cell,
    Chart,
    ChartDot,
    Facts,
    Heading,
    Paper,
    Paragraph,
    Strip,
    Table,
    Whisker,
)
from app.touchpoints.posters.colours import INK, SOFT, WHITE, Colour, contrast, read_colour
from app.touchpoints.posters.fitting import clean, has_right_to_left, is_right_to_left
from app.touchpoints.posters.letters import BOLD, FALLBACK, REGULAR, Letters

_MAIN, _OTHER = "pt", "rubik"
_MARGIN, _FOOT = 16.0, 14.0
_LEADING = 1.3
_POINT = 25.4 / 72
_BODY, _SMALL, _HEAD, _TITLE, _VALUE = 10.0, 8.5, 13.0, 20.0, 20.0
_GROUND, _BAND, _RULE = Colour(0xEE, 0xF2, 0xF1), Colour(0xCF, 0xE3, 0xDF), Colour(0xD5, 0xDC, 0xDA)
_ACCENT = Colour(0x0A, 0x6A, 0x5C)
_CARDS_ACROSS = 3
_GAP = 3.0
_PAD = 1.2
_CHART_HEIGHT, _CHART_LEFT = 52.0, 20.0
# A chart gives way so far before it goes on to the next page and leaves this one empty.
_LEAST_CHART, _BELOW_CHART = 34.0, 14.0
_HEADING = 12.0
# Beside the words of a column, and of how much of the page a word may claim for its own.
_PAST, _WIDEST = 2.2, 0.3


def draw_paper(paper: Paper) -> bytes:
    """Return the PDF."""
    pages = _draw(paper, pages=0).page
    return bytes(_draw(paper, pages=pages).output())


def _draw(paper: Paper, *, pages: int) -> "_Pages":
    pdf = _Pages(paper, pages)
    pdf.begin()
    for place, block in enumerate(paper.blocks):
        pdf.put(block, following=paper.blocks[place + 1] if place + 1 < len(paper.blocks) else None)
    return pdf


class _Pages(FPDF):
    """Pages in the making."""

    def __init__(self, paper: Paper, pages: int) -> None:
        super().__init__(unit="mm", format="A4")
        self._paper, self._pages = paper, pages
        self._letters = Letters()
        own = read_colour(paper.colour)
        self._accent = own if contrast(own, WHITE) >= 4.5 else _ACCENT
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + _FOOT)
        self.c_margin = 0
        self.alias_nb_pages(None)  # type: ignore[arg-type]  # its way to be told: {nb} is what somebody typed
        self.add_font(_MAIN, "", REGULAR)
        self.add_font(_MAIN, "B", BOLD)
        self.set_title(clean(f"{paper.title} · {paper.about}"))
        self.set_author(clean(paper.company))
        self.set_lang(paper.language)
        self.set_producer("Otklik")
        self.set_creator("Otklik")

    def begin(self) -> None:
        """Begin the first page with what it is about."""
        self.add_page()
        self._fill(self._accent, 0, 0, self.w, 3)
        self._say(self._paper.company, _BODY, colour=SOFT)
        self._say(self._paper.title, _TITLE, bold=True)
        self._say(self._paper.about, _BODY)
        self.ln(2)

    def footer(self) -> None:
        """Say on every page what this is and which page."""
        said = self._paper.page.replace("{page}", str(self.page)).replace("{pages}", str(self._pages))
        with self.local_context():
            self.set_y(-_MARGIN)
            self._font(_SMALL)
            height = _SMALL * _POINT * _LEADING
            self._colour(SOFT)
            self._line(self._paper.foot, self.epw - 40, height, Align.L)
            self.set_xy(self.w - _MARGIN - 40, -_MARGIN)
            self._line(said, 40, height, Align.R)

    def put(self, block: Block, *, following: Block | None) -> None:
        """Draw a block below what there is."""
        match block:
            case Heading():
                # Never alone at the foot of a page.
                self._room(_HEADING + self._beginning(following))
                self.ln(3)
                self._say(block.text, _HEAD, bold=True)
                self.ln(0.5)
            case Paragraph():
                self._paragraph(block)
            case Cards():
                for start in range(0, len(block.cards), _CARDS_ACROSS):
                    self._cards(block.cards[start : start + _CARDS_ACROSS])
            case Facts():
                self._table(Table((), tuple(block.rows), (0.4, 0.6)))
            case Table():
                self._table(block)
            case Chart():
                self._chart(block)

    def _beginning(self, block: Block | None) -> float:
        """Return the room that the beginning of a block takes, which a heading stays with."""
        match block:
            case None:
                return 0.0
            case Chart():
                return _LEAST_CHART + _BELOW_CHART
            case Cards():
                return self._tallest(block.cards[:_CARDS_ACROSS])
            case _:
                return 28.0

    def _paragraph(self, block: Paragraph) -> None:
        if block.note:
            self._room(12)
            top, left = self.get_y(), self.get_x()
            self.set_left_margin(_MARGIN + 4)
            self.set_y(top + 1)
            page = self.page
            self._say(block.text, _BODY)
            if self.page == page:
                self._fill(self._accent, left, top, 1, self.get_y() - top + 1)
            self.set_left_margin(_MARGIN)
            self.ln(3)
        else:
            self._say(block.text, _SMALL if block.soft else _BODY, colour=SOFT if block.soft else INK)
            self.ln(1.5)

    def _cards(self, cards: Sequence[Card]) -> None:
        width = self._card_width()
        room, tallest = width - 6, self._tallest(cards)
        self._room(tallest + _GAP)
        top = self.get_y()
        for place, card in enumerate(cards):
            left = _MARGIN + place * (width + _GAP)
            self._fill(_GROUND, left, top, width, tallest)
            with self._column(left + 3, room):
                self.set_y(top + 3)
                self._say(card.title, _BODY, bold=True)
                self._say(card.value, _VALUE, bold=True, colour=self._accent)
                for line in card.lines:
                    self._say(line, _SMALL, colour=SOFT)
        self.set_y(top + tallest + _GAP)

    def _card_width(self) -> float:
        return (self.epw - _GAP * (_CARDS_ACROSS - 1)) / _CARDS_ACROSS

    def _tallest(self, cards: Sequence[Card]) -> float:
        room, heights = self._card_width() - 6, [0.0]
        for card in cards:
            height = 6 + self._height(card.title, _BODY, room, bold=True) + _VALUE * _POINT * _LEADING
            heights.append(height + sum(self._height(line, _SMALL, room) for line in card.lines))
        return max(heights)

    def _table(self, table: Table) -> None:
        widths = self._widths(table)
        if table.head:
            self._row(table.head, table, widths, bold=True)
        for row in table.rows:
            height = self._row_height(row, widths)
            if self.will_page_break(height):
                self.add_page()
                if table.head:
                    self._row(table.head, table, widths, bold=True)
            self._row(row, table, widths)
        self.ln(3)

    def _widths(self, table: Table) -> list[float]:
        """Return the columns' widths: as they are wanted, but so that the longest word of a head or cell fits."""
        total = sum(table.widths)
        least = [_GAP] * len(table.widths)
        for row, size, bold in ((table.head, _SMALL, True), *((row, _BODY, False) for row in table.rows)):
            for place, cell in enumerate(row):
                for word in cell.split() if isinstance(cell, str) else ():
                    text = self._letters.drawable(word)
                    self._font(size, bold=bold, text=text)
                    least[place] = max(least[place], self.get_string_width(text) + _PAST)
        # A single word without an end leaves the other columns alone.
        longest = self.epw * _WIDEST
        return share_out([self.epw * width / total for width in table.widths], [min(each, longest) for each in least])

    def _row_height(self, row: Sequence[Cell], widths: Sequence[float], *, bold: bool = False) -> float:
        size = _SMALL if bold else _BODY
        tallest = max(
            (
                self._height(cell, size, width - 2, bold=bold)
                for cell, width in zip(row, widths, strict=True)
                if isinstance(cell, str)
            ),
            default=0.0,
        )
        return max(tallest, size * _POINT * _LEADING) + 2 * _PAD

    def _row(self, row: Sequence[Cell], table: Table, widths: Sequence[float], *, bold: bool = False) -> None:
        height = self._row_height(row, widths, bold=bold)
        self._room(height + (10 if bold else 0))
        top, left = self.get_y(), _MARGIN
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            if isinstance(cell, str):
                with self._column(left, width - 2):
                    self.set_y(top + _PAD)
                    size, colour = (_SMALL, SOFT) if bold else (_BODY, INK)
                    align = Align.R if place in table.numbers else Align.L
                    self._say(cell, size, bold=bold, colour=colour, align=align)
            elif isinstance(cell, Strip):
                self._strip(cell, left, top, width - 2, height)
            else:
                self._whisker(cell, left, top, width - 2, height)
            left += width
        self.set_y(top + height)
        self.set_draw_color(*_RULE)
        self.set_line_width(0.15)
        self.line(_MARGIN, top + height, self.w - _MARGIN, top + height)

    def _strip(self, strip: Strip, left: float, top: float, width: float, height: float) -> None:
        self._fill(_GROUND, left, top + height / 2 - 1.5, width, 3)
        self._fill(self._accent, left, top + height / 2 - 1.5, width * min(1.0, max(0.0, strip.share)), 3)

    def _whisker(self, whisker: Whisker, left: float, top: float, width: float, height: float) -> None:
        middle = top + height / 2
        self._fill(_GROUND, left, middle - 0.3, width, 0.6)
        if whisker.value is None:
            return
        if whisker.low is not None and whisker.high is not None:
            self._fill(_BAND, left + width * whisker.low, middle - 1.4, width * (whisker.high - whisker.low), 2.8)
        self._fill(self._accent, left + width * whisker.value - 0.4, middle - 2, 0.8, 4)

    def _chart(self, chart: Chart) -> None:
        left_over = self.h - self.b_margin - self.get_y() - _BELOW_CHART
        height = min(_CHART_HEIGHT, left_over) if left_over >= _LEAST_CHART else _CHART_HEIGHT
        self._room(height + _BELOW_CHART - 0.1)
        top, left, width = self.get_y() + 3, _MARGIN + _CHART_LEFT, self.epw - _CHART_LEFT

        def at(x: float, y: float) -> tuple[float, float]:
            return left + width * x / 100, top + height * y / 100

        line = _SMALL * _POINT * _LEADING
        self.set_draw_color(*_RULE)
        self.set_line_width(0.2)
        self._font(_SMALL)
        self._colour(SOFT)
        for y, said in chart.ticks:
            self.line(*at(0, y), *at(100, y))
            self.set_xy(_MARGIN, at(0, y)[1] - line / 2)
            self._line(said, _CHART_LEFT - 2, line, Align.R)
        for run in _runs(chart.dots):
            self._run(run, at)
        if chart.overall is not None:
            self.set_draw_color(*SOFT)
            self.set_line_width(0.3)
            self.set_dash_pattern(dash=1.5, gap=1.5)
            self.line(*at(0, chart.overall), *at(100, chart.overall))
            self.set_dash_pattern()
        for x, said in chart.labels:
            room = min(32.0, width / max(1, len(chart.labels)))
            self.set_xy(max(left, min(at(x, 0)[0] - room / 2, left + width - room)), top + height + 1.5)
            self._line(said, room, line, Align.C)
        self.set_y(top + height + line + 4)

    def _run(self, run: Sequence[ChartDot], at: Callable[[float, float], tuple[float, float]]) -> None:
        upper, lower = [at(dot.x, dot.high) for dot in run], [at(dot.x, dot.low) for dot in reversed(run)]
        self.set_fill_color(*_BAND)
        self.set_draw_color(*self._accent)
        self.set_line_width(0.5)
        if len(run) > 1:
            self.polygon([*upper, *lower], style="F")
            self.polyline([at(dot.x, dot.y) for dot in run])
        else:
            self.set_draw_color(*_BAND)
            self.set_line_width(1.6)
            self.line(*upper[0], *lower[0])
        for dot in run:
            x, y = at(dot.x, dot.y)
            self._fill(self._accent, x - 0.6, y - 0.6, 1.2, 1.2)

    def _say(
        self, typed: str, size: float, *, bold: bool = False, colour: Colour = INK, align: Align = Align.L
    ) -> None:
        """Write a text over as many lines as it needs, between the margins."""
        text = self._letters.drawable(typed)
        if not text:
            return
        self._font(size, bold=bold, text=text)
        self._colour(colour)
        with self._turned(text):
            self.multi_cell(
                self.w - self.r_margin - self.l_margin,
                size * _POINT * _LEADING,
                text,
                align=align,
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )

    def _line(self, typed: str, width: float, height: float, align: Align) -> None:
        """Write a text on one line, shortened if it is too long."""
        text = self._letters.drawable(typed)
        self._font(_SMALL, text=text)
        with self._turned(text):
            while len(text) > 1 and self.get_string_width(text) > width:
                text = text.removesuffix("…")[:-1] + "…"
            self.cell(width, height, text, align=align)

    def _height(self, typed: str, size: float, width: float, *, bold: bool = False) -> float:
        text = self._letters.drawable(typed)
        if not text:
            return 0.0
        self._font(size, bold=bold, text=text)
        with self._turned(text):
            lines = self.multi_cell(width, size, text, align=Align.L, dry_run=True, output=MethodReturnValue.LINES)
        return len(lines) * size * _POINT * _LEADING  # type: ignore[arg-type]

    def _font(self, size: float, *, bold: bool = False, text: str = "") -> None:
        """Choose the font for a text; one that runs from right to left is all in the font that can be shaped."""
        turned = has_right_to_left(text)
        if _OTHER not in self.fonts and (turned or self._letters.needs_other(text)):
            # As it lies there, which is its light weight: making another takes longer than drawing the report.
            self.add_font(_OTHER, "", FALLBACK)
            self.set_fallback_fonts([_OTHER], exact_match=False)
        if turned:
            self.set_font(_OTHER, "", size)
        else:
            self.set_font(_MAIN, "B" if bold else "", size)

    def _colour(self, colour: Colour) -> None:
        self.set_text_color(*colour)

    def _fill(self, colour: Colour, x: float, y: float, width: float, height: float) -> None:
        self.set_fill_color(*colour)
        self.rect(x, y, width, height, style="F")

    def _room(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()

    @contextmanager
    def _turned(self, text: str) -> Iterator[None]:
        if not has_right_to_left(text):
            yield
            return
        self.set_text_shaping(True, direction="rtl" if is_right_to_left(text) else "ltr")
        try:
            yield
        finally:
            self.set_text_shaping(False)

    @contextmanager
    def _column(self, left: float, width: float) -> Iterator[None]:
        """Within the block the margins are those of a column."""
        before = self.l_margin, self.r_margin
        self.set_left_margin(left)
        self.set_right_margin(self.w - left - width)
        try:
            yield
        finally:
            self.set_left_margin(before[0])
            self.set_right_margin(before[1])


def _runs(dots: Sequence[ChartDot]) -> list[list[ChartDot]]:
    return [[dot for _, dot in run] for _, run in groupby(enumerate(dots), lambda pair: pair[1].index - pair[0])]
