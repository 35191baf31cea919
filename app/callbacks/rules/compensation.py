"""What may be given for the trouble, and who may give how much."""

from typing import Annotated

from pydantic import Field

from app.callbacks.rules.words import Key, Label, Strict

_Amount = Annotated[float, Field(ge=0, le=1_000_000_000)]


class CompensationKind(Strict):
    """One kind of compensation."""

    key: Key = Field(description="Kept with the compensation.")
    label: Label = Field(description="What staff read.")


class Authority(Strict):
    """Up to how much a role gives by itself; above it a leader approves with one tap."""

    manager: _Amount = Field(description="A manager of the unit itself.")
    leader: _Amount = Field(description="A manager of a unit above, who also approves for those below.")
    admin: _Amount = Field(description="An admin of the unit or above; nothing above this amount can be given.")


class CompensationRules(Strict):
    """Compensation as a whole."""

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as KZT.")
    kinds: list[CompensationKind] = Field(min_length=1, description="What can be given.")
    authority: Authority = Field(description="Amounts in the currency.")
