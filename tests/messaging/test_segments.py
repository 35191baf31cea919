"""SMS are counted as the networks count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.segments import Encoding, estimate, measure

GSM = "abc ABC 0123 @£$ äöü"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "left"),
    [
        ("", Encoding.GSM7, 0, 0, 160),
        ("a" * 160, Encoding.GSM7, 160, 1, 0),
        ("a" * 161, Encoding.GSM7, 161, 2, 145),
        ("a" * 306, Encoding.GSM7, 306, 2, 0),
        ("a" * 307, Encoding.GSM7, 307, 3, 152),
        ("ж" * 70, Encoding.UCS2, 70, 1, 0),
        ("ж" * 71, Encoding.UCS2, 71, 2, 63),
        ("ж" * 134, Encoding.UCS2, 134, 2, 0),
        ("ж" * 135, Encoding.UCS2, 135, 3, 66),
        ("a" * 69 + "ж", Encoding.UCS2, 70, 1, 0),
        ("€" * 80, Encoding.GSM7, 160, 1, 0),
        ("[" * 81, Encoding.GSM7, 162, 2, 143),  # the escape of the 77th would be cut off, so 76 fit into a part
        ("😀" * 35, Encoding.UCS2, 70, 1, 0),
        ("😀" * 36, Encoding.UCS2, 72, 2, 61),  # 33 fit into a part of 67
        ("Ø\n", Encoding.GSM7, 2, 1, 158),
        ("ç", Encoding.UCS2, 1, 1, 69),  # the capital one is in the alphabet, this one is not
        ("`", Encoding.UCS2, 1, 1, 69),
        ("«»", Encoding.UCS2, 2, 1, 68),
    ],
)
def test_known_counts(text: str, encoding: Encoding, units: int, segments: int, left: int) -> None:
    size = measure(text)
    assert (size.encoding, size.units, size.segments, size.left) == (encoding, units, segments, left)


@given(st.text(max_size=500))
def test_a_text_always_fits_into_what_was_counted(text: str) -> None:
    size = measure(text)
    room = size.encoding.alone if size.segments <= 1 else size.encoding.part * size.segments
    assert size.units + size.left <= room
    # At most one unit a part is lost to letters that cannot be cut.
    assert room - size.units - size.left < max(1, size.segments)
    assert (size.segments == 0) == (text == "")


@given(st.text(max_size=300), st.text(max_size=20))
def test_a_longer_text_never_takes_less(text: str, more: str) -> None:
    assert measure(text + more).segments >= measure(text).segments


@given(st.text(alphabet=GSM, max_size=500))
def test_latin_never_takes_more_than_cyrillic_of_the_same_length(text: str) -> None:
    assert measure(text).segments <= measure("ж" * len(text)).segments


def test_the_cost_is_by_segment() -> None:
    assert estimate("ж" * 71, 1150).cost == 2300
    assert estimate("", 1150).cost == 0
