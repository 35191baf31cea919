"""What the settings page tells of the rules is what the rules decide."""

import pytest

from app.routing.explained import explain_survey
from app.routing.policy import RoutingPolicy, load_policy
from app.routing.rules import Answer, choose
from app.surveys.definition import Definition
from app.surveys.loader import load_surveys
from config.settings import ROOT

POLICY: RoutingPolicy = load_policy(ROOT / "config" / "routing.yaml")
SURVEYS = tuple(load_surveys(ROOT / "surveys"))


@pytest.mark.parametrize("survey", SURVEYS, ids=lambda survey: survey.key)
def test_every_rating_stands_in_one_stretch_that_says_what_is_decided(survey: Definition) -> None:
    stretches = explain_survey(survey, POLICY)
    told = [rating for stretch in stretches for rating in range(stretch.last, stretch.first - 1, -1)]
    assert told == (sorted(survey.first.values(), reverse=True) if survey.has_bands else [])
    for stretch in stretches:
        for rating in range(stretch.first, stretch.last + 1):
            step = choose(Answer(survey, rating), POLICY)
            assert (step.band, step.lead, step.case is not None, step.deadline) == (
                stretch.band,
                stretch.lead,
                stretch.opens_case,
                stretch.deadline,
            )


def test_low_ratings_with_other_deadlines_stand_apart() -> None:
    visit = next(survey for survey in SURVEYS if survey.key == "office-visit")
    assert [(stretch.first, stretch.last) for stretch in explain_survey(visit, POLICY)] == [
        (4, 5),
        (3, 3),
        (2, 2),
        (1, 1),
    ]
