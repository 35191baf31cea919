"""What an installation's door is made of, as the factory hands it to the faces."""

from dataclasses import dataclass

from app.accounts.company_provider import Provider
from app.accounts.proving import DoorRules


@dataclass(frozen=True, slots=True)
class Door:
    """The rules, and the company's own sign-in if there is one, with the name on its button."""

    rules: DoorRules
    company: Provider | None
    company_name: str
