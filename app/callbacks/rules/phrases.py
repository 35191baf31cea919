"""What to say: templates in the customer's language, by what they are for."""

import re
from enum import StrEnum

from pydantic import Field, field_validator

from app.callbacks.rules.words import Key, Label, Strict

# A gap in a phrase, such as `{unit}`, and what fills them.
GAP = re.compile(r"\{([a-z_]+)\}")
_FILLED = frozenset({"company", "unit", "staff", "promise", "amount"})


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

    @field_validator("text")
    @classmethod
    def _only_what_is_filled(cls, text: Label) -> Label:
        """A phrase with a gap that nothing fills would never be offered, and nobody would know."""
        unknown = {gap for words in text.values() for gap in GAP.findall(words)} - _FILLED
        if unknown:
            raise ValueError(f"nothing fills {', '.join(sorted(unknown))}; known are {', '.join(sorted(_FILLED))}")
        return text
