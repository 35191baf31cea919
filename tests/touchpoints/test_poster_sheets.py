"""Posters as they come out of the printer: decoded, read, and free of anything but ink (T15)."""

import io
import re
import sys
import zlib
from collections.abc import Iterator

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from app.touchpoints.posters.drawing import draw_sheets
from app.touchpoints.posters.letters import BOLD, FALLBACK, REGULAR
from app.touchpoints.posters.logo import MOST_BYTES, open_logo
from app.touchpoints.posters.press import Job, PrintingError, print_posters, read_job, write_job
from app.touchpoints.posters.sheet import Look, PosterSize
from tests.touchpoints.posters import ACME, POSTER, decode, draw, pictures, poster, texts

KAZAKH = "әғқңөұүһі ӘҒҚҢӨҰҮҺІ"
UKRAINIAN = "ґєїі ҐЄЇІ"
# As fine as a code of a hundred characters needs it.
DPI = {PosterSize.A4: 70, PosterSize.A5: 100, PosterSize.A6: 140, PosterSize.STICKER: 220}
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OPENED: list[str] = []
_WATCHED = ("socket.", "urllib.", "subprocess.", "os.system", "http.")


def _watch(event: str, _arguments: object) -> None:
    if event.startswith(_WATCHED):
        _OPENED.append(event)


sys.addaudithook(_watch)


@pytest.mark.parametrize("size", PosterSize)
def test_every_code_of_a_batch_is_read_off_its_own_page(size: PosterSize) -> None:
    batch = [poster(code) for code in codes(40)]
    read = [decode(picture) for picture in pictures(draw(*batch, size=size), dpi=DPI[size])]
    assert read == [[each.scanned] for each in batch]


def test_codes_of_three_hundred_different_hosts_are_read() -> None:
    """Hosts from 4 to 100 characters, with ports, by http and https, one in another alphabet."""
    batch = [poster(code, base_url=base_url) for code, base_url in zip(codes(300), hosts(), strict=False)]
    sizes = {size: batch[number::4] for number, size in enumerate(PosterSize)}
    for size, some in sizes.items():
        read = [decode(picture) for picture in pictures(draw(*some, size=size), dpi=DPI[size])]
        assert read == [[each.scanned] for each in some]


def test_a_code_printed_badly_is_still_read() -> None:
    """A sticker at 100 dots an inch, shrunk to what a telephone sees from a hand's width away."""
    [picture] = pictures(draw(POSTER, size=PosterSize.STICKER), dpi=100)
    small = picture.convert("L").resize((140, 140), Image.Resampling.BILINEAR)
    assert decode(small.resize((280, 280), Image.Resampling.BICUBIC)) == [POSTER.scanned]


@pytest.mark.parametrize("size", ["a4", "a5", "a6"])
def test_everything_is_on_the_sheet_in_words_that_can_be_searched(size: str) -> None:
    [text] = texts(draw(poster(person="Aigul"), size=PosterSize(size), look=ACME))
    for words in (
        "Acme",
        *POSTER.questions,
        "Наведите камеру на код",
        "feedback.example.kz/q/7k3m9pxq",
        "Abay Avenue 10 · Aigul",
        "Almaty, Abay Avenue 10",
        "Код 7K3M9PXQ",
        "4 Mar 2026",
        "hall poster",
    ):
        assert words in text, words
    assert re.search(r"(84|59|42) см-ге дейін", text)


def test_a_sticker_says_the_question_once_and_the_address_as_far_as_it_fits() -> None:
    [text] = texts(draw(POSTER, size=PosterSize.STICKER))
    assert POSTER.questions[0] in text
    assert POSTER.questions[1] not in text
    assert POSTER.address in text
    assert "7K3M9PXQ" in text


@pytest.mark.parametrize("letters", [KAZAKH, UKRAINIAN])
def test_the_letters_of_our_languages_are_there_and_drawn(letters: str) -> None:
    content = draw(poster(office=letters, place=letters))
    [text] = texts(content)
    assert text.count(letters) == 2
    assert unreadable_letters(content) == 0
    for path in (REGULAR, BOLD):
        known = TTFont(path).getBestCmap()
        assert all(ord(letter) in known for letter in letters if letter != " ")


@pytest.mark.parametrize("name", ["מִשרד תל אביב", "مكتب دبي رقم", "Офис ₸"])
def test_letters_of_other_alphabets_come_from_the_other_font(name: str) -> None:
    drawn = draw_sheets([poster(office=name)], size=PosterSize.A5, look=ACME)
    assert unreadable_letters(drawn.content) == 0
    known = TTFont(FALLBACK).getBestCmap()
    assert drawn.missing == "".join(
        sorted({letter for letter in name if ord(letter) not in known and letter > "\u0500"})
    )


def test_a_name_from_right_to_left_is_read_in_its_order() -> None:
    [text] = texts(draw(poster(office="משרד תל אביב", place="مكتب دبي رقم")))
    assert "משרד תל אביב" in text
    assert "مكتب دبي رقم" in text


def test_letters_that_no_font_has_become_question_marks_and_are_told() -> None:
    drawn = draw_sheets([poster(office="咖啡 Café ☕")], size=PosterSize.A5, look=ACME)
    assert "?? Café ?" in texts(drawn.content)[0]
    assert drawn.missing == "☕咖啡"


@pytest.mark.parametrize(
    "name",
    [
        "</text><script>alert(1)</script>",
        "file:///etc/passwd",
        "https://evil.example/x.png",
        "(unbalanced \\ parenthesis",
        ") Tj ET /JS (app.alert(1)) BT (",
        "&lt;b&gt; **bold** __under__ [link](https://evil.example)",
        "{nb} pages",
    ],
)
def test_markup_in_names_is_text_and_nothing_else(name: str) -> None:
    _OPENED.clear()
    content = draw(poster(office=name, place=name, placement=name), look=Look(name, "#102030"))
    assert _OPENED == []
    [text] = texts(content)
    assert text.replace("\n", " ").count(name) >= 3, text
    inside = unpacked(content)
    for forbidden in (b"/JS", b"/JavaScript", b"/URI", b"/Annots", b"/AA", b"/Launch", b"/EmbeddedFile"):
        assert forbidden not in re.sub(rb"\((?:\\.|[^\\)])*\)", b"", inside), forbidden


@pytest.mark.parametrize("name", ["Ж" * 10_000, "слово " * 2000, "ل" * 3000, "\n\t\x00" * 100 + "x"])
@pytest.mark.parametrize("size", ["a4", "a6"])
def test_a_name_of_any_length_leaves_the_code_alone(name: str, size: str) -> None:
    content = draw(poster(office=name, place=name, placement=name[:80]), size=PosterSize(size))
    [picture] = pictures(content, dpi=DPI[PosterSize(size)])
    assert decode(picture) == [POSTER.scanned]
    [text] = texts(content)
    assert ("…" in text or "..." in text) == (len(name) > 1000)


def test_the_companys_colour_and_logo_are_printed() -> None:
    [picture] = pictures(draw(POSTER, size=PosterSize.A4, look=Look("Acme", "#c81e3c", logo())), dpi=50)
    width, height = picture.size
    assert picture.getpixel((5, int(height * 0.2))) == (200, 30, 60)
    assert picture.getpixel((int(width * 40 / 210), int(height * 18 / 297))) == (0, 0, 255)


def test_a_hundred_posters_hold_the_logo_and_the_fonts_once() -> None:
    look = Look("Acme", "#c81e3c", logo(pixels=400))
    few, many = (len(draw(*[poster(code) for code in codes(count)], look=look)) for count in (1, 100))
    assert (many - few) / 99 < 4000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        b"GIF89a" + bytes(30),
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"\x00" * MOST_BYTES,
    ],
)
def test_what_is_no_logo_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="PNG or a JPEG"):
        open_logo(content)


def test_a_logo_of_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    Image.new("1", (60_000, 60_000)).save(bomb, "PNG")
    with pytest.raises(ValueError, match="PNG or a JPEG"):
        open_logo(bomb.getvalue())


def test_the_press_draws_in_a_process_of_its_own_and_tells_each_poster() -> None:
    told: list[int] = []
    batch = [poster(code, office="咖") for code in codes(3)]
    printed = print_posters(batch, size=PosterSize.A6, look=Look("Acme", "#123456", logo()), on_progress=told.append)
    assert told == [1, 2, 3]
    assert printed.missing == "咖"
    assert [decode(picture) for picture in pictures(printed.content)] == [[each.scanned] for each in batch]


def test_whoever_listens_may_stop_the_press() -> None:
    def stop(drawn: int) -> None:
        raise KeyError(drawn)

    with pytest.raises(KeyError):
        print_posters([poster(code) for code in codes(50)], size=PosterSize.A5, look=ACME, on_progress=stop)


def test_a_press_that_breaks_is_told_and_leaves_no_half_file() -> None:
    with pytest.raises(PrintingError, match="ended with status 1"):
        print_posters([POSTER], size=PosterSize.A5, look=Look("Acme", "no colour"))


def test_a_job_survives_its_way_to_the_press() -> None:
    job = Job((POSTER, poster("7K3M9PXR", place=None)), PosterSize.STICKER, Look("Acme", "#123456", logo()))
    assert read_job(write_job(job)) == job


def codes(count: int) -> list[str]:
    """Return so many codes, the same each time."""
    return [
        "".join(LETTERS[(number * 7 + place * place * 11) % 32] for place in range(6)) + f"{number:02X}"[-2:]
        for number in range(count)
    ]


def hosts() -> Iterator[str]:
    """Yield 300 addresses, short and long."""
    for number in range(299):
        label = "office-feedback-"[: 1 + number % 15] + str(number)
        tail = ".sub" * (number % 20) + (".kz" if number % 2 else ".example.com")
        yield f"http{'s' * (number % 3 > 0)}://{label}{tail}{':8443' * (number % 7 == 0)}"
    yield "https://отклик.қаз"


def logo(pixels: int = 40) -> bytes:
    """Return a blue square."""
    file = io.BytesIO()
    Image.new("RGB", (pixels, pixels), (0, 0, 255)).save(file, "PNG")
    return file.getvalue()


def unpacked(content: bytes) -> bytes:
    """Return the file with its page contents unpacked; fonts and pictures stay as they are."""
    found = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(part for part in found if b"glyf" not in part[:2000])


def unreadable_letters(content: bytes) -> int:
    """Return how many letters on the first page stand for nothing in its text."""
    with pypdfium2.PdfDocument(content) as document:
        text = document[0].get_textpage()
        return sum(text.get_text_range(place, 1) in ("\ufffd", "\x00") for place in range(text.count_chars()))
