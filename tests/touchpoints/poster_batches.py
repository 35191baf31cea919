"""A company with codes, and batches of posters asked for there."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.scope import EVERYTHING, Scope
from app.accounts.service import add_user
from app.kit.i18n import Language
from app.organisation.models import Unit, UnitKind
from app.organisation.service import add_unit, get_company, get_unit
from app.surveys.loader import load_surveys
from app.touchpoints.models import Touchpoint
from app.touchpoints.posters.batches import (
    BatchRow,
    ask_for_batch,
    list_batches,
)
from app.touchpoints.posters.choice import (
    Wanted,
    Workshop,
    list_posters,
)
from app.touchpoints.posters.sheet import PosterSize
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT
from tests.touchpoints.posters import ACME

WORKSHOP = Workshop(
    look=ACME,
    base_url="https://feedback.example.kz",
    surveys=load_surveys(ROOT / "surveys"),
    language=Language.RU,
    region="KZ",
    zone=ZoneInfo("Asia/Almaty"),
)


def fill(session: Session, now: datetime) -> dict[str, str]:
    """Add two cities with offices and a code each, one more of a desk; return the codes by unit."""
    codes: dict[str, str] = {}

    def unit(code: str, name: str, parent: str, kind: UnitKind = UnitKind.OFFICE, *, demo: bool = False) -> None:
        above = get_unit(session, parent).id
        made = add_unit(session, name=name, kind=kind, parent_id=above, code=code, demo=demo, now=now)
        if kind is UnitKind.OFFICE:
            codes[code] = add_touchpoint(session, unit_id=made.id, survey_key="office-visit", now=now).code

    unit("b-city", "Bcity", "company", UnitKind.CITY)
    unit("a-city", "Acity", "company", UnitKind.CITY)
    unit("b-2", "Second", "b-city")
    unit("b-1", "First", "b-city")
    unit("a-1", "Zenith", "a-city")
    unit("demo-1", "Zoo (demo)", "company", demo=True)
    return codes


def order(session: Session, now: datetime, wanted: Wanted | None = None, scope: Scope = EVERYTHING) -> list[str]:
    """Return the codes of the posters, in order."""
    return [each.code for each in list_posters(session, wanted or Wanted(), WORKSHOP, scope=scope, now=now)]


def user(session: Session, now: datetime, name: str = "boss") -> uuid.UUID:
    """Add an admin and return the id."""
    company = get_company(session).id
    made = add_user(
        session, email=f"{name}@otklik.example", password="four grey geese", role=Role.ADMIN, unit_id=company, now=now
    )
    session.flush()
    return made.id


def ask(session: Session, user_id: uuid.UUID, now: datetime, unit: str = "company", **more: object) -> uuid.UUID:
    """Ask for the posters of a unit."""
    wanted = {"size": PosterSize.A6, "scope": EVERYTHING, "now": now, **more}
    return ask_for_batch(session, user_id=user_id, unit_id=get_unit(session, unit).id, **wanted)  # type: ignore[arg-type]


def batches(session: Session, user_id: uuid.UUID) -> list[BatchRow]:
    return list_batches(session, user_id=user_id, scope=EVERYTHING)


def add_codes(session: Session, unit: Unit, number_of_codes: int, now: datetime) -> None:
    """Add so many codes to one unit, quicker than one at a time."""
    rows: Sequence[dict[str, object]] = [
        {
            "id": uuid.uuid4(),
            "code": f"Z{number:07d}",
            "unit_id": unit.id,
            "survey_key": "office-visit",
            "placement": str(number),
            "channel": "visit",
            "demo": False,
            "created_at": now,
            "updated_at": now,
        }
        for number in range(number_of_codes)
    ]
    session.execute(Touchpoint.__table__.insert(), rows)  # type: ignore[attr-defined]
