"""Every unit on one list in the order of the tree, and which unit an unknown code may have meant. Read-only."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisation.models import Unit
from app.organisation.places import Place

MOST_SUGGESTIONS = 3
# Shorter than that, half of a big company is alike.
_SHORTEST_PART = 3


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of the list. `parent` is the code of the unit above; only the company has none."""

    id: uuid.UUID
    code: str
    kind: str
    name: str
    parent: str | None
    address: str | None

    def says(self, text: str) -> bool:
        """Tell whether code, name or address hold the text, in any case of any alphabet."""
        wanted = text.casefold()
        return any(wanted in (part or "").casefold() for part in (self.code, self.name, self.address))


def list_units(session: Session, *, below: uuid.UUID | None = None) -> list[UnitLine]:
    """Return the unit and all below it (without one, all there are), each right after its parent, brothers by name."""
    rows = session.execute(select(Unit.id, Unit.code, Unit.kind, Unit.name, Unit.parent_id, Unit.address)).all()
    codes = {row.id: row.code for row in rows}
    children: dict[uuid.UUID | None, list[UnitLine]] = {}
    top: list[UnitLine] = []
    for row in rows:
        parent = codes[row.parent_id] if row.parent_id else None
        line = UnitLine(row.id, row.code, row.kind, row.name, parent, row.address)
        children.setdefault(row.parent_id, []).append(line)
        if row.id == below:
            top = [line]
    for brothers in children.values():
        brothers.sort(key=lambda line: (line.name.casefold(), line.address or "", line.code))
    return list(_walk(children.get(None, []) if below is None else top, children))


def places_of(session: Session, units: Sequence[Unit]) -> list[Place]:
    """Return where each of a page's units lies, in the same order; one query."""
    parents = {unit.parent_id for unit in units if unit.parent_id is not None}
    rows = session.execute(select(Unit.id, Unit.name, Unit.kind).where(Unit.id.in_(parents))) if parents else ()
    above: dict[uuid.UUID | None, tuple[str, str]] = {unit_id: (name, kind) for unit_id, name, kind in rows}
    return [Place(unit.code, unit.name, unit.address, *above.get(unit.parent_id, (None, None))) for unit in units]


def suggest_units(lines: Sequence[UnitLine], text: str) -> list[UnitLine]:
    """Return the units that an unknown code may have meant, the likeliest first: by name, by a part, by likeness."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    named = [line for line in lines if line.name.casefold() == wanted]
    begun = [line for line in lines if len(wanted) >= _SHORTEST_PART and line.code.casefold().startswith(wanted)]
    parts = [line for line in lines if len(wanted) >= _SHORTEST_PART and line.says(wanted)]
    if found := list(dict.fromkeys([*named, *begun, *parts])):
        return found
    words: dict[str, list[UnitLine]] = {}
    for line in lines:
        for word in {line.code.casefold(), line.name.casefold()}:
            words.setdefault(word, []).append(line)
    close = get_close_matches(wanted, words, n=MOST_SUGGESTIONS, cutoff=0.7)
    return list(dict.fromkeys(line for word in close for line in words[word]))


def _walk(lines: Sequence[UnitLine], children: dict[uuid.UUID | None, list[UnitLine]]) -> Iterator[UnitLine]:
    for line in lines:
        yield line
        yield from _walk(children.get(line.id, []), children)
