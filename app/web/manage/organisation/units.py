"""Units as every staff member sees them: the tree a level at a time, a search, and the page of each."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for

from app.kit.errors import InvalidInputError
from app.organisation.browse import (
    UnitLine,
    UnitLines,
    UnitSort,
    UnitState,
    find_lines,
    list_level,
    list_tops,
    read_sheet,
)
from app.organisation.employee_list import list_employees
from app.organisation.hours import parse_hours
from app.organisation.models import Unit
from app.organisation.service import find_unit, get_unit, path_of
from app.review_sites.overview import Wanted, count_with_a_link
from app.review_sites.service import listings_for
from app.touchpoints.counts import count_live_below
from app.web import access, edge
from app.web.manage.organisation import unit_words as words
from app.web.manage.table import Table, read_table
from app.web.manage.words import show_time

# A branch that opens in place shows so many; the unit's own page has all of them.
BRANCH = 100
_PEOPLE = 5
units = Blueprint("units", __name__, url_prefix="/manage")
access.gate(units, access.Gate.STAFF)


@units.get("/units")
def show_list() -> str:
    """The tree from the top that the reader was granted, or a table of what is sought."""
    table = read_table(
        request.args,
        sorts=tuple(UnitSort),
        filters={"kind": words.KINDS, "state": (UnitState.CLOSED, UnitState.ALL)},
        per_page=BRANCH,
    )
    return _show_found(table) if table.is_narrowed() else _show_tree(table)


@units.get("/units/<path:unit_code>")
def show_unit(unit_code: str) -> str:
    """One unit: its facts, what lies below it, who works there, its codes and links."""
    session, scope = edge.db(), access.scope()
    sheet = read_sheet(session, unit_code, scope=scope)
    unit = sheet.unit
    table = read_table(request.args, sorts=("name",), filters={"state": (UnitState.ALL,)}, per_page=BRANCH)
    state = UnitState(table.filters.get("state", UnitState.OPEN if unit.closed_at is None else UnitState.ALL))
    level = list_level(session, unit.id, scope=scope, state=state, limit=table.per_page, offset=table.offset)
    return render_template(
        "manage/units/unit.html",
        sheet=sheet,
        unit=unit,
        hours=list(words.show_week(parse_hours(sheet.hours))) if sheet.hours else [],
        table=table,
        level=level,
        codes=_codes(unit, *(line.unit for line in level.lines)),
        people=list_employees(session, scope=scope, active=True, below=unit.id, limit=_PEOPLE),
        listings=listings_for(session, unit.id),
        linked=count_with_a_link(session, Wanted(scope, below=unit.id)),
        site_name=edge.desk().catalogue.name,
        may_edit=may_edit(unit),
        zone=ZoneInfo(sheet.time_zone) if sheet.time_zone else edge.desk().zone,
        show_time=show_time,
        words=words,
    )


@units.get("/units/<path:unit_code>/below")
def show_below(unit_code: str) -> str:
    """The units right below one, as a piece of the tree that is put into the page."""
    unit = get_unit(edge.db(), unit_code, access.scope())
    level = list_level(edge.db(), unit.id, scope=access.scope(), limit=BRANCH)
    return render_template(
        "manage/units/branch.html",
        unit=unit,
        level=level,
        codes=_codes(*(line.unit for line in level.lines)),
        words=words,
    )


@units.get("/hours")
def show_hours() -> str | tuple[str, int]:
    """Opening hours as typed, day by day, or what is wrong with them: a piece of the page of a form."""
    try:
        week = list(words.show_week(parse_hours(request.args.get("text", ""))))
    except InvalidInputError as error:
        return render_template("manage/units/week.html", problem=words.say_fact(error)), 422
    return render_template("manage/units/week.html", week=week)


def may_edit(unit: Unit) -> bool:
    """Tell whether the reader may change the unit: an admin of it, or of one above it. The company is set elsewhere."""
    if not access.may(access.Gate.ADMIN):
        return False
    return find_unit(edge.db(), unit.id, access.scope(access.Gate.ADMIN)) is not None


def _show_tree(table: Table) -> str:
    session, scope = edge.db(), access.scope()
    tops = list_tops(session, scope=scope)
    # Whoever sees one tree is shown its first level at once.
    only = tops[0].unit if len(tops) == 1 else None
    level = list_level(session, only.id, scope=scope, limit=table.per_page, offset=table.offset) if only else None
    shown = [*tops, *(level.lines if level else ())]
    return _render(table, tops=tops, level=level, shown=shown)


def _show_found(table: Table) -> str:
    found = find_lines(
        edge.db(),
        scope=access.scope(),
        text=table.search,
        kind=table.filters.get("kind"),
        state=UnitState(table.filters.get("state", UnitState.OPEN)),
        sort=UnitSort(table.sort),
        descending=table.descending,
        limit=table.per_page,
        offset=table.offset,
    )
    paths = path_of(edge.db(), [line.unit.id for line in found.lines])
    return _render(table, found=found, paths=paths, shown=found.lines)


def _render(table: Table, *, shown: Any, found: UnitLines | None = None, **values: Any) -> str:
    lines: list[UnitLine] = list(shown)
    return render_template(
        "manage/units/list.html",
        table=table,
        found=found,
        codes=_codes(*(line.unit for line in lines)),
        import_address=url_for("unit_import.show_start") if access.scope(access.Gate.ADMIN).everything else None,
        words=words,
        **values,
    )


def _codes(*shown: Unit) -> dict[Any, int]:
    return count_live_below(edge.db(), [unit.id for unit in shown])
