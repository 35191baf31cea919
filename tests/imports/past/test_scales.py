"""What a column of ratings means: the survey's own numbers, moved or turned scales, words in four languages."""

from collections import Counter

import pytest

from app.imports.past.scales import InvalidScaleError, NotOnScaleError, Reading, find_scale, read_missing
from app.surveys.definition import Question
from tests.respondents import SURVEYS

FACES = SURVEYS.current("office-visit").first
NPS = SURVEYS.current("nps").first


def _read(cells: str | list[object], said: str | None = None, missing: str = "", question: Question = FACES) -> object:
    given: list[object] = [*cells.split("|")] if isinstance(cells, str) else cells
    scale = find_scale(question, set(given), said=said, missing=read_missing([missing]))
    return [scale.read(cell).value for cell in given]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ("1|5|3.0|4,0| 2 |", [1, 5, 3, 4, 2, None]),
        ([5, 4.0, None, "3"], [5, 4, None, 3]),
        ("Extremely likely|Likely|Neither likely nor unlikely|Unlikely|EXTREMELY  UNLIKELY", [5, 4, 3, 2, 1]),
        ("Very good|Good|Poor|Very poor", [5, 4, 2, 1]),
        ("Excellent|Very good|Good|Fair|Poor", [5, 4, 3, 2, 1]),
        ("Отлично|Хорошо|Плохо|очень плохо", [5, 4, 2, 1]),
        ("Очень доволен|Недоволен|Нейтрально", [5, 2, 3]),
        ("Өте жақсы|Жақсы|Орташа|Нашар|Өте нашар", [5, 4, 3, 2, 1]),
        ("Чудово|Добре|Погано|Дуже погано", [5, 4, 2, 1]),
        ("Very satisfied|Neither|5", [5, 3, 5]),
        ("★★★★☆|★|⭐⭐⭐⭐⭐", [4, 1, 5]),
        ("5 из 5|4/5|3 out of 5|5-тен 4|2 з 5", [5, 4, 3, 4, 2]),
        ("5 - отлично|1 (ужасно)|Хорошо (4)|оценка 3|Rating: 2", [5, 1, 4, 3, 2]),
        ("5 - excellent|4 - good|3 - fair|2 - poor|1 - very poor|3 - good", [5, 4, 3, 2, 1, 3]),
        ("Ваша оценка: 5|балл - 4|1 - очередь", [5, 4, 1]),
        ("5 баллов|1 звезда|2 зірки|3 points|4 ұпай", [5, 1, 2, 3, 4]),
        ("😀|😐|😡", [5, 3, 1]),
        ("Хорошо|-|н/о|Затрудняюсь ответить", [4, None, None, None]),
        ("5|Don’t know|білмеймін|не знаю|#N/A", [5, None, None, None, None]),
    ],
)
def test_numbers_and_known_words_need_no_scale(cells: str | list[object], values: list[int | None]) -> None:
    assert _read(cells) == values


@pytest.mark.parametrize(
    ("said", "cells", "values"),
    [
        ("0-4", "0|4|2", [1, 5, 3]),
        ("reversed", "1|5|2", [5, 1, 4]),
        ("Наоборот", "1|5|2", [5, 1, 4]),
        ("0-4 навпаки", "0|4|1", [5, 1, 4]),
        ("керісінше 0-4", "0|4|1", [5, 1, 4]),
        ("0-4 reversed", "0|4", [5, 1]),
        ("1–5", "1|5", [1, 5]),
        ("reversed", "1 - excellent|2 - good|5 - very poor|4", [5, 4, 1, 2]),
        ("Top=5, so-so =3,Bad, really=1", "top|So-So", [5, 3]),
        ("0=1,1=1,2=1,3=2,4=2,5=3,6=3,7=4,8=4,9=5,10=5", "0|7|10", [1, 4, 5]),
    ],
)
def test_a_scale_is_moved_turned_or_written_out(said: str, cells: str, values: list[int]) -> None:
    if said.startswith("Top"):
        said = said.replace("Bad, really", "Bad")
    assert _read(cells, said) == values


def test_eleven_points_stay_eleven() -> None:
    assert _read("0|10|7", "0-10", question=NPS) == [0, 10, 7]
    assert _read("0|10|7", question=NPS) == [0, 10, 7]
    assert _read("0|10", "reversed", question=NPS) == [10, 0]


@pytest.mark.parametrize(
    ("said", "cells", "words"),
    [
        ("0-10", "7", "11 points cannot become the 5 of this survey (1 to 5)"),
        ("Good=6", "Good", "the survey has 1 to 5"),
        ("Good=00051", "Good", "the survey has 1 to 5"),
        (f"Good=0005{'0' * 5000}", "Good", "the survey has 1 to 5"),
        ("Good=4,good=5", "Good", "stands there twice"),
        ("Good=", "Good", "write answer=number"),
        ("upside down", "1", "write 0-4, reversed"),
        (None, "Blue|Green", "no scale that is known: 'blue', 'green'"),
        (None, "Good|Poor", "stand in several scales"),
        (None, "|".join(map(str, range(11))), "go up to 10, and the survey has 1 to 5: where they answer whether"),
        (None, "9/10|10/10|7/10", "that is --survey nps"),
        (None, "1|3|6|7", "that is --survey ces"),
        (None, "100|90|85|75|60|5", "these ratings go up to 100"),
        (None, "1 - excellent|2 - good|5 - very poor", "run opposite ways; if 1 is the best, say --scale reversed"),
        (None, "1 (very satisfied)|5", "'1 (very satisfied)': the numbers and the words"),
        (None, "1 - отлично|3", "run opposite ways"),
        (None, "1/5 - отлично|3", "run opposite ways"),
        (None, "отлично: 1|плохо: 4", "run opposite ways"),
        (None, "4 - bad|3 - fair", "run opposite ways"),
        (None, "5 - отлично|4 - хорошо|1 - отлично", "'1 - отлично'"),
        (None, "Хорошо|жақсы емес|тамаша емес|сносно", "no scale that is known"),
    ],
)
def test_a_scale_that_does_not_fit_is_refused(said: str | None, cells: str, words: str) -> None:
    with pytest.raises(InvalidScaleError) as refused:
        _read(cells, said)
    assert words in refused.value.message


def test_a_few_strange_numbers_are_mistakes_of_their_rows() -> None:
    for strange in ("0|10", "6|7", "10/10|0"):
        assert find_scale(FACES, ["1", "5"] * 50 + strange.split("|"), said=None).read("5").value == 5, strange
        with pytest.raises(InvalidScaleError, match="these ratings go up to"):
            find_scale(FACES, Counter({"1": 4, "5": 4, **dict.fromkeys(strange.split("|"), 1)}), said=None)


def test_codes_of_no_answer_are_told_apart_from_answers() -> None:
    scale = find_scale(
        FACES, {"Likely", "Don't know", "99"}, said=None, missing=read_missing(["Don't know, N/A", "99"])
    )
    assert [scale.read(cell) for cell in ("DON'T KNOW", 99, "n/a", " ", "Likely")] == [
        Reading(None, "DON'T KNOW"),
        Reading(None, "99"),
        Reading(None, "n/a"),
        Reading(None),
        Reading(4),
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "6",
        "0",
        "-1",
        "4.5",
        "9/10",
        "4/4",
        "1 - 2",
        "Maybe",
        "ждал: 5",
        "covid-19",
        "5 минут: 4",
        True,
        1e300,
        ["5"],
        "9" * 400,
        "\ud800",
    ],
)
def test_any_other_cell_is_refused(cell: object) -> None:
    scale = find_scale(FACES, {"Likely", "Unlikely"}, said=None)
    with pytest.raises(NotOnScaleError):
        scale.read(cell)
