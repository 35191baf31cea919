"""Public ratings: each site's stars beside our own figures of the same unit and days, over time and by unit."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from flask import Blueprint, render_template, request

from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.analytics.figure_lines import PageLines
from app.analytics.public_rating_lines import list_ratings
from app.analytics.public_rating_units import OFFICES, Asking, Lack, Level, Listed, count_lacks, list_units
from app.analytics.public_ratings import PublicRatings, SiteStars, read_public_ratings
from app.review_sites.catalogue import Site
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import public_rating_words as rating_words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.public_rating_view import draw
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query
from app.web.manage.table import Table, read_table

public_ratings = Blueprint("public_ratings", __name__, url_prefix="/manage/figures/public")
access.gate(public_ratings, access.Gate.STAFF)

# Stars know neither channels nor employees nor topics, and our own figures beside them are of all.
_ALONE: Mapping[str, None] = {"channel": None, "employee": None, "served": None, "about": None}
_KEPT = ("unit", "period", "from", "to")
# A file of more units than any company has is a mistake of ours.
_MOST_UNITS = 20_000


@public_ratings.get("")
def show() -> str:
    """The stars of one unit, or of all that the user may see."""
    session, scope, now, catalogue = edge.db(), access.scope(), edge.now(), edge.desk().catalogue
    query = read_figure_query(scope)
    table, listed = _read_listed(query)
    ratings = read_public_ratings(session, catalogue, query.wanted, scope, now=now)
    lines, total = list_units(
        session,
        edge.wiring().ratings,
        query.wanted,
        scope,
        listed,
        offset=table.offset,
        limit=table.per_page,
        now=now,
    )
    return render_template(
        "manage/figures/public.html",
        **figure_context(query, scope),
        ratings=ratings,
        drawings={stars.site: draw(ratings, stars) for stars in ratings.sites},
        lines=lines,
        total=total,
        lacks=count_lacks(session, query.wanted, scope, now=now),
        starless=", ".join(catalogue.name(site) for site in ratings.unread),
        is_office=query.unit is not None and query.unit.kind in OFFICES,
        table=table,
        listed=listed,
        columns=_columns(ratings, listed),
        site_choices=[(site.value, catalogue.name(site)) for site in catalogue.sites],
        names={site: catalogue.name(site) for site in catalogue.sites},
        asked=set(edge.wiring().ratings.by_site),
        may_enter=access.staff().actor.may(Permission.ENTER_RATINGS),
        own_answers=partial(query.answers, **_ALONE, figure=Metric.CSAT.value),
        left_answers=lambda stars: query.answers(**{**_ALONE, "left": stars.site.value, **_counted_days(stars)}),
        figure_words=figure_words,
        rating_words=rating_words,
        words=words,
        Level=Level,
        Asking=Asking,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's tables, with all units of the list rather than a page of them."""
    session, now = edge.db(), edge.now()
    _, listed = _read_listed(query)
    ratings = read_public_ratings(session, edge.desk().catalogue, query.wanted, scope, now=now)
    sources = edge.wiring().ratings
    units, _ = list_units(session, sources, query.wanted, scope, listed, offset=0, limit=_MOST_UNITS, now=now)
    return list_ratings(ratings, units)


def _read_listed(query: FigureQuery) -> tuple[Table, Listed]:
    """Return the table as it stands in the address; whatever an office lacks is sought among the offices."""
    sites = list(edge.desk().catalogue.sites)
    kept = {name: [query.value(name)] for name in _KEPT if query.value(name)}
    table = read_table(
        request.args,
        sorts=["name", *(site.value for site in sites)],
        filters={**kept, "level": list(Level), "lack": list(Lack), "site": sites},
    )
    lack = table.filters.get("lack")
    # Nothing hangs below an office: there its own pages are told.
    office = query.unit is not None and query.unit.kind in OFFICES
    level = Level.OFFICES if lack or office else Level(table.filters.get("level", Level.NEXT))
    site = table.filters.get("site")
    # A region has pages of many offices; only an office's own stars put it in an order.
    sort = Site(table.sort) if table.sort != "name" and level is Level.OFFICES else None
    return table, Listed(
        level,
        search=table.search,
        lack=Lack(lack) if lack else None,
        site=Site(site) if site else None,
        sort=sort,
        descending=table.descending,
    )


def _counted_days(stars: SiteStars) -> Mapping[str, str]:
    """Return the days whose taps are counted, as fields of a list: those after the first reading."""
    growth = stars.in_period
    if growth is None:
        return {}
    return {"from": (growth.since + timedelta(days=1)).isoformat(), "to": growth.until.isoformat()}


def _columns(ratings: PublicRatings, listed: Listed) -> list[Site]:
    """Return the sites that the table has columns for: those with stars, or all where something is lacking."""
    sites = list(edge.desk().catalogue.sites)
    if listed.site is not None:
        return [listed.site]
    known = [stars.site for stars in ratings.sites]
    return known if known and listed.lack is None else sites
