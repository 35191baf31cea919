"""Posters to draw, and what becomes of them on paper: rendered, decoded, read."""

from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import zxingcpp
from PIL import Image

from app.touchpoints.posters.drawing import draw_sheets
from app.touchpoints.posters.sheet import Look, Poster, PosterSize
from app.touchpoints.qr import qr_address

ACME = Look("Acme", "#0a6a5c")
POSTER = Poster(
    code="7K3M9PXQ",
    scanned="HTTPS://FEEDBACK.EXAMPLE.KZ/Q/7K3M9PXQ",
    address="feedback.example.kz/q/7k3m9pxq",
    office="Abay Avenue 10",
    place="Almaty, Abay Avenue 10",
    person=None,
    placement="hall poster",
    revised="4 Mar 2026",
    languages=("kk", "ru", "en"),
    questions=("Бүгінгі келуіңізге қандай баға бересіз?", "Как прошёл ваш визит?", "How was your visit?"),
    faces=True,
)


def poster(code: str = POSTER.code, *, base_url: str = "https://feedback.example.kz", **facts: object) -> Poster:
    """Return a poster that differs in what is said."""
    changes = {"code": code, "scanned": qr_address(base_url, code), **facts}
    return replace(POSTER, **changes)  # type: ignore[arg-type]  # a test that misspells a field fails all the same


def draw(*posters: Poster, size: PosterSize = PosterSize.A5, look: Look = ACME) -> bytes:
    """Return the PDF."""
    return draw_sheets(posters, size=size, look=look).content


def pictures(content: bytes, *, dpi: int = 120) -> Iterator[Image.Image]:
    """Yield each page as a printer at so many dots an inch would put it on paper."""
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            yield page.render(scale=dpi / 72).to_pil()


def texts(content: bytes) -> list[str]:
    """Return what a reader that searches or reads aloud finds on each page, lines apart."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def decode(picture: Image.Image) -> list[str]:
    """Return what a telephone reads on a page."""
    return [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]
