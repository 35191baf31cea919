"""What somebody has shown of who they are, how long it counts, and who must show two things; pure.

A *method* is what a sign-in keeps of it: the first thing shown, and after a plus sign the second. A passkey is two by
itself: something one has, which asks for a finger, a face or a code of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.accounts.models import Role
from app.accounts.permissions import Grant

PASSWORD, PASSKEY, COMPANY = "password", "passkey", "company"
# The second things: a one-time code, a recovery code, and what the company's own sign-in says it has asked for.
CODE, RECOVERY, COMPANY_TWO = "code", "recovery", "mfa"
# What must be proved anew counts for so long.
PROOF_LASTS = timedelta(minutes=10)


class SecondFactorRule(StrEnum):
    """Who must show two things to come in."""

    OPTIONAL = "optional"
    ADMINS = "admins"
    EVERYONE = "everyone"


class CompanyTrust(StrEnum):
    """Whether the company's own sign-in counts as two: always, when it says that it asked for two, never."""

    ALWAYS = "always"
    WHEN_TOLD = "when_told"
    NEVER = "never"


def join_method(first: str, second: str = "") -> str:
    """Return how a sign-in keeps what was shown."""
    return f"{first}+{second}" if second else first


@dataclass(frozen=True, slots=True)
class DoorRules:
    """What this installation asks of whoever signs in. `company_required`: passwords and passkeys alone are off."""

    second_factor: SecondFactorRule = SecondFactorRule.OPTIONAL
    company_required: bool = False
    company_trust: CompanyTrust = CompanyTrust.WHEN_TOLD

    def shows_two(self, method: str) -> bool:
        """Tell whether a sign-in by this method has shown two things."""
        first, _, second = method.partition("+")
        trusted = first == COMPANY and self.company_trust is CompanyTrust.ALWAYS
        return first == PASSKEY or bool(second) or trusted

    def needs_two(self, grants: Iterable[Grant], method: str = PASSWORD) -> bool:
        """Tell whether whoever holds the roles must show two things, signing in by the method."""
        if self.second_factor is SecondFactorRule.EVERYONE:
            return True
        if self.company_required and method.partition("+")[0] != COMPANY:
            return True  # the way in for a day when the company's own is broken must not be the weaker one
        return self.second_factor is SecondFactorRule.ADMINS and any(grant.role is Role.ADMIN for grant in grants)

    def lacks_one(self, grants: Iterable[Grant], method: str) -> bool:
        """Tell whether a sign-in by this method is good for setting up a second factor and nothing else."""
        return not self.shows_two(method) and self.needs_two(grants, method)

    def admits_without_company(self, grants: Iterable[Grant]) -> bool:
        """Tell whether a password or a passkey opens the door; to administrators of the whole company it always does.

        They need it on the day when the company's own sign-in is down or set up wrongly.
        """
        return not self.company_required or any(grant.role is Role.ADMIN and grant.whole_company for grant in grants)


def is_proved(proved_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether who somebody is was proved within the last ten minutes."""
    return proved_at is not None and proved_at > now - PROOF_LASTS
