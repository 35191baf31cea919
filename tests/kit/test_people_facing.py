"""Languages, codes, numbers and logs: the small things that people read."""

import logging
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.i18n import Language, choose_language, read_language, say
from app.kit.ids import CROCKFORD, encode_crockford, new_id, random_code, read_code
from app.kit.log import clean_text, configure_logging, get_logger
from app.kit.phones import InvalidPhoneError, display_phone, mask_phone, normalise_phone


@pytest.mark.parametrize(
    ("asked", "accepted", "offered", "chosen"),
    [
        ("kk", ["ru"], list(Language), Language.KK),
        ("KK-kz", [], list(Language), Language.KK),
        ("fr", ["de", "uk-UA", "ru"], list(Language), Language.UK),
        (None, ["fr"], list(Language), Language.RU),
        (None, [], [Language.EN], Language.EN),
        ("kk", ["en"], [Language.RU, Language.EN], Language.EN),
        ("'; DROP", ["*"], list(Language), Language.RU),
    ],
)
def test_language_is_asked_for_then_the_browsers_then_the_default(
    asked: str | None, accepted: list[str], offered: list[Language], chosen: Language
) -> None:
    assert choose_language(asked, accepted, offered, Language.RU) == chosen


def test_a_missing_language_falls_to_the_nearest() -> None:
    text = {Language.RU: "да", Language.EN: "yes"}
    assert [say(text, language) for language in Language] == ["да", "да", "yes", "yes"]
    assert say({}, Language.KK) == ""
    assert read_language("") is None


@pytest.mark.parametrize("typed", ["7k3m-9pxq", "7K3M9PXQ", "7k3m9pxq"])
def test_codes_are_read_in_any_case(typed: str) -> None:
    assert read_code(typed, 8) == "7K3M9PXQ"


def test_letters_that_look_like_digits_are_read_as_such() -> None:
    assert read_code("oOiIlL00", 8) == "00111100"


@pytest.mark.parametrize(
    "typed", ["", "7K3M9PX", "7K3M9PXQQ", "7K3M9PXU", "7K3M 9PX", "７K3M9PXQ", "ſK3M9PXQ", "7K3M9PX\x00"]
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert read_code(typed, 8) is None


@given(st.text(max_size=20))
def test_no_text_breaks_reading_a_code(typed: str) -> None:
    code = read_code(typed, 8)
    assert code is None or (len(code) == 8 and set(code) <= set(CROCKFORD))


def test_codes_are_spread_evenly() -> None:
    counts = Counter("".join(random_code(8) for _ in range(8000)))
    assert set(counts) == set(CROCKFORD)
    expected = 64000 / 32
    # Chi-square with 31 degrees of freedom: 61.1 is passed once in a thousand runs, 90 in ten million.
    assert sum((seen - expected) ** 2 / expected for seen in counts.values()) < 90


def test_bytes_become_characters_of_five_bits() -> None:
    assert encode_crockford(b"\xff" * 10) == "Z" * 16
    assert encode_crockford(b"\x00" * 5) == "0" * 8


def test_keys_rise_with_time() -> None:
    keys = [new_id() for _ in range(1000)]
    assert len(set(keys)) == 1000
    assert sorted(keys)[0].version == 7


@pytest.mark.parametrize(
    ("typed", "region", "read"),
    [
        ("8 701 123 45 67", "KZ", "+77011234567"),
        ("+7 (701) 123-45-67", "UA", "+77011234567"),
        ("87011234567", "RU", "+77011234567"),
        ("067 123 45 67", "UA", "+380671234567"),
        ("+998 90 123 45 67", "KZ", "+998901234567"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, region: str, read: str) -> None:
    assert normalise_phone(typed, region) == read


@given(st.text(max_size=40))
def test_no_text_breaks_reading_a_number(typed: str) -> None:
    try:
        number = normalise_phone(typed, "KZ")
    except InvalidPhoneError:
        return
    assert number.startswith("+")


def test_masked_numbers_cannot_be_rung() -> None:
    assert mask_phone("+77011234567") == "+7 7** *** **67"
    assert mask_phone("+380671234567") == "+380 6** *** *67"
    assert display_phone("+77011234567") == "+7 701 123 4567"


def test_logs_hold_no_numbers_addresses_or_keys(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    get_logger("x").info(
        "POST /r/AbCdEf123456 by +7 701 123-45-67", who=["a@example.org", {"path": "/i/7K3M9PXQ7K3M9PXQ"}]
    )
    logging.getLogger("y").warning("to %s at %s", "b@example.org", "+380671234567")
    get_logger("x").error("unhandled exception", path="/invitation/2Z9QK4M7TX0C8B1V6N3R5S2Z9QK4M7TX")
    try:
        raise ValueError("c@example.org")
    except ValueError:
        get_logger("x").exception("failed")
    captured = capsys.readouterr()
    assert captured.out == ""
    for secret in ("AbCdEf123456", "701 123", "example.org", "7K3M9PXQ7K3M9PXQ", "380671", "2Z9QK4M7"):
        assert secret not in captured.err
    assert captured.err.count("\n") == 4


@pytest.mark.parametrize(
    "number",
    [
        "8 701 123 45 67",
        "8 (701) 123-45-67",
        "87011234567",
        "77011234567",
        "0671234567",
        "067 123 45 67",
        "8-701-123-45-67",
        "(701) 123-45-67",
        "+7 701 123-45-67",
        "8\u00a0701\u00a0123\u00a045\u00a067",
    ],
)
@pytest.mark.parametrize("around", ["{}", "ring me: {}, after six", "phone={}.", "\u00ab{}\u00bb", "tel:{}\nsoon"])
def test_a_number_is_cut_out_however_it_is_written(number: str, around: str) -> None:
    said = clean_text(around.format(number))
    assert "123" not in said.replace("\u00a0", "")
    assert "45" not in said
    assert "\u2026" in said


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04T06:00:00.123456Z",
        "2026-03-04T06:00:00+05:00",
        "2026-03-04 06:00:00.123456",
        "2026-03-04 06:00",
        "from 2026-03-04 to 2026-03-05 15 rows",
        "2026-03-04 2026-03-05",
        "04.03.2026 06:00",
        "20260304060000",
        "1772604000",
        "1772604000.123",
        "1772604000123",
        "019cb7a1-4c3e-7d51-8123-456789012345",
        "01912345-1234-7123-8123-123456789012",
        "/manage/callbacks/01912345-1234-7123-8123-123456789012",
        "01912345123471238123123456789012",
        "sha256:4f1a1234567890123",
        "127.0.0.1:54321",
        "192.168.100.200",
        "GET /q/7K3M9PXQ 200 1234",
    ],
)
def test_instants_and_keys_stay(text: str) -> None:
    assert clean_text(text) == text


def test_what_postgresql_tells_of_a_row_is_cut_and_the_rest_of_the_trace_stays() -> None:
    trace = (
        "psycopg.errors.UniqueViolation: duplicate key value violates a constraint\n"
        "DETAIL:  Failing row contains (1, nobody came\n\nfor an hour, Aigul).\n\n"
        "The above exception was the direct cause of the following exception:\n\nTraceback: app/x.py line 7\n"
        "IntegrityError: duplicate key\nDETAIL:  Failing row contains (1, nobody came, Aigul).\n[SQL: INSERT]"
    )
    said = clean_text(trace)
    assert "nobody came" not in said
    assert "Aigul" not in said
    assert "UniqueViolation: duplicate key value violates a constraint" in said
    assert "app/x.py line 7" in said


def test_an_error_that_is_logged_as_a_value_is_cleaned_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    get_logger("x").warning("failed", error=ValueError("no row\nDETAIL:  Key (name)=(Aigul) is taken"))
    shown = capsys.readouterr().err
    assert "ValueError: no row" in shown
    assert "Aigul" not in shown
