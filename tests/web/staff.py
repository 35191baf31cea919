"""The cast of staff, and how they sign in, for the tests of pages."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

from app.accounts.models import Role, StaffUser
from app.accounts.service import add_user
from app.kit.emails import normalise_email
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company, sync_company

PASSWORD = "four words of chalk"
CAST = ("admin", "manager", "analyst", "elsewhere")


@dataclass(frozen=True)
class Company:
    """The units of the cast, by name."""

    root: uuid.UUID
    east: uuid.UUID
    east_office: uuid.UUID
    west: uuid.UUID
    west_office: uuid.UUID


def make_company(session: Session, *, now: datetime) -> Company:
    """Add two regions with an office each, and the cast: `elsewhere` manages the west, the others the east."""
    sync_company(session, name="Acme", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=now)
    root = get_company(session).id
    east = add_unit(session, name="East", kind=UnitKind.REGION, parent_id=root, code="east", now=now).id
    west = add_unit(session, name="West", kind=UnitKind.REGION, parent_id=root, code="west", now=now).id
    east_office = add_unit(session, name="East 1", kind=UnitKind.OFFICE, parent_id=east, code="east-1", now=now).id
    west_office = add_unit(session, name="West 1", kind=UnitKind.OFFICE, parent_id=west, code="west-1", now=now).id
    made = Company(root, east, east_office, west, west_office)
    add_staff(session, "admin", Role.ADMIN, root, now=now)
    add_staff(session, "manager", Role.MANAGER, east, now=now)
    add_staff(session, "analyst", Role.ANALYST, east, now=now)
    add_staff(session, "elsewhere", Role.MANAGER, west, now=now)
    return made


def add_staff(session: Session, name: str, role: Role, unit_id: uuid.UUID, *, now: datetime) -> StaffUser:
    """Add `name@otklik.example` with the password that all of the cast have."""
    user = add_user(session, email=email_of(name), password=None, role=role, unit_id=unit_id, now=now)
    user.password = _hashed()
    session.flush()  # whoever signs in asks the database
    return user


@cache
def _hashed() -> str:
    """Return the cast's password as it is kept, but cheap to compare: thousands of tests begin with a sign-in."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def email_of(name: str) -> str:
    """Return the e-mail of one of the cast."""
    return normalise_email(f"{name}@otklik.example")


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD) -> FlaskClient:
    """Sign the browser in as one of the cast, and return it."""
    answer = client.post("/sign-in", data={"email": email_of(name), "password": password})
    assert answer.status_code == 303, answer.text
    return client


def signed_in(app: Flask, name: str) -> FlaskClient:
    """Return a new browser in which one of the cast has signed in."""
    return sign_in(app.test_client(), name)


def form_token(client: FlaskClient) -> str:
    """Return a form token of this browser's sign-in, made as flask-wtf makes it: a page would take its time."""
    with client.session_transaction() as kept:
        assert kept, "nobody is signed in"
        token = kept.setdefault("csrf_token", secrets.token_hex(20))
    key = client.application.secret_key
    assert key is not None
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(token))
