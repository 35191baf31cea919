"""How figures about cases are reckoned."""

from pydantic import Field

from app.callbacks.rules.words import Strict


class FigureRules(Strict):
    """What a company may reckon in another way."""

    repeat_within_days: int = Field(
        default=7,
        ge=1,
        le=60,
        description="Days within which another contact of the same person about the same topic is a repeat: the first "
        "was not resolved at once.",
    )
