"""The two tables of review routing, row by row."""

from pathlib import Path

import pytest

from app.callbacks.states import CaseReason
from app.kit.errors import ConfigurationError
from app.routing.policy import RoutingPolicy, load_policy
from app.routing.rules import Answer, Lead, NextStep, choose
from app.surveys.definition import Band, Definition
from app.surveys.loader import SurveyLibrary, load_surveys
from config.settings import ROOT

POLICY = load_policy(ROOT / "config" / "routing.yaml")
SURVEYS: SurveyLibrary = load_surveys(ROOT / "surveys")
VISIT = SURVEYS.current("office-visit")
NPS = SURVEYS.current("nps")


def step(rating: int, *, definition: Definition = VISIT, policy: RoutingPolicy = POLICY, **known: bool) -> NextStep:
    return choose(Answer(definition, rating, **known), policy)


@pytest.mark.parametrize(
    ("definition", "ratings", "band", "lead"),
    [
        (VISIT, [4, 5], Band.HAPPY, Lead.REVIEW),
        (VISIT, [3], Band.NEUTRAL, Lead.IMPROVE),
        (VISIT, [1, 2], Band.UNHAPPY, Lead.CALLBACK),
        (NPS, [9, 10], Band.HAPPY, Lead.REVIEW),
        (NPS, [7, 8], Band.NEUTRAL, Lead.IMPROVE),
        (NPS, [0, 1, 2, 3, 4, 5, 6], Band.UNHAPPY, Lead.CALLBACK),
    ],
)
def test_band_decides_what_the_page_leads_with(
    definition: Definition, ratings: list[int], band: Band, lead: Lead
) -> None:
    for rating in ratings:
        assert (step(rating, definition=definition).band, step(rating, definition=definition).lead) == (band, lead)


@pytest.mark.parametrize("rating", [1, 2])
def test_unhappy_opens_a_case_with_or_without_a_number(rating: int) -> None:
    assert step(rating).case == CaseReason.LOW_RATING
    assert step(rating, has_number=True).case == CaseReason.LOW_RATING


@pytest.mark.parametrize("rating", [3, 4, 5])
def test_three_or_better_opens_a_case_only_when_a_call_is_asked_for(rating: int) -> None:
    assert step(rating).case is None
    assert step(rating, has_number=True).case is None
    assert step(rating, has_number=True, asks_for_call=True).case == CaseReason.REQUESTED


def test_suspect_is_routed_and_opens_a_case_only_with_a_number() -> None:
    assert step(1, suspect=True).routed
    assert step(1, suspect=True).case is None
    assert step(1, suspect=True, has_number=True).case == CaseReason.LOW_RATING
    assert step(5, suspect=True).lead == Lead.REVIEW


@pytest.mark.parametrize("key", ["ces", "pmf", "acquisition"])
def test_surveys_of_other_scales_are_never_routed(key: str) -> None:
    definition = SURVEYS.current(key)
    for value in definition.first.values():
        chosen = step(value, definition=definition, has_number=True, asks_for_call=True)
        assert (chosen.band, chosen.routed, chosen.case, chosen.lead) == (None, False, None, Lead.THANKS)


def test_surveys_of_employees_are_never_routed() -> None:
    content = VISIT.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    content.update(audience="employees", routing=None)
    content["questions"][0]["metric"] = "esat"
    content["questions"] = content["questions"][:1]
    chosen = step(1, definition=Definition.model_validate(content), has_number=True)
    assert (chosen.routed, chosen.case) == (False, None)


def test_history_keeps_its_band_and_sends_nothing() -> None:
    chosen = step(1, history=True, has_number=True)
    assert (chosen.band, chosen.routed, chosen.case) == (Band.UNHAPPY, False, None)


@pytest.mark.parametrize(
    ("definition", "rating", "first_attempt", "settle"),
    [(VISIT, 1, 4, 24), (VISIT, 2, 24, 48), (NPS, 0, 4, 24), (NPS, 3, 4, 24), (NPS, 4, 24, 48), (NPS, 6, 24, 48)],
)
def test_lower_ratings_have_shorter_clocks(
    definition: Definition, rating: int, first_attempt: int, settle: int
) -> None:
    deadline = step(rating, definition=definition).deadline
    assert deadline is not None
    assert (deadline.first_attempt_hours, deadline.settle_hours) == (first_attempt, settle)


def test_a_requested_call_has_clocks_of_its_own() -> None:
    deadline = step(5, has_number=True, asks_for_call=True).deadline
    assert deadline is not None
    assert (deadline.first_attempt_hours, deadline.settle_hours) == (24, 48)


def test_a_survey_narrows_the_bands() -> None:
    content = VISIT.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    content["routing"] = {"happy_at_least": 5, "unhappy_at_most": 3}
    strict = Definition.model_validate(content)
    assert [step(rating, definition=strict).band for rating in (3, 4, 5)] == [Band.UNHAPPY, Band.NEUTRAL, Band.HAPPY]
    deadline = step(3, definition=strict).deadline
    assert deadline is not None
    assert deadline.settle_hours == 48  # beyond the last line: the last line's


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("happy_at_least: 4, unhappy_at_most: 2", "happy_at_least: 2, unhappy_at_most: 2", 4, "below happy_at_least"),
        ("happy_at_least: 9", "happy_at_least: 12", 3, "between 0 and 10"),
        ("first_attempt: 4, settle: 24", "first_attempt: 40, settle: 24", 11, "not come after"),
        ("change_hours: 12", "change_hours: twelve", 19, "number"),
        ("change_hours: 12", "changehours: 12", 19, "not known here"),
        ("up_to: 2", "up_to: 1", 9, "each once"),
    ],
)
def test_mistakes_in_the_file_are_told_with_their_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    text = (ROOT / "config" / "routing.yaml").read_text()
    assert old in text
    broken = tmp_path / "routing.yaml"
    broken.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_policy(broken)
    assert any(
        told.startswith(f"routing.yaml:{line}: ") and message in told for told in caught.value.message.splitlines()
    ), caught.value.message
