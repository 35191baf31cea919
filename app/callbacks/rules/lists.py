"""How cases end and what lies behind them: lists that a company makes its own."""

from pydantic import Field

from app.callbacks.rules.words import Key, Label, Strict

# Known to the code, so that they are in every list.
SETTLED_ON_SITE = "settled_on_site"
MERGED = "duplicate"
# The cause of what is merged: what lay behind it is said when the case that it went into is closed.
OTHER = "other"


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

    def fits(self, *, has_number: bool, attempts: int) -> bool:
        """Tell whether a case can end so; rung once, it can, even if the person has taken the number back since."""
        return has_number or attempts > 0 or not self.needs_number


class CauseRule(Strict):
    """One thing that can lie behind a case."""

    key: Key = Field(description="Kept with the case; once used, do not give it another meaning.")
    label: Label = Field(description="What staff read, in all four languages.")
