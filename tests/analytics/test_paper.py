"""A report on paper: what is drawn is what was said, in every language, over as many pages as it takes."""

import pypdfium2
import pytest

from app.analytics.paper.columns import share_out
from app.analytics.paper.drawing import draw_paper
from app.analytics.paper.press import PaperLateError, print_paper
from app.analytics.paper.sheet import (
    Block,
    Card,
    Cards,
    Chart,
    ChartDot,
    Facts,
    Heading,
    Paper,
    Paragraph,
    Strip,
    Table,
    Whisker,
    read_paper,
    write_paper,
)
from app.web.errors import status_of

ROWS = Table(
    ("Кеңсе", "CSAT", "", "n"),
    tuple((f"Кеңсе {number}", "75%", Whisker(0.2, 0.5, 0.7), str(number)) for number in range(60)),
    (4, 1, 4, 1),
    (1, 3),
)
EVERY_KIND: tuple[Block, ...] = (
    Heading("Қанағаттану — ұзақ кезең"),
    Cards((Card("CSAT", "75%", ("20 жауап",)), Card("Hidden", "–"), Card("NPS", "+33"), Card("CES", "5,10"))),
    Chart(
        ((0, "100%"), (100, "50%")),
        ((10, "1 наурыз"),),
        tuple(ChartDot(index, 10.0 * index, 40, 50, 30) for index in (0, 1, 2, 4)),
        45,
    ),
    ROWS,
    Table(("", ""), (("five", Strip(0.5)),), (1, 3)),
    Facts((("Opened", "12"),)),
    Paragraph("This is no certificate. {nb}", note=True),
    Paragraph("Їжак та ґанок", soft=True),
)


def paper(*blocks: Block, company: str = "Aru Bank", colour: str = "#0a6a5c") -> Paper:
    """Return a paper with those blocks."""
    return Paper("Есеп", company, "Алматы · 1–31", "As of noon", "Page {page} of {pages}", "kk", colour, blocks)


def read_pages(content: bytes) -> list[str]:
    """Return what a reader that searches finds on each page, as one line."""
    with pypdfium2.PdfDocument(content) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_every_block_survives_the_way_to_the_press() -> None:
    whole = paper(*EVERY_KIND)
    assert read_paper(write_paper(whole)) == whole


def test_the_press_draws_every_word_with_its_own_letters() -> None:
    pages = read_pages(print_paper(paper(*EVERY_KIND)))
    said = " ".join(pages)
    for words in (
        "Есеп",
        "Aru Bank",
        "Қанағаттану — ұзақ кезең",
        "75%",
        "20 жауап",
        "Кеңсе 59",
        "Їжак та ґанок",
        "{nb}",
    ):
        assert words in said, words
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "As of noon" in page
    # The head of a table comes again on each of its pages.
    assert all("CSAT" in page for page in pages if "75%" in page)


def test_a_press_that_is_not_ready_in_time_is_busy_and_not_broken() -> None:
    with pytest.raises(PaperLateError) as caught:
        print_paper(paper(*EVERY_KIND), seconds=0.01)
    assert status_of(caught.value) == 503


@pytest.mark.parametrize("text", ["", "\x00\ud800", "x" * 100_000, "مكتب ₸ 🙂", "%PDF\n<</JS>>"])
def test_nothing_that_somebody_typed_breaks_it(text: str) -> None:
    blocks = (Heading(text), Paragraph(text), Facts(((text, text),)), Cards((Card(text, text, (text,)),)))
    assert draw_paper(paper(*blocks, company=text, colour="#ffffff")).startswith(b"%PDF")


def test_a_paper_of_nothing_is_a_page() -> None:
    assert len(read_pages(draw_paper(paper()))) == 1


def test_a_column_is_as_wide_as_its_longest_word_where_others_have_room() -> None:
    for wanted, least, expected in (
        ([20, 60, 20], [10, 10, 10], [20, 60, 20]),
        ([20, 60, 20], [30, 20, 10], [30, 52, 18]),
        ([20, 60, 20], [50, 50, 50], [20, 60, 20]),
        ([20, 20], [20, 20], [20, 20]),
    ):
        assert share_out(wanted, least) == pytest.approx(expected), (wanted, least)
        assert sum(share_out(wanted, least)) == pytest.approx(sum(wanted))


def test_no_word_of_a_head_is_cut_in_two() -> None:
    head = ("Подразделение", "Удовлетворённость (CSAT)", "Диапазон", "", "Ответов", "Рядом с остальными")
    row = ("Алматы, на Жибек Жолы", "84%", "81% – 86%", Whisker(0.2, 0.5, 0.7), "1 204", "не различимо")
    table = Table(head, (row,), (3.2, 1.6, 1.9, 2.4, 1.2, 2.4), (1, 4))
    (page,) = read_pages(draw_paper(paper(table)))
    for word in ["Подразделение", "Удовлетворённость", "Диапазон", "остальными", "различимо"]:
        assert word in page
