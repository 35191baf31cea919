"""What stands on a report's pages, in the reader's words: blocks one below the other. Pure.

Places are in percent from the upper left corner of a plot, as `web.manage.charts` gives them; places on the axis of a
whisker and shares go from 0 to 1.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a soft one explains, a note stands out."""

    text: str
    soft: bool = False
    note: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: its name, its value (a dash where hidden), and lines on how sure it is and of how many."""

    title: str
    value: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """Figures side by side."""

    cards: tuple[Card, ...]
    kind: Literal["cards"] = "cards"


@dataclass(frozen=True, slots=True)
class Whisker:
    """A value on an axis with the ends of its interval; nothing of it where it is hidden."""

    low: float | None = None
    value: float | None = None
    high: float | None = None
    kind: Literal["whisker"] = "whisker"


@dataclass(frozen=True, slots=True)
class Strip:
    """A share as a bar."""

    share: float
    kind: Literal["strip"] = "strip"


Cell = str | Annotated[Whisker | Strip, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a head; `widths` are the columns' parts of the page, those in `numbers` end at the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what stands for each."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class ChartDot:
    """A value of the line; neighbours by `index` are joined, a gap is a gap."""

    index: int
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A line over time with its band: words at the lines across, words below, and where the whole period lies."""

    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    dots: tuple[ChartDot, ...]
    overall: float | None = None
    kind: Literal["chart"] = "chart"


Block = Annotated[Heading | Paragraph | Cards | Table | Facts | Chart, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Paper:
    """A report. `foot` stands on every page beside its number; `page` says that number: `Page {page} of {pages}`.

    `colour` is the company's, as `#rrggbb`; `language` a code such as `kk`.
    """

    title: str
    company: str
    about: str
    foot: str
    page: str
    language: str
    colour: str
    blocks: tuple[Block, ...]


_PAPER = TypeAdapter(Paper)


def write_paper(paper: Paper) -> bytes:
    """Return the paper as JSON."""
    return _PAPER.dump_json(paper)


def read_paper(text: bytes) -> Paper:
    """Return the paper that `write_paper` wrote."""
    return _PAPER.validate_json(text)
