"""What a few words mean: a rating, stop, start, a number, or a comment."""

import pytest

from app.routing.heard import Rated, asks_to_start, asks_to_stop, looks_like_number, read_rating
from tests.callers import CALL
from tests.respondents import SURVEYS

FIRST = CALL.first
NPS = SURVEYS.current("nps").first


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("5", 5, None),
        (" 5 ", 5, None),
        ("5 спасибо", 5, "спасибо"),
        ("5! спасибо", 5, "спасибо"),
        ("1. Очень долго", 1, "Очень долго"),
        ("3, но могло быть лучше", 3, "но могло быть лучше"),
        ("4\nрақмет", 4, "рақмет"),
        ("2 — нагрубили", 2, "нагрубили"),
        ("5️⃣", 5, None),
        ("5!!!", 5, None),
    ],
)
def test_a_number_of_the_scale_at_the_beginning_is_a_rating(text: str, value: int, words: str | None) -> None:
    assert read_rating(text, FIRST) == Rated(value, words)


@pytest.mark.parametrize(
    "text",
    [
        "15 минут ждал",
        "500 тенге",
        "5 минут ждал",
        "5 000 тенге сняли",
        "4.5",
        "4,5",
        "0",
        "6",
        "-5",
        "5а",
        "5-ти минут мало",
        "пять",
        "спасибо 5",
        "",
        "  ",
        "٥",
        "5" * 5000,
        "3 раза звонил",
    ],
)
def test_a_number_that_counts_something_or_a_word_alone_is_none(text: str) -> None:
    assert read_rating(text, FIRST) is None


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("10 супер", 10), ("7", 7)])
def test_the_scale_is_the_surveys(text: str, value: int) -> None:
    rated = read_rating(text, NPS)
    assert rated is not None
    assert rated.value == value


def test_an_option_is_not_chosen_by_its_position() -> None:
    assert read_rating("1", SURVEYS.current("pmf").first) is None


@pytest.mark.parametrize(
    "text", ["STOP", "stop", "Стоп", " СТОП! ", "ТОҚТА", "токта", "/stop", "UNSUBSCRIBE", "«стоп»", "Зупинити", "stop."]
)
def test_stop_is_heard_in_every_language(text: str) -> None:
    assert asks_to_stop(text)


@pytest.mark.parametrize("text", ["стоп звонки утром", "не останавливайтесь", "stop it please", "", "start"])
def test_stop_among_other_words_is_a_comment(text: str) -> None:
    assert not asks_to_stop(text)


@pytest.mark.parametrize(("text", "starts"), [("СТАРТ", True), ("start", True), ("Почати", True), ("старт?", True)])
def test_start_is_heard_in_every_language(text: str, starts: bool) -> None:
    assert asks_to_start(text) is starts


@pytest.mark.parametrize("text", ["+7 701 123 45 67", "87011234567", "Мой номер 8 701 123-45-67"])
def test_a_telephone_number_looks_like_one(text: str) -> None:
    assert looks_like_number(text)


@pytest.mark.parametrize("text", ["Ждал 15 минут", "", "договор 123456 до сих пор не оформили, жду с марта"])
def test_words_do_not_look_like_a_number(text: str) -> None:
    assert not looks_like_number(text)
