"""Bands and scores, as a table."""

import pytest

from app.responses.scoring import Cut, scale_style, score
from app.surveys.definition import Band, QuestionType


@pytest.mark.parametrize(
    ("question_type", "rating", "expected"),
    [
        (QuestionType.RATING5, 1, 0),
        (QuestionType.RATING5, 3, 50),
        (QuestionType.RATING5, 5, 100),
        (QuestionType.NPS, 0, 0),
        (QuestionType.NPS, 7, 70),
        (QuestionType.CES7, 4, 50),
        (QuestionType.CES7, 6, 83.33),
        (QuestionType.PMF, 1, None),
        (QuestionType.CHOICE, 2, None),
        (QuestionType.YES_NO, 1, None),
    ],
)
def test_score_is_the_place_on_the_scale(question_type: QuestionType, rating: int, expected: float | None) -> None:
    assert score(question_type, rating) == expected


def test_bands_meet_without_a_gap() -> None:
    cut = Cut(happy_at_least=4, unhappy_at_most=2)
    assert [cut.band(rating) for rating in range(1, 6)] == [
        Band.UNHAPPY,
        Band.UNHAPPY,
        Band.NEUTRAL,
        Band.HAPPY,
        Band.HAPPY,
    ]


def test_styles_are_kept_apart() -> None:
    assert {scale_style(each) for each in (QuestionType.RATING5, QuestionType.NPS, QuestionType.CHOICE)} == {
        "faces",
        "numbers",
        "options",
    }
