"""Small surveys for the tests: a test says only what it is about."""

from typing import Any

from app.surveys.definition import Definition


def words(text: str = "Words") -> dict[str, str]:
    """Return a text in the two languages that these surveys have."""
    return {"ru": text, "en": text}


def question(key: str = "overall", kind: str = "rating5", **more: Any) -> dict[str, Any]:
    """Return a question as a file has it."""
    return {"key": key, "type": kind, "text": words(), **more}


def choice(key: str, *options: str, **more: Any) -> dict[str, Any]:
    """Return a choice with the options of these keys."""
    return question(key, "choice", options=[{"key": option, "label": words(option)} for option in options], **more)


def survey(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a survey as a file has it; one rating if no question is given."""
    return {
        "key": "visit",
        "version": 1,
        "audience": "customers",
        "languages": ["ru", "en"],
        "title": words("Visit"),
        "questions": list(questions) or [question()],
        **more,
    }


def define(*questions: dict[str, Any], **more: Any) -> Definition:
    """Return the definition of such a survey."""
    return Definition.model_validate(survey(*questions, **more))
