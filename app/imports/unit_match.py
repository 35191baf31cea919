"""Which unit a row means, and which parent: by code, by firm id, by name. Pure."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.imports.unit_rows import UnitRow, fold, place_key
from app.kit.errors import InvalidInputError
from app.kit.ids import new_id
from app.organisation.bulk import UnitRecord
from app.organisation.codes import make_code
from app.organisation.models import ROOT_CODE


class UnmatchedRowError(InvalidInputError):
    """A row that does not say clearly enough which unit or which parent it means."""

    code = "unmatched_row"


@dataclass(slots=True)
class Match:
    """A row and the unit it means: the one in the table, or a new one under a new id."""

    row: UnitRow
    id: uuid.UUID
    code: str
    stored: UnitRecord | None


class RowMatcher:
    """Finds the unit of each row, in the order of the file; remembers which rows spoke of which unit."""

    def __init__(self, stored: Mapping[uuid.UUID, UnitRecord], explicit_codes: Iterable[str]) -> None:
        self._by_code = {unit.code: unit for unit in stored.values()}
        self._by_key = {unit.source_key: unit for unit in stored.values() if unit.source_key}
        self._codes = {*self._by_code, *explicit_codes}
        self._said: dict[str | uuid.UUID, UnitRow] = {}

    def match(self, row: UnitRow) -> Match | None:
        """Return the row's unit, or None if an earlier row said the same; raises UnmatchedRowError."""
        stored = self._find(row)
        names: list[str | uuid.UUID] = [f"code:{row.code}"] if row.code else list(row.keys)
        if stored is not None:
            names.append(stored.id)
        for name in names:
            earlier = self._said.get(name)
            if earlier is not None and earlier.says_the_same(row):
                return None
            if earlier is not None:
                raise UnmatchedRowError(
                    f"line {earlier.line} speaks of the same unit with other values; "
                    "keep one of the two, or give each a code of its own",
                    code="row_contradicts",
                    line=earlier.line,
                )
        self._said.update(dict.fromkeys(names, row))
        if stored is not None:
            return Match(row, stored.id, stored.code, stored)
        code = row.code or make_code(row.name, row.keys[0], self._codes)
        self._codes.add(code)
        return Match(row, new_id(), code, None)

    def make_parent(self, name: str, kind: str, root: uuid.UUID) -> UnitRecord:
        """Return the unit that a parent's name once made (it may have another name by now), or a new one to add."""
        key = place_key(name)
        if key in self._by_key:
            return self._by_key[key]
        code = make_code(name, key, self._codes)
        self._codes.add(code)
        made = UnitRecord(id=new_id(), code=code, name=name, kind=kind, parent_id=root, source_key=key)
        self._by_key[key] = made
        return made

    def _find(self, row: UnitRow) -> UnitRecord | None:
        if row.code:
            return self._by_code.get(row.code)
        found = {unit.id: unit for unit in map(self._by_key.get, row.keys) if unit is not None}
        if len(found) > 1:
            codes = ", ".join(unit.code for unit in found.values())
            raise UnmatchedRowError(
                f"its links belong to different units ({codes}); give the row a code",
                code="links_of_several",
                codes=codes,
            )
        return next(iter(found.values()), None)


class ParentFinder:
    """Finds the unit that a parent's code or name means, among those in the table and those of the file."""

    def __init__(
        self,
        stored: Mapping[uuid.UUID, UnitRecord],
        matches: Iterable[Match],
        matcher: RowMatcher,
        *,
        root: UnitRecord,
        parent_kind: str | None,
    ) -> None:
        self._root = root
        self._kind = parent_kind
        self._matcher = matcher
        self._by_code: dict[str, uuid.UUID] = {unit.code: unit.id for unit in stored.values()}
        self._codes = {unit.id: unit.code for unit in stored.values()}
        # The demo's city goes when the demo goes: nothing real may come to hang below it by its name.
        kinds = {unit.id: (unit.name, unit.kind) for unit in stored.values() if not unit.demo}
        for match in matches:  # what the file says of a unit holds
            self._by_code[match.code] = match.id
            self._codes[match.id] = match.code
            kinds[match.id] = (match.row.name, match.stored.kind if match.stored else match.row.kind)
        self._by_name: dict[str, list[uuid.UUID]] = {}
        for unit_id, (name, kind) in kinds.items():
            if parent_kind is None or kind == parent_kind:
                self._by_name.setdefault(fold(name), []).append(unit_id)
        self.made: dict[uuid.UUID, UnitRecord] = {}

    def find(self, match: Match) -> uuid.UUID | None:
        """Return the parent's id, or None if the row names none; raises UnmatchedRowError."""
        name = match.row.parent
        if not name:
            return None
        if name in (ROOT_CODE, self._root.name):
            return self._root.id
        if name in self._by_code and self._by_code[name] != match.id:
            return self._by_code[name]
        # A city may be called as its region is: never its own parent.
        found = [unit_id for unit_id in self._by_name.get(fold(name), ()) if unit_id != match.id]
        if len(found) == 1:
            return found[0]
        if found:
            codes = ", ".join(sorted(self._codes[unit_id] for unit_id in found))
            raise UnmatchedRowError(
                f"{len(found)} units are named {name}; give one of their codes: {codes}",
                code="parent_ambiguous",
                name=name,
                codes=codes,
            )
        if self._kind is None:
            raise UnmatchedRowError(
                f"there is no unit {name}; add it first, or make it with --parent-kind city",
                code="parent_unknown",
                name=name,
            )
        parent = self._matcher.make_parent(name, self._kind, self._root.id)
        self._by_name.setdefault(fold(name), []).append(parent.id)
        self._codes[parent.id] = parent.code
        self.made.setdefault(parent.id, parent)
        return parent.id
