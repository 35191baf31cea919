"""What to say: templates in the customer's language, by what they are for."""

from enum import StrEnum

from pydantic import Field

from app.callbacks.rules.words import Key, Label, Strict


class PhraseMoment(StrEnum):
    """When a phrase helps."""

    OPENING = "opening"
    APOLOGY = "apology"
    PROMISE = "promise"
    COMPENSATION = "compensation"
    NO_ANSWER = "no_answer"
    GOODBYE = "goodbye"


class Phrase(Strict):
    """One template. Placeholders: `{company}`, `{unit}`, `{staff}`, `{promise}`, `{amount}`."""

    key: Key = Field(description="Its name.")
    moment: PhraseMoment = Field(strict=False, description="When it helps.")
    causes: list[Key] = Field(default_factory=list, description="Offered for these causes only; none: for all.")
    text: Label = Field(description="What to say, in all four languages.")
