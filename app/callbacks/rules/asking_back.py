"""The question after a case: "did we settle it?" """

from pydantic import Field

from app.callbacks.rules.words import Strict


class AskingBackRules(Strict):
    """Asking back as a whole."""

    ask: bool = Field(default=True, description="Whether anybody is asked.")
    after_hours: float = Field(default=24, ge=0, le=720, description="Hours between closing and asking.")
    answer_by_days: int = Field(default=7, ge=1, le=60, description="Days for which the question can be answered.")
    not_again_within_days: int = Field(
        default=3, ge=0, le=365, description="Days in which one person is not asked about another case."
    )
