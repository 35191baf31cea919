"""The look for numbers finds each way that they are written, and none in a key."""

from tests.phones import shows_number

NUMBERS = ("+77011234567", "8 701 123 45 67", "+7 (701) 123-45-67", "7 701 ••• •• 67", "tel:+7701", "87011234567")
OTHERS = ("01a2047a-701b-7aa7-9701-00c2a1d77018", "style.css?v=70112aa701", "at 7:01", "1,701 answers")


def test_a_number_is_found_however_it_is_written_and_a_key_is_none() -> None:
    assert [text for text in NUMBERS if not shows_number(f"<p>{text}</p>")] == []
    assert [text for text in OTHERS if shows_number(f"<p>{text}</p>")] == []
