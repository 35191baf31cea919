"""The demo's users. Their password is derived from the data keys: a second run knows it and nothing plain is kept."""

import string
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.passwords import password_matches
from app.accounts.service import add_user, find_user
from app.demo.company import MANAGED
from app.kit.crypto import Vault
from app.organisation.service import get_company, get_unit

ADMIN_EMAIL = "admin@demo.example"
MANAGER_EMAIL = "manager@demo.example"
_LENGTH = 16
# Without 0 O 1 l I, which are read wrongly from a screen.
_LETTERS = "".join(letter for letter in string.ascii_letters + string.digits if letter not in "0O1lI")


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """How to sign in; `password` is None if somebody has changed it since."""

    email: str
    password: str | None


def derive_password(vault: Vault, company_id: uuid.UUID) -> str:
    """Return 16 letters and digits that belong to this database and these keys alone."""
    number = int.from_bytes(vault.derive_link("demo password", str(company_id)))
    letters = []
    for _ in range(_LENGTH):
        number, position = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[position])
    return "".join(letters)


def add_staff(session: Session, vault: Vault, *, now: datetime) -> dict[str, uuid.UUID]:
    """Add an administrator of the company, a manager of the first region and one of each city.

    Return the managers by the codes of the units they manage. All have the one password.
    """
    company = get_company(session)
    password = derive_password(vault, company.id)
    add_user(
        session,
        email=ADMIN_EMAIL,
        password=password,
        role=Role.ADMIN,
        unit_id=company.id,
        name="Администратор (демо)",
        demo=True,
        now=now,
    )
    managers = [
        ("demo-region", MANAGER_EMAIL, "Менеджер области (демо)"),
        *((unit, f"manager.{mailbox}@demo.example", name) for unit, mailbox, name in MANAGED),
    ]
    return {
        unit: add_user(
            session,
            email=email,
            password=password,
            role=Role.MANAGER,
            unit_id=get_unit(session, unit).id,
            name=name,
            demo=True,
            now=now,
        ).id
        for unit, email, name in managers
    }


def find_sign_in(session: Session, vault: Vault) -> DemoSignIn | None:
    """Return how to sign in to the demo, or None if it has no administrator (any more)."""
    admin = find_user(session, ADMIN_EMAIL)
    if admin is None or not admin.demo:
        return None
    password = derive_password(vault, get_company(session).id)
    return DemoSignIn(admin.email, password if password_matches(admin.password, password) else None)
