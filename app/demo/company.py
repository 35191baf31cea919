"""The demo's units, people, listings and codes. Every name is plainly made up, every row carries the mark."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.organisation.employees import add_employee
from app.organisation.models import UnitKind
from app.organisation.service import add_unit, get_company
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.links import review_link
from app.review_sites.service import set_listing
from app.touchpoints.models import Channel
from app.touchpoints.service import LiveTouchpoint, add_touchpoint, find_live


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit to make: `parent` is a code; `links` are what somebody would paste for each site."""

    code: str
    name: str
    kind: UnitKind
    parent: str
    address: str | None = None
    hours: str | None = None
    links: Mapping[Site, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoCode:
    """A touchpoint to make; `key` is how the demo's answers name it."""

    key: str
    unit: str
    survey: str
    placement: str
    channel: Channel
    employee: str | None = None


UNITS = (
    DemoUnit("demo-region", "Примерная область (демо)", UnitKind.REGION, "company"),
    DemoUnit("demo-city", "Образцовск (демо)", UnitKind.CITY, "demo-region"),
    DemoUnit(
        "demo-office-1",
        "Офис на Образцовой, 1 (демо)",
        UnitKind.OFFICE,
        "demo-city",
        address="Образцовск, ул. Образцовая, 1",
        hours="Mo-Fr 09:00-18:00; Sa 10:00-14:00",
        links={
            Site.GOOGLE: "ChIJdemoDemoDemoDemo0000001",
            Site.TWOGIS: "https://2gis.kz/almaty/firm/70000000000000001",
            Site.YANDEX: "https://yandex.kz/maps/org/demo/1000000001",
        },
    ),
    DemoUnit(
        "demo-office-2",
        "Офис на Макетной, 22 (демо)",
        UnitKind.OFFICE,
        "demo-city",
        address="Образцовск, ул. Макетная, 22",
        links={
            Site.GOOGLE: "ChIJdemoDemoDemoDemo0000002",
            Site.TWOGIS: "https://2gis.kz/almaty/firm/70000000000000002",
        },
    ),
    DemoUnit("demo-desk-1", "Окно 1 (демо)", UnitKind.DESK, "demo-office-1"),
    DemoUnit("demo-desk-2", "Окно 2 (демо)", UnitKind.DESK, "demo-office-1"),
    DemoUnit("demo-desk-3", "Окно 1 (демо)", UnitKind.DESK, "demo-office-2"),
    DemoUnit(
        "demo-contact-centre", "Контакт-центр (демо)", UnitKind.CONTACT_CENTRE, "demo-region", hours="Mo-Su 08:00-20:00"
    ),
)
# (code, name, unit): the people at the desks.
EMPLOYEES = (
    ("demo-employee-1", "Айгерим Примерова (демо)", "demo-desk-1"),
    ("demo-employee-2", "Тарас Зразок (демо)", "demo-desk-2"),
    ("demo-employee-3", "Иван Образцов (демо)", "demo-desk-3"),
)
# The first one is the first link that `make run` prints: an office with review links, asked after a visit.
CODES = (
    DemoCode("hall-1", "demo-office-1", "office-visit", "плакат в зале", Channel.VISIT),
    DemoCode("hall-2", "demo-office-2", "office-visit", "плакат в зале", Channel.VISIT),
    DemoCode("desk-1", "demo-desk-1", "office-visit", "табличка на окне", Channel.VISIT, "demo-employee-1"),
    DemoCode("calls", "demo-contact-centre", "call-follow-up", "после звонка", Channel.CALL),
    DemoCode("receipt", "demo-office-1", "nps", "чек", Channel.VISIT),
)


def build_company(session: Session, catalogue: Catalogue, *, now: datetime) -> dict[str, LiveTouchpoint]:
    """Make units, people, listings and codes, and return the codes by their keys."""
    units: dict[str, uuid.UUID] = {"company": get_company(session).id}
    for unit in UNITS:
        added = add_unit(
            session,
            name=unit.name,
            kind=unit.kind,
            parent_id=units[unit.parent],
            code=unit.code,
            address=unit.address,
            hours=unit.hours,
            demo=True,
            now=now,
        )
        units[unit.code] = added.id
        for site, pasted in unit.links.items():
            link = review_link(site, pasted, catalogue.rules(site))
            set_listing(session, unit_id=added.id, site=site, link=link, now=now)
    people = {
        code: add_employee(session, code=code, name=name, unit_id=units[unit], demo=True, now=now).id
        for code, name, unit in EMPLOYEES
    }
    return {
        code.key: _add_code(session, code, units[code.unit], people.get(code.employee or ""), now=now) for code in CODES
    }


def _add_code(
    session: Session, code: DemoCode, unit_id: uuid.UUID, employee_id: uuid.UUID | None, *, now: datetime
) -> LiveTouchpoint:
    added = add_touchpoint(
        session,
        unit_id=unit_id,
        survey_key=code.survey,
        placement=code.placement,
        channel=code.channel,
        employee_id=employee_id,
        now=now,
    )
    session.flush()  # it is looked up by its code right away
    live = find_live(session, added.code)
    if live is None:
        raise LookupError(f"the code {added.code} just made is not there")
    return live
