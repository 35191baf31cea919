"""A unit that somebody names in a form: by its code or a part of its name, and by choosing among those that fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.organisation.browse import list_tops
from app.organisation.listing import places_of
from app.organisation.models import Unit
from app.organisation.places import Place
from app.organisation.service import find_unit, get_company, list_children, search_units

_MOST = 10
_LOOKED_AT = 500
_OFFERED = 300


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """What was typed, and the unit it means; without one, why not and which it may be."""

    typed: str
    unit: Unit | None = None
    suggestions: Sequence[Place] = ()
    problem: str | None = None


def choose_unit(session: Session, form: Mapping[str, str], name: str, scope: Scope) -> UnitChoice:
    """Return the unit of the field `name`: its code, its whole name, or the only open one that says what was typed.

    Where several do, the form is shown again with `suggestions`; the one chosen comes back as `<name>-chosen`, which
    counts as long as the text is still that of `<name>-sought`.
    """
    typed = "".join(letter for letter in form.get(name, "") if letter.isprintable()).strip()
    if not typed:
        return UnitChoice(typed, problem=gettext("Name a unit."))
    chosen = form.get(f"{name}-chosen", "") if form.get(f"{name}-sought") == typed else ""
    unit = find_unit(session, chosen if chosen.isprintable() and chosen else typed, scope)
    if unit is not None:
        return UnitChoice(typed, unit)
    found = [each for each in search_units(session, typed, scope=scope, limit=_LOOKED_AT) if each.closed_at is None]
    return _choose(session, typed, found)


def seek_unit(session: Session, typed: str, scope: Scope) -> UnitChoice:
    """Return the unit of an address or a single field, as `choose_unit` does; a closed one will do, too."""
    typed = "".join(letter for letter in typed if letter.isprintable())  # PostgreSQL refuses to be asked for NUL
    unit = find_unit(session, typed, scope)
    if unit is not None:
        return UnitChoice(typed, unit)
    return _choose(session, typed, search_units(session, typed, scope=scope, limit=_LOOKED_AT))


def usual_unit(session: Session, scope: Scope) -> str:
    """Return what a form begins with: the code of the company for whoever has all of it, else of a unit granted."""
    if scope.everything:
        return get_company(session).code
    granted = [find_unit(session, unit_id) for unit_id in sorted(scope.unit_ids)[:1]]
    return granted[0].code if granted and granted[0] is not None else ""


def offer_units(session: Session, scope: Scope) -> list[Place]:
    """Return what a unit's field offers while somebody types: the units of the asker's own roles and those right below.

    All others are found by code or name when the form is sent; three thousand do not go into every page.
    """
    units = [line.unit for line in list_tops(session, scope=scope)]
    if len(units) == 1:
        units += [child for child in list_children(session, units[0].id, scope=scope) if child.closed_at is None]
    return places_of(session, units[:_OFFERED])


def _choose(session: Session, typed: str, found: Sequence[Unit]) -> UnitChoice:
    """Return what is meant among those that say what was typed."""
    # A city is meant by its name, though each of its offices says it too.
    likely = sorted(found, key=lambda unit: unit.name.casefold() != typed.casefold())
    named = [unit for unit in likely if unit.name.casefold() == typed.casefold()]
    if len(likely) == 1 or len(named) == 1:
        return UnitChoice(typed, likely[0])
    if likely:
        return UnitChoice(typed, None, places_of(session, likely[:_MOST]), gettext("Which of these do you mean?"))
    return UnitChoice(typed, problem=gettext("There is no such unit among those you may see."))
