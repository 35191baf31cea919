"""What can be said of a unit, checked alike for a form, a file and the API."""

import math
import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

from app.kit.errors import InvalidInputError
from app.organisation.hours import parse_hours
from app.organisation.models import UnitKind

NAME_LENGTH = 200
ADDRESS_LENGTH = 500
_PAIR = re.compile(r"(-?\d{1,3}(?:\.\d{1,20})?)(?:\s*[,;]\s*|\s+)(-?\d{1,3}(?:\.\d{1,20})?)", re.ASCII)
_PAIR_WITH_COMMAS = re.compile(r"(-?\d{1,3},\d{1,20})(?:\s*[,;]\s*|\s+)(-?\d{1,3},\d{1,20})", re.ASCII)


class InvalidUnitError(InvalidInputError):
    """A fact about a unit or an employee that cannot be taken; `field` says which, a finer `code` why."""

    code = "invalid_unit"


def check_name(text: str) -> str:
    """Return the name on one line; raises InvalidUnitError when there is none or it is too long."""
    name = one_line(text, "name")
    if not name or len(name) > NAME_LENGTH:
        raise InvalidUnitError(
            f"a name has 1 to {NAME_LENGTH} characters, this one {len(name)}",
            field="name",
            code="name_too_long" if name else "name_missing",
            longest=NAME_LENGTH,
        )
    return name


def check_address(text: str | None) -> str | None:
    """Return the address on one line, or None for none; raises InvalidUnitError."""
    address = one_line(text or "", "address")
    if len(address) > ADDRESS_LENGTH:
        raise InvalidUnitError(
            f"an address has at most {ADDRESS_LENGTH} characters",
            field="address",
            code="address_too_long",
            longest=ADDRESS_LENGTH,
        )
    return address or None


def check_kind(text: str) -> UnitKind:
    """Return the kind of a unit below the company; raises InvalidUnitError."""
    kind = text.strip().lower().replace(" ", "_")
    if kind not in set(UnitKind) or kind == UnitKind.COMPANY:
        known = ", ".join(kind for kind in UnitKind if kind != UnitKind.COMPANY)
        raise InvalidUnitError(
            f"no kind of unit {text[:40]!r}; known are {known}", field="kind", code="unknown_kind", text=text[:40]
        )
    return UnitKind(kind)


def check_zone(text: str | None) -> str | None:
    """Return the name of a time zone, or None to inherit; raises InvalidUnitError."""
    zone = (text or "").strip()
    if zone and zone not in _zones():
        raise InvalidUnitError(
            f"no time zone {zone[:60]!r}; write one of the IANA list, such as Asia/Almaty or Europe/Kyiv",
            field="time_zone",
            code="unknown_zone",
            text=zone[:60],
        )
    return zone or None


def check_hours(text: str | None) -> str | None:
    """Return the canonical text of opening hours, or None to inherit; raises InvalidHoursError."""
    return str(parse_hours(text)) if text and text.strip() else None


def check_place(latitude: float | None, longitude: float | None) -> None:
    """Raise InvalidUnitError unless both are given and on earth, or neither is."""
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise InvalidUnitError(f"{missing} is missing; give both or neither", field=missing, code="place_incomplete")
    if latitude is not None and not -90 <= latitude <= 90:  # false for NaN as well
        raise InvalidUnitError(
            f"latitude {latitude} is not within -90 and 90 degrees", field="latitude", code="latitude_off_earth"
        )
    if longitude is not None and not -180 <= longitude <= 180:
        raise InvalidUnitError(
            f"longitude {longitude} is not within -180 and 180 degrees", field="longitude", code="longitude_off_earth"
        )


def read_degrees(text: str, field: str) -> float | None:
    """Return the number, with a point or a comma before its decimals, or None for none; raises InvalidUnitError."""
    if not text:
        return None
    try:
        degrees = float(text.replace(",", "."))
    except ValueError:
        degrees = math.nan
    if not math.isfinite(degrees):
        raise InvalidUnitError(
            f"{text[:40]!r} is not a number of degrees; write for example 43.238949",
            field=field,
            code="not_degrees",
            text=text[:40],
        )
    return degrees


def read_place(text: str) -> tuple[float | None, float | None]:
    """Return latitude and longitude as maps give them to be copied (`43.238949, 76.889709`), or a pair of None.

    Raises InvalidUnitError.
    """
    if not text.strip():
        return None, None
    found = _PAIR.fullmatch(text.strip()) or _PAIR_WITH_COMMAS.fullmatch(text.strip())
    if found is None:
        raise InvalidUnitError(
            f"{text[:40]!r} is no pair of coordinates; write for example 43.238949, 76.889709",
            field="latitude",
            code="not_a_place",
            text=text[:40],
        )
    return read_degrees(found[1], "latitude"), read_degrees(found[2], "longitude")


def one_line(text: str, field: str) -> str:
    """Return the text with runs of white space as one space; raises InvalidUnitError for unwritable characters."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    # Soft hyphens and joiners (Cf) are legal in names; control characters and lone surrogates are not.
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in line):
        raise InvalidUnitError(
            f"{field} holds a character that cannot be shown; delete it", field=field, code="unreadable_text"
        )
    return line


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
