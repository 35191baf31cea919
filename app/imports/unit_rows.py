"""One row of a file to the facts of a unit, with what identifies it. Pure."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

from app.imports.guessing import read_kind
from app.imports.mapping import Columns
from app.imports.report import Reason, RefusedRowError, explain
from app.imports.tables import TableRow
from app.kit.errors import InvalidInputError, OtklikError
from app.organisation.codes import check_code
from app.organisation.facts import (
    check_address,
    check_kind,
    check_name,
    check_place,
    check_zone,
    one_line,
    read_degrees,
)
from app.organisation.hours import InvalidHoursError, parse_day_list, parse_hours
from app.organisation.models import ROOT_CODE
from app.review_sites.catalogue import Catalogue, Site, SiteRules
from app.review_sites.links import firm_id, review_link

T = TypeVar("T")
_kind_of = lru_cache(maxsize=64)(lambda text: check_kind(read_kind(text)))
# Two columns may name the page on Google; the later one wins, since Google itself gives it out for asking.
LINK_FIELDS: Mapping[str, Site] = {
    "google_place_id": Site.GOOGLE,
    "google_review_url": Site.GOOGLE,
    "twogis_url": Site.TWOGIS,
    "yandex_url": Site.YANDEX,
    "facebook_url": Site.FACEBOOK,
    "trustpilot_domain": Site.TRUSTPILOT,
}
PLAIN_FIELDS = ("code", "name", "kind", "parent", "address", "latitude", "longitude", "time_zone", "hours")
FIELDS = (*PLAIN_FIELDS, *LINK_FIELDS)
# What a whole file may share. Not what tells units apart.
SHARED_FIELDS = ("kind", "parent", "time_zone", "hours", "facebook_url", "trustpilot_domain")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as a row gives it. Without a code, `keys` say which unit it is, the surest first."""

    line: int
    code: str | None
    name: str
    kind: str
    parent: str
    address: str | None
    latitude: float | None
    longitude: float | None
    time_zone: str | None
    hours: str | None
    links: Mapping[Site, str]
    keys: tuple[str, ...]
    unread_hours: Reason | None = None

    def says_the_same(self, other: "UnitRow") -> bool:
        """Tell whether two rows differ in nothing but their lines."""
        return all(getattr(self, field) == getattr(other, field) for field in _COMPARED)


_COMPARED = tuple(field for field in UnitRow.__dataclass_fields__ if field != "line")


def read_unit_row(row: TableRow, columns: Columns, *, kind: str | None, catalogue: Catalogue) -> UnitRow:
    """Return the facts of a row; raises RefusedRowError that names every column that is wrong.

    `kind` is for rows that do not say their own. Hours that cannot be read are no error: the row says so and inherits.
    """
    cells = _Cells(row.cells, columns)
    name = cells.read("name", check_name, "")
    code = cells.take("code", _read_code, None)
    chosen = cells.read(
        "kind", lambda text: _kind_of(text or kind or _refuse("is missing; give --kind office", "kind_missing")), ""
    )
    parent = cells.take("parent", lambda text: one_line(text, "parent"), "")
    address = cells.take("address", check_address, None)
    zone = cells.take("time_zone", check_zone, None)
    latitude, longitude = cells.take_place()
    links: dict[Site, str] = {}
    keys: list[str] = []
    for field, site in LINK_FIELDS.items():
        if link := cells.take(field, partial(_read_link, site=site, rules=catalogue.rules(site)), None):
            links[site] = link
            firm = firm_id(site, link)
            keys += [f"{site.value}:{firm}"] if firm else []
    if cells.mistakes:
        raise RefusedRowError(cells.mistakes)
    hours, unread = _read_hours(columns.read(row.cells, "hours"))
    return UnitRow(
        line=row.line,
        code=code,
        name=name,
        kind=chosen,
        parent=parent,
        address=address,
        latitude=latitude,
        longitude=longitude,
        time_zone=zone,
        hours=hours,
        links=links,
        keys=tuple(keys) or (place_key(name, address, parent),),
        unread_hours=unread,
    )


class _Cells:
    """The cells of a row by our fields; what cannot be read is noted, so that all of a row is told at once."""

    def __init__(self, cells: Mapping[str, object], columns: Columns) -> None:
        self._cells = cells
        self._columns = columns
        self.mistakes: list[Reason] = []

    def take(self, field: str, read: Callable[[str], T], default: T) -> T:
        """Return what `read` makes of the cell, which may be left out: most of our fields stand in no file."""
        return self.read(field, read, default) if self._columns.gives(field) else default

    def read(self, field: str, read: Callable[[str], T], default: T) -> T:
        """Return what `read` makes of the cell, or note the mistake and return the default."""
        try:
            return read(self._columns.text(self._cells, field))
        except OtklikError as error:
            self._note(field, error)
            return default

    def take_place(self) -> tuple[float | None, float | None]:
        """Return latitude and longitude; a pair is judged only when both are numbers."""
        before = len(self.mistakes)
        latitude = self.take("latitude", partial(read_degrees, field="latitude"), None)
        longitude = self.take("longitude", partial(read_degrees, field="longitude"), None)
        if len(self.mistakes) == before:
            try:
                check_place(latitude, longitude)
            except InvalidInputError as error:
                self._note(error.field or "latitude", error)
        return latitude, longitude

    def _note(self, field: str, error: OtklikError) -> None:
        self.mistakes += explain(error, column=self._columns.name(field))


def place_key(name: str, address: str | None = None, parent: str = "") -> str:
    """Return the identity of a unit without code and firm id: name, address and parent as written, hashed.

    Hashed, because an index entry must not grow with an address.
    """
    text = "\x1f".join(fold(part) for part in (name, address or "", parent))
    return f"place:{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def fold(text: str) -> str:
    """Return the text as names are compared: without case and with single spaces."""
    return " ".join(text.casefold().split())


def _read_code(text: str) -> str | None:
    if not text:
        return None
    if text == ROOT_CODE:
        _refuse(
            f"{ROOT_CODE} is the company itself, whose facts come from the settings; leave the row out",
            "code_of_the_company",
        )
    return check_code(text)


def _read_link(text: str, *, site: Site, rules: SiteRules) -> str | None:
    return review_link(site, text, rules) if text else None


def _read_hours(value: object) -> tuple[str | None, Reason | None]:
    """Return the canonical hours, or None and why they cannot be read."""
    if value in (None, "", []):
        return None, None
    try:
        if isinstance(value, str):
            return _canonical_hours(value), None
        if isinstance(value, Sequence):
            return str(parse_day_list(value)), None
    except InvalidHoursError as error:
        return None, Reason(f"hours are inherited: {error.message}", error.code, error.details)
    text = f"hours are inherited: {value!r} is neither a text nor a list of days"
    return None, Reason(text, InvalidHoursError.code, {"text": f"{value!r}"})


@lru_cache(maxsize=1024)  # thousands of offices keep the same few hours
def _canonical_hours(text: str) -> str:
    return str(parse_hours(text))


def _refuse(reason: str, code: str) -> str:
    raise InvalidInputError(reason, code=code)
