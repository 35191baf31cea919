"""How it stands: a few figures, each with its n and its range, and each a way to the answers behind it."""

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.analytics.cut_points import RATINGS, SATISFIED
from app.analytics.dashboard import Dashboard, Place, read_dashboard
from app.analytics.differences import LEAST, Verdict
from app.analytics.periods import Period, last_days
from app.analytics.trend import Step
from app.analytics.unit_table import Column, Level, list_units
from app.organisation.service import get_unit
from app.surveys.definition import Metric
from app.surveys.wording import RATING5
from app.web import access, edge
from app.web.manage import words
from app.web.manage.responses.query import list_choices
from app.web.manage.table import Table, read_table
from app.web.manage.trend_view import view_trend
from app.web.manage.unit_choice import UnitChoice, seek_unit

PERIODS = {"today": 1, "week": 7, "month": 30}
USUAL = "month"
_LINES = 25
dashboard = Blueprint("dashboard", __name__, url_prefix="/manage")
access.gate(dashboard, access.Gate.STAFF)


@dashboard.get("/")
def show_dashboard() -> str | Response:
    """The figures of one unit, or of all that the user may see."""
    session, scope, now = edge.db(), access.scope(), edge.now()
    sought = _printable(request.args.get("find", "")).strip()
    choice = seek_unit(session, sought, scope) if sought else UnitChoice("")
    if choice.unit is not None:
        return redirect(_address(unit=choice.unit.code), 303)
    code = request.args.get("unit")
    unit = get_unit(session, _printable(code), scope) if code else None
    chosen = request.args.get("period", USUAL)
    period = last_days(PERIODS.get(chosen, PERIODS[USUAL]), now=now, zone=edge.desk().zone)
    figures = read_dashboard(session, scope=scope, unit_id=unit.id if unit else None, period=period, now=now)
    table, level = _read_table(code)
    of_mean = table.filters.get("line") == "mean"
    return render_template(
        "manage/dashboard.html",
        figures=figures,
        unit=_shown(figures),
        path=figures.path[:-1],
        period=period,
        chosen=chosen if chosen in PERIODS else USUAL,
        table=table,
        level=level,
        page=list_units(
            figures.area,
            level,
            search=table.search,
            sort=Column(table.sort),
            descending=table.descending,
            offset=table.offset,
            limit=table.per_page,
        ),
        offices=_has_offices(figures),
        trend=view_trend(figures, period, of_mean=of_mean),
        of_mean=of_mean,
        answers=partial(_answers, figures, period),
        cases=partial(_cases, figures),
        bars=_bars(figures),
        address=_address,
        sought=sought,
        suggestions=choice.suggestions,
        choices=list_choices(session, scope),
        site_name=edge.desk().catalogue.name,
        rating_words=RATING5,
        words=words,
        now=now,
    )


@dashboard.context_processor
def _names() -> dict[str, object]:
    return {"Verdict": Verdict, "Step": Step, "Level": Level, "Metric": Metric, "SATISFIED": SATISFIED, "LEAST": LEAST}


def _read_table(code: str | None) -> tuple[Table, Level]:
    """Return the table of units as it stands in the address, which keeps the unit and the period too."""
    table = read_table(
        request.args,
        sorts=[column.value for column in Column],
        default=f"-{Column.ANSWERS.value}",
        filters={
            "unit": [code] if code else [],
            "period": [name for name in PERIODS if name != USUAL],
            "view": [Level.OFFICES.value],
            "line": ["mean"],
        },
        per_page=_LINES,
    )
    return table, Level(table.filters.get("view", Level.NEXT.value))


def _shown(figures: Dashboard) -> Place | None:
    """Return the unit that the page is about; the company, and several units together, have no name on it."""
    place = figures.path[-1] if figures.path else None
    return None if place is None or place.is_company else place


def _has_offices(figures: Dashboard) -> bool:
    """Tell whether the offices are others than the units right below."""
    offices = figures.area.offices()
    return bool(offices) and {node.code for node in offices} != {node.code for node in figures.area.next_level()}


def _address(**changes: str | None) -> str:
    """Return this page for another unit or period; what else stands in the address stays, the table begins anew."""
    kept = {name: request.args.get(name) for name in ("unit", "period", "view", "line")}
    values: dict[str, Any] = {**kept, **changes}
    return url_for("dashboard.show_dashboard", **{name: value for name, value in values.items() if value})


def _answers(figures: Dashboard, period: Period, **more: Any) -> str:
    """Return the address of the responses behind a figure: the same unit and days, without suspect ones."""
    shown = _shown(figures)
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    values: dict[str, Any] = {"unit": shown.code if shown else None, **days, "suspect": "no", **more}
    return url_for("responses.show_list", **values)


def _cases(figures: Dashboard, tab: str, unit: str | None = None) -> str:
    """Return the address of the open cases of the unit shown, or of one below it."""
    shown = _shown(figures)
    return url_for("callbacks.show_list", tab=tab, unit=unit or (shown.code if shown else None))


def _bars(figures: Dashboard) -> list[tuple[int, int, float]]:
    """Return rating, count and share from 0 to 1, the best first; nothing where the figure is hidden."""
    total = sum(figures.histogram.values())
    return (
        [(rating, figures.histogram[rating], figures.histogram[rating] / total) for rating in reversed(RATINGS)]
        if total
        else []
    )


def _printable(text: str) -> str:
    return text if text.isprintable() else ""  # PostgreSQL refuses NUL
