"""What the doctor says of how staff come in: nobody must be locked out by what asks for more."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.accounts.company_provider import ProviderDownError
from app.accounts.door import Door
from app.accounts.factors import OneTimeCodes, Passkey
from app.accounts.models import Role, StaffGrant, StaffUser
from app.accounts.passwords import NO_PASSWORD
from app.accounts.proving import SecondFactorRule
from app.cli.findings import Finding, Level
from app.organisation.models import ROOT_CODE, Unit


def check_door(session: Session, door: Door, *, public_url: str) -> Iterator[Finding]:
    """Yield what the settings of signing in lead to, with these users."""
    rules = door.rules
    if _is_address(public_url):
        yield Finding(
            Level.WARN,
            f"passkeys do not work at {public_url}: browsers bind them to a name",
            "set OTKLIK_BASE_URL to a name with https",
        )
    if rules.second_factor is not SecondFactorRule.OPTIONAL:
        whom = "administrators" if rules.second_factor is SecondFactorRule.ADMINS else "all"
        yield Finding(Level.OK, f"{whom} must have a second factor; who has none is let in to set one up")
        bare = len(_bare_admins(session))
        if bare:
            yield Finding(
                Level.WARN,
                f"{bare} administrators must have a second factor and have none: a stolen password could set one up",
                "let them sign in and set one up now; `user factors EMAIL` shows who has what",
            )
    if door.company is None:
        return
    try:
        door.company.check()
    except ProviderDownError as error:
        yield Finding(
            Level.WARN,
            f"the company's own sign-in at {door.company.issuer} does not answer: {error.message}",
            "correct OTKLIK_OIDC_ISSUER, or let this machine reach it",
        )
    else:
        yield Finding(Level.OK, f"the company's own sign-in at {door.company.issuer} answers")
    if rules.company_required and not _has_own_way(session):
        yield Finding(
            Level.WARN,
            "everybody must use the company's own sign-in, and no administrator of the whole company has a password: "
            "on the day when it is down nobody gets in",
            "run `flask --app wsgi user password EMAIL` for one of them and let them choose their own",
        )


def _bare_admins(session: Session) -> list[str]:
    """Return the e-mails of administrators who have no second factor."""
    codes = exists().where(OneTimeCodes.user_id == StaffUser.id, OneTimeCodes.confirmed_at.is_not(None))
    passkey = exists().where(Passkey.user_id == StaffUser.id)
    admins = (
        select(StaffUser.email)
        .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .where(StaffGrant.role == Role.ADMIN, StaffUser.active, StaffUser.password != NO_PASSWORD)
        .where(~or_(codes, passkey))
        .distinct()
    )
    return list(session.scalars(admins))


def _has_own_way(session: Session) -> bool:
    query = (
        select(StaffUser.id)
        .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .join(Unit, Unit.id == StaffGrant.unit_id)
        .where(Unit.code == ROOT_CODE, StaffGrant.role == Role.ADMIN, StaffUser.active)
        .where(StaffUser.password != NO_PASSWORD)
    )
    return session.scalars(query.limit(1)).first() is not None


def _is_address(url: str) -> bool:
    try:
        ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return True
