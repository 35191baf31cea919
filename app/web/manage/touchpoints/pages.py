"""Codes: the table of all, and the page of one with its image, its posters and what came of it."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from app.analytics.csv_form import guard
from app.analytics.touchpoint_list import (
    TouchpointFilter,
    TouchpointSort,
    answer_times,
    list_codes,
    list_touchpoint_lines,
)
from app.kit.errors import NotFoundError
from app.organisation.models import Employee, Unit
from app.organisation.service import find_unit, get_unit
from app.organisation.tree import path_of
from app.surveys.definition import Definition
from app.touchpoints.history import list_changes
from app.touchpoints.models import Touchpoint
from app.touchpoints.opens import opens_by_day
from app.touchpoints.qr import touchpoint_url
from app.touchpoints.service import get_touchpoint
from app.web import access, edge
from app.web.manage import words
from app.web.manage.bars import draw_bars
from app.web.manage.table import Table, read_table
from app.web.manage.touchpoints import words as code_words
from app.web.manage.touchpoints.words import Period, last_days

DAYS = 30
POSTER_SIZES = ("a4", "a5", "a6", "sticker")
_STATES = {"": True, "withdrawn": False, "all": None}
_NEIGHBOURS = 50
codes = Blueprint("codes", __name__, url_prefix="/manage/touchpoints")
access.gate(codes, access.Gate.STAFF)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a code."""

    day: date
    opens: int
    answers: int


@codes.get("")
def show_list() -> str:
    """The table of codes, of one unit with all below it if the address names one."""
    unit, table = _read_table()
    period = _period()
    return render_template(
        "manage/touchpoints/list.html",
        table=table,
        unit=unit,
        page=list_touchpoint_lines(
            edge.db(),
            _wanted(unit, table),
            scope=access.scope(),
            sort=TouchpointSort(table.sort),
            descending=table.descending,
            offset=table.offset,
            limit=table.per_page,
            since=period.since,
        ),
        period=period,
        surveys=list(edge.wiring().surveys),
    )


@codes.get("/codes.csv")
def export() -> Response:
    """All that the table's filter finds, as the command prints them: `code,unit,url`."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(("code", "unit", "url"))
    for code, unit_code in list_codes(edge.db(), _wanted(*_read_table()), scope=access.scope()):
        writer.writerow((code, guard(unit_code), touchpoint_url(edge.wiring().public_url, code)))
    response = Response(file.getvalue().encode(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="codes.csv"'
    return response


@codes.get("/<code>")
def show_one(code: str) -> str:
    """One code: 404 also where its unit lies outside the user's."""
    session = edge.db()
    touchpoint = get_touchpoint(session, code, scope=access.scope())
    unit = get_unit(session, touchpoint.unit_id)
    period = _period()
    days = _days(touchpoint, period)
    return render_template(
        "manage/touchpoints/one.html",
        touchpoint=touchpoint,
        unit=unit,
        path=path_of(session, [unit.id])[unit.id],
        employee=session.get(Employee, touchpoint.employee_id) if touchpoint.employee_id else None,
        definition=find_definition(touchpoint.survey_key),
        address=touchpoint_url(edge.wiring().public_url, touchpoint.code),
        sizes=POSTER_SIZES,
        days=days,
        opens_bars=draw_bars([day.opens for day in days]),
        answers_bars=draw_bars([day.answers for day in days]),
        period=period,
        neighbours=list_touchpoint_lines(
            session,
            TouchpointFilter(at=unit.id),
            scope=access.scope(),
            sort=TouchpointSort.PLACEMENT,
            limit=_NEIGHBOURS,
            since=period.since,
        ),
        changes=list_changes(session, touchpoint.id),
        zone=edge.desk().zone,
        may_change=may_change(touchpoint),
    )


@codes.app_template_global()
def survey_name(key: str) -> str:
    """Return what a survey is called in the reader's language; its key if there is none of it any more."""
    definition = find_definition(key)
    return definition.name(edge.current_language(), edge.desk().company) if definition else key


def find_definition(key: str) -> Definition | None:
    """Return the survey in force, or None: a code may lead to one whose file is gone."""
    library = edge.wiring().surveys
    return library.current(key) if key in library else None


def may_change(touchpoint: Touchpoint) -> bool:
    """Tell whether the user manages this code's unit: a manager here may be an analyst elsewhere."""
    if not access.may(access.Gate.MANAGER):
        return False
    return find_unit(edge.db(), touchpoint.unit_id, access.scope(access.Gate.MANAGER)) is not None


@codes.context_processor
def _words() -> dict[str, object]:
    return {
        "channels": words.CHANNELS,
        "code_words": code_words,
        "show_time": words.show_time,
        "answers_address": _answers_address,
    }


def _answers_address(code: str, period: Period) -> str:
    """Return the address of the answers that a figure of the period counts."""
    days: dict[str, Any] = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return url_for("responses.show_list", touchpoint=code, suspect="no", **days)


def _period() -> Period:
    return last_days(DAYS, edge.now(), edge.desk().zone)


def _read_table() -> tuple[Unit | None, Table]:
    code = request.args.get("unit", "")
    unit = find_unit(edge.db(), code, access.scope()) if code and code.isprintable() else None
    if code and unit is None:
        raise NotFoundError("no such unit")  # all codes in its place would be taken for the unit's
    table = read_table(
        request.args,
        sorts=tuple(TouchpointSort),
        filters={
            "survey": edge.wiring().surveys.keys(),
            "state": _STATES,
            "unit": (unit.code,) if unit else (),
        },
    )
    return unit, table


def _wanted(unit: Unit | None, table: Table) -> TouchpointFilter:
    return TouchpointFilter(
        text=table.search,
        survey=table.filters.get("survey"),
        live=_STATES[table.filters.get("state", "")],
        below=unit.id if unit else None,
    )


def _days(touchpoint: Touchpoint, period: Period) -> list[Day]:
    opens = opens_by_day(edge.db(), touchpoint.id, since=period.first)
    times = answer_times(edge.db(), touchpoint.id, since=period.since)
    answers = Counter(period.day_of(moment) for moment in times)
    return [Day(day, opens.get(day, 0), answers[day]) for day in period.days]
