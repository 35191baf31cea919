"""From a form's fields to answers: what is taken, passed over and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import InvalidInputError
from app.surveys.answers import MAX_TEXT, Answer, parse_answers, read_text
from app.surveys.definition import Band
from tests.surveys.surveys import choice, define, question

SURVEY = define(
    question(),
    choice("liked", "x", "y", "z", multiple=True, show_if={"band": ["happy"]}),
    choice("wrong", "x", "y", multiple=True, show_if={"band": ["unhappy"]}),
    choice("resolved", "yes", "no"),
    question("wait"),
    question("score", "nps"),
    question("words", "text"),
    question("why", "text", show_if={"question": "resolved", "in": [2]}),
    question("first-was-five", "yes_no", show_if={"question": "overall", "in": [5]}),
)


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ({}, []),
        ({"answer-wait": ["3"]}, [Answer("wait", 3)]),
        ({"answer-score": ["0"]}, [Answer("score", 0)]),
        ({"answer-score": ["10"]}, [Answer("score", 10)]),
        ({"answer-liked": ["3", "1"]}, [Answer("liked", 1), Answer("liked", 3)]),
        ({"answer-liked": ["2", "2"]}, [Answer("liked", 2)]),
        ({"answer-liked": ["", "2"]}, [Answer("liked", 2)]),
        ({"answer-wait": [""]}, []),
        ({"answer-wait": ["  "], "answer-words": [" \r\n "]}, []),
        ({"answer-words": ["  Рахмет!\r\nКелемін. "]}, [Answer("words", text="Рахмет!\nКелемін.")]),
        ({"answer-resolved": ["2"], "answer-why": ["Ждал"]}, [Answer("resolved", 2), Answer("why", text="Ждал")]),
        ({"answer-first-was-five": ["1"]}, [Answer("first-was-five", 1)]),
        ({"answer-words": ["b"], "answer-wait": ["1"]}, [Answer("wait", 1), Answer("words", text="b")]),
    ],
)
def test_answers_are_read_in_the_order_of_the_survey(form: dict[str, list[str]], answers: list[Answer]) -> None:
    assert parse_answers(SURVEY, form, Band.HAPPY, 5) == answers


@pytest.mark.parametrize(
    "form",
    [
        {"answer-nothing": ["1"]},
        {"wait": ["1"]},
        {"answer-": ["1"], "comment": ["x"], "phone": ["+7"]},
        {"answer-wrong": ["1"]},
        {"answer-wrong": ["no number at all"]},
        {"answer-why": ["not asked"]},
        {"answer-why": ["not asked"], "answer-resolved": [""]},
        {"answer-overall": ["1"]},
    ],
)
def test_what_is_unknown_or_not_shown_is_passed_over(form: dict[str, list[str]]) -> None:
    assert parse_answers(SURVEY, form, Band.HAPPY, 5) == []


def test_survey_without_bands_shows_nothing_that_depends_on_one() -> None:
    assert parse_answers(SURVEY, {"answer-liked": ["1"], "answer-wrong": ["1"]}, None, 3) == []


@pytest.mark.parametrize(
    ("field", "values", "code"),
    [
        ("answer-wait", ["0"], "not_an_option"),
        ("answer-wait", ["6"], "not_an_option"),
        ("answer-wait", ["-1"], "not_an_option"),
        ("answer-wait", ["+1"], "not_an_option"),
        ("answer-wait", ["01"], "not_an_option"),
        ("answer-wait", [" 1"], "not_an_option"),
        ("answer-wait", ["1.0"], "not_an_option"),
        ("answer-wait", ["٣"], "not_an_option"),
        ("answer-wait", ["³"], "not_an_option"),
        ("answer-wait", ["1\n"], "not_an_option"),
        ("answer-wait", ["5; DROP TABLE response"], "not_an_option"),
        ("answer-wait", ["9" * 5000], "not_an_option"),
        ("answer-wait", ["\0"], "not_an_option"),
        ("answer-wait", ["1", "2"], "one_answer_only"),
        ("answer-words", ["a", "b"], "one_answer_only"),
        ("answer-liked", ["1", "4"], "not_an_option"),
        ("answer-words", ["a\0b"], "unreadable_text"),
        ("answer-words", ["a\ud800"], "unreadable_text"),
        ("answer-words", ["x" * (MAX_TEXT + 1)], "text_too_long"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_field(field: str, values: list[str], code: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        parse_answers(SURVEY, {field: values}, Band.HAPPY, 5)

    assert (raised.value.field, raised.value.code) == (field, code)


def test_required_question_must_be_answered_only_where_it_is_shown() -> None:
    survey = define(question(), question("wait", required=True, show_if={"band": ["unhappy"]}))

    assert parse_answers(survey, {}, Band.HAPPY, 5) == []
    with pytest.raises(InvalidInputError) as raised:
        parse_answers(survey, {"answer-wait": [" "]}, Band.UNHAPPY, 1)
    assert (raised.value.field, raised.value.code) == ("answer-wait", "answer_required")


def test_longest_text_is_counted_in_characters_after_trimming() -> None:
    assert read_text("  " + "😀" * MAX_TEXT + "\r\n", "comment") == "😀" * MAX_TEXT
    assert read_text("\r\n".join("x" * 1000), "comment") == "\n".join("x" * 1000)


def test_right_to_left_marks_and_emoji_are_kept_as_typed() -> None:
    assert read_text("שלום\u200f 👩‍👩‍👧", "comment") == "שלום\u200f 👩‍👩‍👧"


@given(
    st.dictionaries(
        st.sampled_from([f"answer-{each.key}" for each in SURVEY.questions]),
        st.lists(st.one_of(st.text(max_size=5), st.integers(-1, 12).map(str)), max_size=4),
    ),
    st.sampled_from([None, *Band]),
    st.integers(1, 5),
)
def test_whatever_a_form_says_only_the_questions_own_values_come_out(
    form: dict[str, list[str]], band: Band | None, rating: int
) -> None:
    try:
        answers = parse_answers(SURVEY, form, band, rating)
    except InvalidInputError as error:
        answers = []
        refused = error.field
    else:
        refused = None
    assert refused is None or refused in form
    assert len(set(answers)) == len(answers)
    for answer in answers:
        assert (answer.value is None) != (answer.text is None)
        assert answer.value is None or SURVEY.question(answer.question_key).accepts(answer.value)
