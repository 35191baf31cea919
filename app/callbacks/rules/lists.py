"""How cases end and what lies behind them: lists that a company makes its own."""

from pydantic import Field

from app.callbacks.rules.words import Key, Label, Strict

# Known to the code, so that they are in every list.
SETTLED_ON_SITE = "settled_on_site"
MERGED = "duplicate"


class OutcomeRule(Strict):
    """One way in which a case can end."""

    key: Key = Field(description="Kept with the case; once used, do not give it another meaning.")
    label: Label = Field(description="What staff read, in all four languages.")
    settled: bool = Field(default=False, description="Whether the matter counts as settled in the figures.")
    reached: bool = Field(
        default=False, description="Whether the person was spoken to; such an outcome needs a number."
    )
    needs_number: bool = Field(default=False, description="Offered only where there is a number to ring.")
    ask_back: bool = Field(default=False, description='Whether the person is asked afterwards: "did we settle it?"')


class CauseRule(Strict):
    """One thing that can lie behind a case."""

    key: Key = Field(description="Kept with the case; once used, do not give it another meaning.")
    label: Label = Field(description="What staff read, in all four languages.")
