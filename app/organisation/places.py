"""Where a unit is, in one line that tells it from another of the same name. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from app.organisation.models import UnitKind


class Place(NamedTuple):
    """What a unit is called and where it lies; `above` and `above_kind` are its parent's name and kind."""

    code: str
    name: str
    address: str | None
    above: str | None
    above_kind: str | None

    @property
    def where(self) -> str | None:
        """Where it lies, in one line."""
        return say_place(self.address, self.above, self.above_kind)


def say_place(address: str | None, above: str | None, above_kind: str | None) -> str | None:
    """Return the address with its city in front, unless it names it; without an address the unit above; or None.

    The company is no place: every unit lies below it.
    """
    if above is None or above_kind == UnitKind.COMPANY:
        return address
    if not address:
        return above
    if above_kind != UnitKind.CITY or above.casefold() in address.casefold():
        return address
    return f"{above}, {address}"


def tell_apart(places: Iterable[Place]) -> list[tuple[str, str]]:
    """Return codes and names, by name; those of one name say where they are, and still alike, their codes too."""
    places = list(places)
    names = Counter(place.name for place in places)
    labels = {}
    for place in places:
        where = place.where if names[place.name] > 1 else None
        labels[place.code] = f"{place.name}, {where}" if where else place.name
    alike = Counter(labels.values())
    told = [(code, f"{label} ({code})" if alike[label] > 1 else label) for code, label in labels.items()]
    return sorted(told, key=lambda one: (one[1].casefold(), one[0]))
