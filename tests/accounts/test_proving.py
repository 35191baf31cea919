"""Who must show two things, and what counts as two; pure."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.accounts.permissions import Grant
from app.accounts.proving import CompanyTrust, DoorRules, SecondFactorRule, is_proved

UNIT = uuid.UUID(int=1)
ADMIN, PART = Grant(Role.ADMIN, UNIT, whole_company=True), Grant(Role.ADMIN, UNIT, whole_company=False)
MANAGER = Grant(Role.MANAGER, UNIT, whole_company=True)
OPTIONAL, ADMINS, EVERYONE = SecondFactorRule


@pytest.mark.parametrize(
    ("rule", "grants", "method", "lacks"),
    [
        (OPTIONAL, [ADMIN], "password", False),
        (ADMINS, [ADMIN], "password", True),
        (ADMINS, [PART, MANAGER], "password", True),
        (ADMINS, [MANAGER], "password", False),
        (ADMINS, [], "password", False),
        (EVERYONE, [], "password", True),
        (EVERYONE, [MANAGER], "password+code", False),
        (EVERYONE, [MANAGER], "password+recovery", False),
        (EVERYONE, [MANAGER], "password+passkey", False),
        (EVERYONE, [MANAGER], "passkey", False),
        (EVERYONE, [MANAGER], "company", True),
        (EVERYONE, [MANAGER], "company+mfa", False),
        (EVERYONE, [MANAGER], "company+code", False),
        (EVERYONE, [MANAGER], "", True),
    ],
)
def test_whoever_must_show_two_things_and_has_shown_one_lacks_one(
    rule: SecondFactorRule, grants: list[Grant], method: str, lacks: bool
) -> None:
    assert DoorRules(rule).lacks_one(grants, method) is lacks


def test_the_companys_own_sign_in_counts_as_two_where_it_is_always_trusted() -> None:
    assert not DoorRules(EVERYONE, company_trust=CompanyTrust.ALWAYS).lacks_one([ADMIN], "company")


def test_where_the_company_is_required_only_its_administrators_come_without_and_with_two_things() -> None:
    rules = DoorRules(company_required=True)
    assert [rules.admits_without_company([grant]) for grant in (ADMIN, PART, MANAGER)] == [True, False, False]
    assert rules.lacks_one([ADMIN], "password")
    assert not rules.lacks_one([ADMIN], "password+code")
    assert not rules.lacks_one([ADMIN], "company")
    assert DoorRules().admits_without_company([])


def test_a_proof_holds_for_ten_minutes() -> None:
    now = datetime(2026, 3, 4, tzinfo=UTC)
    assert is_proved(now - timedelta(minutes=9, seconds=59), now=now)
    assert not is_proved(now - timedelta(minutes=10), now=now)
    assert not is_proved(None, now=now)
