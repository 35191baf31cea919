"""How it stands: a few figures, each with its n and its range, and each a way to the answers behind it."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.analytics.dashboard import SATISFIED, SCALE, Dashboard, read_dashboard
from app.callbacks.reports import Tab, count_tabs
from app.organisation.models import Unit
from app.organisation.service import find_unit, get_unit
from app.surveys.definition import Metric
from app.surveys.wording import RATING5
from app.web import access, edge
from app.web.manage import words
from app.web.manage.response_query import start_of

PERIODS = {"today": 1, "week": 7, "month": 30}
USUAL = "month"
dashboard = Blueprint("dashboard", __name__, url_prefix="/manage")
access.gate(dashboard, access.Gate.STAFF)


@dashboard.get("/")
def show_dashboard() -> str:
    """The figures of one unit, or of all that the user may see."""
    session, scope, zone, now = edge.db(), access.scope(), edge.desk().zone, edge.now()
    period = request.args.get("period", USUAL)
    period = period if period in PERIODS else USUAL
    code = request.args.get("unit")
    unit = get_unit(session, code if code.isprintable() else "", scope) if code else None  # PostgreSQL refuses NUL
    last = now.astimezone(zone).date()
    first = last - timedelta(days=PERIODS[period] - 1)
    figures = read_dashboard(
        session,
        scope=scope,
        unit_id=unit.id if unit else None,
        since=start_of(first, zone),
        until=start_of(last + timedelta(days=1), zone),
    )
    return render_template(
        "manage/dashboard.html",
        figures=figures,
        tabs=count_tabs(session, scope=scope, user_id=access.staff().user.id, now=now),
        Tab=Tab,
        unit=unit,
        above=find_unit(session, unit.parent_id, scope) if unit and unit.parent_id else None,
        period=period,
        links=_links(figures, unit, first, last),
        bars=_bars(figures),
        rating_words=RATING5,
        words=words,
        site_name=edge.desk().catalogue.name,
    )


def _links(figures: Dashboard, unit: Unit | None, first: date, last: date) -> dict[str, object]:
    """Return the addresses of the responses behind each figure, the same unit and days in their filter."""
    address: dict[str, Any] = {"unit": unit.code if unit else None, "from": first.isoformat(), "to": last.isoformat()}
    counted = address | {"suspect": "no"}
    csat = counted | {"figure": Metric.CSAT.value}
    return {
        "responses": url_for("responses.show_list", **counted),
        "suspect": url_for("responses.show_list", **address, suspect="yes"),
        "left": url_for("responses.show_list", **counted, left="yes"),
        "csat": url_for("responses.show_list", **csat),
        "satisfied": url_for("responses.show_list", **csat, rating=list(SATISFIED)),
        "rating": {rating: url_for("responses.show_list", **csat, rating=rating) for rating in figures.histogram},
    }


def _bars(figures: Dashboard) -> list[tuple[int, int, float]]:
    """Return rating, count and share from 0 to 1, the best first; nothing where the figure is hidden."""
    total = sum(figures.histogram.values())
    return (
        [(rating, figures.histogram[rating], figures.histogram[rating] / total) for rating in reversed(SCALE)]
        if total
        else []
    )
