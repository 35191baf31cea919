"""The question after a case: "did we settle it?" """

from typing import Self

from pydantic import Field, model_validator

from app.callbacks.rules.words import Strict

# A number is forgotten on the 29th day after its case was closed (`config/consents.yaml` promises the 30th).
_KEPT_DAYS = 28


class AskingBackRules(Strict):
    """Asking back as a whole."""

    ask: bool = Field(default=True, description="Whether anybody is asked.")
    after_hours: float = Field(default=24, ge=0, le=480, description="Hours between closing and asking.")
    answer_by_days: int = Field(default=7, ge=1, le=27, description="Days for which the question can be answered.")
    not_again_within_days: int = Field(
        default=3, ge=0, le=365, description="Days in which one person is not asked about another case."
    )
    consent_from_version: int = Field(
        default=2,
        ge=1,
        description="The first version of the consent to be called (consents.yaml) whose words cover a message "
        "afterwards. A number left under an older one is not written to.",
    )

    @model_validator(mode="after")
    def _while_the_number_is_kept(self) -> Self:
        if self.after_hours / 24 + self.answer_by_days > _KEPT_DAYS:
            raise ValueError(
                f"after_hours and answer_by_days are together more than the {_KEPT_DAYS} days that a number is kept"
            )
        return self
