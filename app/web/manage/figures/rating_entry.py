"""Stars typed in by hand: one office and day, or a pasted table of many, reported before it is taken."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Actor, Permission
from app.kit.errors import InvalidInputError
from app.organisation.listing import places_of
from app.organisation.service import get_unit
from app.review_sites.catalogue import Site
from app.review_sites.pasted import LineState, PlanChangedError
from app.review_sites.public_ratings.entering import TypedReading, enter_reading, list_readings, remove_reading
from app.review_sites.public_ratings.many import Plan, plan_readings, take_readings
from app.review_sites.public_ratings.numbers import InvalidRatingError
from app.review_sites.service import listings_for
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import public_rating_words as rating_words
from app.web.manage.review_sites import words as review_words

MOST_READINGS = 30
# Lines of a report, of either sort; whoever has more wrong than that mends the source first.
MOST_SHOWN = 200
# Five thousand lines of two hundred letters.
LARGEST = 1024 * 1024
rating_entry = Blueprint("rating_entry", __name__, url_prefix="/manage/figures/public")
access.gate(rating_entry, access.Gate.MANAGER)


@rating_entry.get("/units/<path:unit_code>")
def show_unit(unit_code: str) -> str:
    """What is known of a unit's own pages, and the form for a day."""
    asked = request.args.get("site", "")
    return _show_unit(_printable(unit_code), {"site": asked, "day": _today().isoformat()}, {})


@rating_entry.post("/units/<path:unit_code>")
def enter(unit_code: str) -> Response | tuple[str, int]:
    """Keep a reading (`site`, `day`, `rating`, `count`), or take one away with `do=remove` (`site`, `day`)."""
    code, catalogue, form = _printable(unit_code), edge.desk().catalogue, request.form
    unit = get_unit(edge.db(), code, _actor().scope(Permission.ENTER_RATINGS))
    typed = {name: form.get(name, "") for name in ("site", "day", "rating", "count")}
    if typed["site"] not in catalogue.sites:
        return _show_unit(code, typed, {"site": gettext("Choose a site.")}), 422
    site = Site(typed["site"])
    if form.get("do") == "remove":
        remove_reading(
            edge.db(), code=unit.code, site=site, day=_read_day(typed["day"]), actor=_actor(), now=edge.now()
        )
        flash(gettext("The stars of that day are taken away."), "good")
        return redirect(url_for(".show_unit", unit_code=unit.code), 303)
    try:
        reading = enter_reading(
            edge.db(),
            catalogue,
            code=unit.code,
            site=site,
            typed=TypedReading(typed["rating"], typed["count"], typed["day"]),
            actor=_actor(),
            today=_today(),
            now=edge.now(),
        )
    except InvalidRatingError as error:
        edge.roll_back()
        return _show_unit(code, typed, {error.field or "rating": str(rating_words.PROBLEMS[error.problem])}), 422
    said = gettext(
        "%(site)s, %(day)s: %(stars)s stars are saved.",
        site=catalogue.name(site),
        day=rating_words.show_day(reading.day),
        stars=rating_words.show_number(reading.stars / 100),
    )
    flash(said, "good")
    return redirect(url_for(".show_unit", unit_code=unit.code, site=site.value), 303)


@rating_entry.get("/table")
def show_table() -> str:
    """The form to paste a table into."""
    return _show_table("", None)


@rating_entry.post("/table")
def read_table() -> Response | str | tuple[str, int]:
    """Report what the table would do, or do it: `lines` or a `file`, and with `do=take` the `mark` of the report."""
    lines = _read_text()
    if lines is None:
        return _show_table("", None, {"file": gettext("This file is no text. Save the table as CSV.")}), 422
    plan = plan_readings(edge.db(), edge.desk().catalogue, text=lines, actor=_actor(), today=_today())
    if not plan.lines:
        said = gettext("Paste at least one line: code, site, date, stars, number of reviews.")
        return _show_table(lines, None, {"lines": said}), 422
    if request.form.get("do") != "take":
        return _show_table(lines, plan)
    try:
        taken = take_readings(edge.db(), plan, mark=request.form.get("mark", ""), actor=_actor(), now=edge.now())
    except PlanChangedError:
        edge.roll_back()
        return _show_table(lines, plan, again=True), 409
    flash(ngettext("The stars of %(num)s line are saved.", "The stars of %(num)s lines are saved.", taken), "good")
    return redirect(url_for("public_ratings.show"), 303)


edge.takes_file(read_table, LARGEST, as_text=True)


def _show_unit(code: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    session, catalogue = edge.db(), edge.desk().catalogue
    unit = get_unit(session, code, _actor().scope(Permission.ENTER_RATINGS))
    own = {listing.site: listing.link for listing in listings_for(session, unit.id) if not listing.inherited}
    return render_template(
        "manage/figures/rating_entry.html",
        unit=unit,
        place=places_of(session, [unit])[0],
        readings=list_readings(session, unit.id, limit=MOST_READINGS),
        own=own,
        typed=typed,
        errors=errors,
        sites=[(site.value, catalogue.name(site)) for site in catalogue.sites],
        names={site: catalogue.name(site) for site in catalogue.sites},
        today=_today(),
        zone=edge.desk().zone,
        rating_words=rating_words,
        words=words,
    )


def _show_table(lines: str, plan: Plan | None, errors: Mapping[str, str] | None = None, *, again: bool = False) -> str:
    catalogue = edge.desk().catalogue
    if plan is None and errors is None:
        _actor().scope(Permission.ENTER_RATINGS)
    refused = [line for line in plan.lines if line.state is LineState.REFUSED] if plan else []
    told = [line for line in plan.lines if line.state is not LineState.REFUSED] if plan else []
    return render_template(
        "manage/figures/rating_table.html",
        lines=lines,
        plan=plan,
        refused=refused[:MOST_SHOWN],
        told=told[:MOST_SHOWN],
        more_refused=max(len(refused) - MOST_SHOWN, 0),
        more_told=max(len(told) - MOST_SHOWN, 0),
        again=again,
        errors=errors or {},
        names={site: catalogue.name(site) for site in catalogue.sites},
        keys=", ".join(catalogue.sites),
        today=_today(),
        rating_words=rating_words,
        states=review_words.STATES,
        LineState=LineState,
    )


def _read_text() -> str | None:
    """Return what was pasted, or the text of the file that was sent; None for a file that is no text."""
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    if not content:
        return request.form.get("lines", "")
    if b"\0" in content:
        return None
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _read_day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InvalidInputError("this is not a day", field="day") from None


def _today() -> date:
    return edge.now().astimezone(edge.desk().zone).date()


def _actor() -> Actor:
    return access.staff().actor


def _printable(code: str) -> str:
    return code if code.isprintable() else ""  # PostgreSQL refuses NUL
