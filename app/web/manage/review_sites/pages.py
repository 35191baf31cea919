"""Which office is on which review site, and one unit's links: opened, pasted, taken away, and what visitors see."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.scope import Scope
from app.kit.errors import InvalidInputError
from app.organisation.models import Unit, UnitKind
from app.organisation.service import find_unit, get_unit
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.editing import Actor, drop_link, paste_link
from app.review_sites.links import InvalidLinkError, link_host
from app.review_sites.overview import Column, Held, Wanted, count_coverage, list_coverage
from app.review_sites.service import judge_sites
from app.review_sites.sheet import read_sheet
from app.surveys.definition import Band
from app.touchpoints.models import Channel
from app.web import access, edge
from app.web.manage import words
from app.web.manage.organisation import unit_words
from app.web.manage.review_sites import words as review_words
from app.web.manage.table import Table, read_table

HOME = "/manage/review-sites"
TAPS_WITHIN = timedelta(days=30)
_EVERY_KIND = "all"
KnownT = TypeVar("KnownT", bound=StrEnum)
review_sites = Blueprint("review_sites", __name__, url_prefix=HOME)
access.gate(review_sites, access.Gate.STAFF, writing=access.Gate.MANAGER)


@review_sites.get("")
def show_list() -> str:
    """The offices and what they have, site by site."""
    session, scope, catalogue = edge.db(), access.scope(), edge.desk().catalogue
    unit = _asked_unit(scope)
    table = read_table(
        request.args,
        sorts=list(Column),
        filters={
            "unit": [unit.code] if unit else [],
            "kind": [_EVERY_KIND, *(kind for kind in UnitKind if kind != UnitKind.OFFICE)],
            "site": list(catalogue.sites),
            "state": list(Held),
        },
    )
    wanted = _wanted(table, scope, unit)
    lines, total = list_coverage(
        session,
        wanted,
        sort=Column(table.sort),
        descending=table.descending,
        offset=table.offset,
        limit=table.per_page,
    )
    return render_template(
        "manage/review_sites/list.html",
        table=table,
        lines=lines,
        total=total,
        coverage=count_coverage(session, wanted),
        unit=unit,
        offices=wanted.kind is UnitKind.OFFICE,
        columns=_columns(catalogue, wanted.site),
        every=_columns(catalogue, None),
        site_choices=[(site.value, catalogue.name(site)) for site in catalogue.sites],
        kind_choices=[
            (_EVERY_KIND, gettext("Every kind")),
            *((kind.value, unit_words.KINDS[kind]) for kind in UnitKind if kind != UnitKind.OFFICE),
        ],
        words=review_words,
        Held=Held,
        link_host=link_host,
    )


@review_sites.get("/<path:unit_code>")
def show_unit(unit_code: str) -> str:
    """One unit's links and what visitors see; 404 also where it lies outside the user's units."""
    return _show_unit(_readable(unit_code), {}, {})


@review_sites.post("/<path:unit_code>")
def change_unit(unit_code: str) -> Response | tuple[str, int]:
    """Paste or take away the unit's own link on one site: `site`, `do`, `link-<site>`."""
    session, scope, catalogue = edge.db(), access.scope(), edge.desk().catalogue
    # A foreign one is not there, whatever else is wrong with the form.
    unit = get_unit(session, _readable(unit_code), scope)
    asked = request.form.get("site", "")
    if asked not in catalogue.sites:
        raise InvalidInputError("no such site", field="site")
    site = Site(asked)
    by: Actor = {"user_id": access.staff().user.id, "address": request.remote_addr}
    name = catalogue.name(site)
    if request.form.get("do") == "remove":
        gone = drop_link(session, code=unit.code, site=site, scope=scope, by=by, now=edge.now())
        said = gettext("The link to %(site)s is taken away.", site=name)
        flash(said if gone else gettext("There was no link to %(site)s to take away.", site=name), "good")
        return redirect(url_for(".show_unit", unit_code=unit.code), 303)
    pasted = request.form.get(f"link-{site}", "")
    try:
        changed = paste_link(
            session, catalogue, code=unit.code, site=site, pasted=pasted, scope=scope, by=by, now=edge.now()
        )
    except InvalidLinkError as error:
        edge.roll_back()
        errors = {f"link-{site}": review_words.say_problem(error, site)}
        return _show_unit(unit_code, errors, {f"link-{site}": pasted}), 422
    said = gettext("The link to %(site)s is saved. Open it once to see that it is the right page.", site=name)
    flash(said if changed else gettext("This is the link to %(site)s that is there already.", site=name), "good")
    return redirect(url_for(".show_unit", unit_code=unit.code), 303)


def _show_unit(code: str, errors: Mapping[str, str], typed: Mapping[str, str]) -> str:
    session, catalogue, now = edge.db(), edge.desk().catalogue, edge.now()
    sheet = read_sheet(session, catalogue, code=code, scope=access.scope(access.Gate.STAFF), since=now - TAPS_WITHIN)
    band = _choice(Band, "band", Band.HAPPY)
    channel = _choice(Channel, "channel", Channel.VISIT)
    verdicts = judge_sites(session, catalogue, unit_id=sheet.unit.id, band=band, channel=channel, now=now)
    return render_template(
        "manage/review_sites/unit.html",
        sheet=sheet,
        shown=[verdict for verdict in verdicts if verdict.withheld is None],
        withheld=[verdict for verdict in verdicts if verdict.withheld is not None],
        band=band,
        channel=channel,
        may_edit=_may_edit(sheet.unit),
        errors=errors,
        typed=typed,
        zone=edge.desk().zone,
        words=review_words,
        bands=words.BANDS,
        channels=words.CHANNELS,
        show_time=words.show_time,
        link_host=link_host,
    )


def _may_edit(unit: Unit) -> bool:
    """A manager of one city may be an analyst of another, so the role alone does not say."""
    if not access.may(access.Gate.MANAGER):
        return False
    return find_unit(edge.db(), unit.id, access.scope(access.Gate.MANAGER)) is not None


def _asked_unit(scope: Scope) -> Unit | None:
    code = request.args.get("unit")
    return get_unit(edge.db(), _readable(code), scope) if code else None


def _wanted(table: Table, scope: Scope, unit: Unit | None) -> Wanted:
    kind = table.filters.get("kind", UnitKind.OFFICE.value)
    site, held = table.filters.get("site"), table.filters.get("state")
    return Wanted(
        scope,
        kind=None if kind == _EVERY_KIND else UnitKind(kind),
        below=unit.id if unit else None,
        search=table.search,
        site=Site(site) if site else None,
        held=Held(held) if held else None,
    )


def _columns(catalogue: Catalogue, site: Site | None) -> list[tuple[Site, str, bool]]:
    """Return the sites to show with their names and whether they are switched on: all of them, or the one chosen."""
    return [(each, rules.name, rules.enabled) for each, rules in catalogue.sites.items() if site in (None, each)]


def _choice(known: type[KnownT], name: str, usual: KnownT) -> KnownT:
    asked = request.args.get(name, "")
    return known(asked) if asked in list(known) else usual


def _readable(code: str) -> str:
    return code if code.isprintable() else ""  # PostgreSQL refuses NUL
