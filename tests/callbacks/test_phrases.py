"""What is said to a customer: gaps filled, and none that nothing fills."""

import pytest
from pydantic import ValidationError

from app.callbacks.phrases import fill_phrases
from app.callbacks.rules.phrases import Phrase
from app.kit.i18n import Language


def _phrase(words: str) -> Phrase:
    return Phrase.model_validate(
        {"key": "hello", "moment": "opening", "text": dict.fromkeys(("kk", "ru", "uk", "en"), words)}
    )


def test_a_phrase_whose_gap_is_empty_is_not_offered() -> None:
    phrases = [_phrase("This is {staff} of {company}.")]
    filled = fill_phrases(phrases, Language.EN, {"staff": "Aru", "company": "Example"})
    assert [spoken.text for spoken in filled] == ["This is Aru of Example."]
    assert fill_phrases(phrases, Language.EN, {"staff": "", "company": "Example"}) == []


def test_a_gap_that_nothing_fills_is_refused_with_its_name() -> None:
    with pytest.raises(ValidationError, match="nothing fills office"):
        _phrase("You called {office}.")
