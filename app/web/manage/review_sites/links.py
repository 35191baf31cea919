"""Links of many offices at once: a pasted list, a report of what it would do, and one button that does all of it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.kit.errors import InvalidInputError
from app.review_sites.catalogue import Site
from app.review_sites.many import Plan, plan_links, take_links
from app.review_sites.pasted import LineState, PlanChangedError
from app.web import access, edge
from app.web.manage.review_sites import words as review_words

HOME = "/manage/review-links"
# Lines of a report, of either sort; whoever has more wrong than that mends the source first.
MOST_SHOWN = 200
# Five thousand lines of two hundred letters.
LARGEST = 1024 * 1024
review_links = Blueprint("review_links", __name__, url_prefix=HOME)
access.gate(review_links, access.Gate.MANAGER)


@review_links.get("")
def show_form() -> str:
    """The form to paste a list into."""
    asked = request.args.get("site", "")
    return _show(asked if asked in edge.desk().catalogue.sites else "", "", None)


@review_links.post("")
def read_list() -> Response | str | tuple[str, int]:
    """Report what the list would do, or do it: `site`, `lines`, and with `do=take` the `mark` of the report seen."""
    session, lines, asked = edge.db(), request.form.get("lines", ""), request.form.get("site", "")
    if asked not in edge.desk().catalogue.sites:
        return _show("", lines, None, {"site": gettext("Choose a site.")}), 422
    site = Site(asked)
    plan = plan_links(session, edge.desk().catalogue, site=site, text=lines, scope=access.scope())
    if not plan.lines:
        return _show(asked, lines, None, {"lines": gettext("Paste at least one line: code, link.")}), 422
    if request.form.get("do") != "take":
        return _show(asked, lines, plan)
    try:
        changes = take_links(
            session,
            plan,
            mark=request.form.get("mark", ""),
            by={"user_id": access.staff().user.id, "address": request.remote_addr},
            now=edge.now(),
        )
    except PlanChangedError:
        edge.roll_back()
        return _show(asked, lines, plan, again=True), 409
    count = changes.added + changes.changed
    flash(ngettext("%(num)s link is saved.", "%(num)s links are saved.", count), "good")
    return redirect(url_for("review_sites.show_list", site=site.value), 303)


edge.takes_file(read_list, LARGEST, as_text=True)


def _show(
    site: str, lines: str, plan: Plan | None, errors: dict[str, str] | None = None, *, again: bool = False
) -> str:
    catalogue = edge.desk().catalogue
    if errors is None and not catalogue.sites:
        raise InvalidInputError("config/review_sites.yaml lists no site", field="site")
    refused = [line for line in plan.lines if line.state is LineState.REFUSED] if plan else []
    told = [line for line in plan.lines if line.state is not LineState.REFUSED] if plan else []
    return render_template(
        "manage/review_sites/many.html",
        site=site,
        lines=lines,
        plan=plan,
        refused=refused[:MOST_SHOWN],
        told=told[:MOST_SHOWN],
        more_refused=max(len(refused) - MOST_SHOWN, 0),
        more_told=max(len(told) - MOST_SHOWN, 0),
        again=again,
        errors=errors or {},
        sites=[(each.value, catalogue.name(each)) for each in catalogue.sites],
        example=review_words.EXAMPLES[Site(site)] if site else review_words.EXAMPLES[Site.TWOGIS],
        words=review_words,
        LineState=LineState,
    )
