"""The units that rows of a file name, by code or by name, or made for them where they are not there yet."""

import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.imports.unit_rows import fold, place_key
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.organisation.bulk import UnitRecord, read_units
from app.organisation.codes import make_code
from app.organisation.facts import check_name
from app.organisation.models import ROOT_CODE, UnitKind


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as a row means it, with its own zone or the one it inherits."""

    id: uuid.UUID
    code: str
    zone: ZoneInfo


class UnitFinder:
    """Finds the unit of each row. `added` are those that it made, offices below the company or below `parent`."""

    def __init__(self, session: Session, *, make: bool, parent: str | None) -> None:
        """Read all units in one query; `parent` is a code or a name. Raises NotFoundError, InvalidInputError."""
        self._make = make
        self.stored = read_units(session)
        self._by_code = {unit.code: unit for unit in self.stored.values()}
        self._by_key = {unit.source_key: unit for unit in self.stored.values() if unit.source_key}
        self._by_name: dict[str, list[UnitRecord]] = {}
        for unit in self.stored.values():
            # The demo's office goes when the demo goes, and with it what was said there.
            if not unit.demo:
                self._by_name.setdefault(fold(unit.name), []).append(unit)
        self._found: dict[str, NamedUnit] = {}
        self.added: list[UnitRecord] = []
        self._parent = self._by_code[ROOT_CODE]
        if parent is not None:
            above = self._look_up(parent)
            if above is None:
                raise NotFoundError(f"--parent {parent}: there is no such unit")
            self._parent = above

    def find(self, text: str) -> NamedUnit:
        """Return the unit with that code, else with that name; raises InvalidInputError."""
        found = self._found.get(text)
        if found is None:
            if not text:
                raise InvalidInputError(
                    "is empty; give a unit's code or name, or --unit for rows without one",
                    field="unit",
                    code="unit_missing",
                )
            unit = self._look_up(text) or self._add(text)
            found = self._found[text] = NamedUnit(unit.id, unit.code, self._zone(unit))
        return found

    def _look_up(self, text: str) -> UnitRecord | None:
        if (unit := self._by_code.get(text)) is not None:
            return unit
        named = self._by_name.get(fold(text), ())
        if len(named) > 1:
            codes = ", ".join(sorted(unit.code for unit in named)[:5])
            raise InvalidInputError(
                f"several units are called {text[:80]!r}: {codes}; write the code", field="unit", code="unit_unclear"
            )
        # One that was made for this name before, whatever it is called by now.
        return named[0] if named else self._by_key.get(place_key(text))

    def _add(self, text: str) -> UnitRecord:
        if not self._make:
            raise InvalidInputError(
                f"there is no unit with the code or the name {text[:80]!r}; import units first, or give --make-units, "
                "which makes offices of such names",
                field="unit",
                code="unit_unknown",
                text=text[:80],
            )
        name, key = check_name(text), place_key(text)
        code = make_code(name, key, self._by_code)
        unit = UnitRecord(new_id(), code, name, UnitKind.OFFICE, self._parent.id, source_key=key)
        self._by_code[code] = self._by_key[key] = unit
        self._by_name.setdefault(fold(name), []).append(unit)
        self.added.append(unit)
        return unit

    def _zone(self, unit: UnitRecord) -> ZoneInfo:
        at: UnitRecord | None = unit
        while at is not None and at.time_zone is None:
            at = self.stored.get(at.parent_id) if at.parent_id else None
        name = at.time_zone if at is not None and at.time_zone else "UTC"
        return ZoneInfo(name)
