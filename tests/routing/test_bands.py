"""Which answers lie in which band, as a table."""

import pytest

from app.routing.bands import ratings_by_band
from app.routing.policy import load_policy
from app.surveys.definition import Definition
from app.surveys.loader import load_surveys
from config.settings import ROOT

POLICY = load_policy(ROOT / "config" / "routing.yaml")
SURVEYS = load_surveys(ROOT / "surveys")


@pytest.mark.parametrize(
    ("survey", "expected"),
    [
        ("office-visit", {"happy": (4, 5), "neutral": (3,), "unhappy": (1, 2)}),
        ("nps", {"happy": (9, 10), "neutral": (7, 8), "unhappy": (0, 1, 2, 3, 4, 5, 6)}),
        ("ces", {}),
        ("pmf", {}),
    ],
)
def test_every_value_lies_in_one_band(survey: str, expected: dict[str, tuple[int, ...]]) -> None:
    assert ratings_by_band(SURVEYS.current(survey), POLICY) == expected


def test_a_survey_narrows_the_bands_and_one_may_be_empty() -> None:
    own = {"happy_at_least": 3, "unhappy_at_most": 2}
    content = SURVEYS.current("office-visit").model_dump(mode="json", by_alias=True, exclude_defaults=True)
    questions = [question for question in content["questions"] if "show_if" not in question]
    definition = Definition.model_validate({**content, "routing": own, "questions": questions}, strict=False)
    assert ratings_by_band(definition, POLICY) == {"happy": (3, 4, 5), "unhappy": (1, 2)}
