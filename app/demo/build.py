"""Makes the demo's units, people, pages and codes from the data, and says what each code's answers depend on."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.demo.answers import EN, KK, RU, UK, Asked, Place
from app.demo.company import CODES, EMPLOYEES, MANAGED, UNITS, DemoCode
from app.kit.i18n import Language
from app.organisation.employees import add_employee
from app.organisation.service import add_unit, get_company, working_time
from app.review_sites.catalogue import Catalogue
from app.review_sites.links import review_link
from app.review_sites.service import set_listing
from app.surveys.loader import SurveyLibrary
from app.touchpoints.service import LiveTouchpoint, add_touchpoint, find_live

_EVERYWHERE: Mapping[Language, float] = {RU: 0.4, KK: 0.3, UK: 0.2, EN: 0.1}
# What people speak below a unit; the nearest counts.
_LANGUAGES: Mapping[str, Mapping[Language, float]] = {
    "demo-city": {RU: 0.55, KK: 0.33, UK: 0.02, EN: 0.1},
    "demo-city-2": {RU: 0.6, KK: 0.33, UK: 0.02, EN: 0.05},
    "demo-region-2": {UK: 0.82, RU: 0.08, KK: 0.0, EN: 0.1},
    "demo-region-3": {KK: 0.7, RU: 0.25, UK: 0.0, EN: 0.05},
}
_ORDINARY = (0.84, 0.85)
# How content people are, from 60 days ago to today; the nearest unit above counts.
_MOODS: Mapping[str, tuple[float, ...]] = {
    "demo-office-1": (0.86, 0.87),
    "demo-office-2": (0.82, 0.81),
    "demo-office-3": (0.88, 0.88),
    "demo-office-4": (0.8, 0.82),
    # Since half its desks were closed, and since the queue got numbers.
    "demo-office-6": (0.9, 0.9, 0.89, 0.55, 0.36),
    "demo-office-9": (0.42, 0.5, 0.8, 0.92, 0.94),
    "demo-office-12": (0.9, 0.91),
    "demo-contact-centre": (0.76, 0.79),
    "demo-queue-2": (0.7, 0.74),
}


@dataclass(frozen=True, slots=True)
class Built:
    """The company as it was made: units by code, codes by key, and what each code's answers depend on."""

    units: Mapping[str, uuid.UUID]
    codes: Mapping[str, LiveTouchpoint]
    asked: tuple[Asked, ...]

    def manager_of(self, key: str) -> str:
        """Return the unit whose manager works the cases of the code: its city, else the first region."""
        managed = {code for code, _, _ in MANAGED}
        unit = next(asked.code.unit for asked in self.asked if asked.code.key == key)
        return next((code for code in _path(unit) if code in managed), "demo-region")


def build_company(session: Session, catalogue: Catalogue, surveys: SurveyLibrary, *, now: datetime) -> Built:
    """Make units, people, pages and the codes of the surveys that the company has."""
    units: dict[str, uuid.UUID] = {"company": get_company(session).id}
    for unit in UNITS:
        units[unit.code] = add_unit(
            session,
            name=unit.name,
            kind=unit.kind,
            parent_id=units[unit.parent],
            code=unit.code,
            address=unit.address,
            hours=unit.hours,
            time_zone=unit.time_zone,
            demo=True,
            now=now,
        ).id
        for site, pasted in unit.links.items():
            link = review_link(site, pasted, catalogue.rules(site))
            set_listing(session, unit_id=units[unit.code], site=site, link=link, now=now)
    people = {
        code: add_employee(session, code=code, name=name, unit_id=units[unit], demo=True, now=now).id
        for code, name, unit in EMPLOYEES
    }
    wanted = [code for code in CODES if code.survey in surveys]
    codes = {
        code.key: _add_code(session, code, units[code.unit], people.get(code.employee or ""), now=now)
        for code in wanted
    }
    asked = tuple(Asked(code, _place(session, code, units), surveys.current(code.survey)) for code in wanted)
    return Built(units, codes, asked)


def _place(session: Session, code: DemoCode, units: Mapping[str, uuid.UUID]) -> Place:
    path = _path(code.unit)
    languages = next((_LANGUAGES[unit] for unit in path if unit in _LANGUAGES), _EVERYWHERE)
    mood = next((_MOODS[unit] for unit in path if unit in _MOODS), _ORDINARY)
    return Place(working_time(session, units[code.unit]), languages, mood)


def _path(unit: str) -> list[str]:
    """Return the unit and those above it, nearest first, without the company."""
    parents = {each.code: each.parent for each in UNITS}
    path = []
    while unit in parents:
        path.append(unit)
        unit = parents[unit]
    return path


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
