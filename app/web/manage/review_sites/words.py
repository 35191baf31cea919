"""Words for review sites: what to paste, why a link was refused, why a site is not shown."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.review_sites.audience import Withheld
from app.review_sites.catalogue import PolicyWarning, Site, Stance
from app.review_sites.links import InvalidLinkError, LinkProblem
from app.review_sites.many import PlannedLine, Refusal
from app.review_sites.overview import Held
from app.review_sites.pasted import LineState
from app.review_sites.service import Verdict
from app.surveys.definition import Band

HELD: Mapping[Held, LazyString] = {
    Held.OWN: lazy_gettext("A link of their own"),
    Held.INHERITED: lazy_gettext("The link of a unit above"),
    Held.NONE: lazy_gettext("No link"),
}
# What to paste, and what it looks like.
PASTE: Mapping[Site, LazyString] = {
    Site.GOOGLE: lazy_gettext(
        "In Google Maps or the Business Profile: “Ask for reviews”, copy the link. The address of the place in Google "
        "Maps or its place id will do, too."
    ),
    Site.TWOGIS: lazy_gettext("Open the office in 2GIS and copy the address of its page."),
    Site.YANDEX: lazy_gettext("Open the office in Yandex Maps and copy the address of its card."),
    Site.FACEBOOK: lazy_gettext("Copy the address of the company's page."),
    Site.TRUSTPILOT: lazy_gettext("The company's domain as Trustpilot has it, or the address of its page there."),
}
EXAMPLES: Mapping[Site, str] = {
    Site.GOOGLE: "https://g.page/r/CQabc123EBM/review",
    Site.TWOGIS: "https://2gis.kz/almaty/firm/70000001012345678",
    Site.YANDEX: "https://yandex.kz/maps/org/name/1234567890",
    Site.FACEBOOK: "https://www.facebook.com/name",
    Site.TRUSTPILOT: "example.kz",
}
STATES: Mapping[LineState, LazyString] = {
    LineState.NEW: lazy_gettext("new"),
    LineState.CHANGED: lazy_gettext("changed"),
    LineState.SAME: lazy_gettext("as it is"),
    LineState.REFUSED: lazy_gettext("refused"),
}
_PROBLEMS: Mapping[LinkProblem, LazyString] = {
    LinkProblem.EMPTY: lazy_gettext("Nothing was pasted."),
    LinkProblem.NO_LINK: lazy_gettext("This is no link."),
    LinkProblem.NOT_HTTPS: lazy_gettext("This is no plain https address."),
    LinkProblem.TOO_MANY_PARTS: lazy_gettext("This address has too many parts."),
    LinkProblem.NO_PAGE: lazy_gettext("This address is not the page of an office or a company."),
    LinkProblem.HOST_NOT_LISTED: lazy_gettext(
        "The host of its review form is not among those that config/review_sites.yaml allows."
    ),
}
_REFUSALS: Mapping[Refusal, LazyString] = {
    Refusal.NO_LINK: lazy_gettext("There is no link after the code."),
    Refusal.NO_UNIT: lazy_gettext("You have no unit with this code."),
    Refusal.TWICE: lazy_gettext("This code stands in the list twice."),
    Refusal.TOO_MANY: lazy_gettext("The list ends here: 5,000 lines at a time."),
}
LEADS: Mapping[Band, LazyString] = {
    Band.HAPPY: lazy_gettext("The page leads with these links."),
    Band.NEUTRAL: lazy_gettext("The page first asks what would have made it better; these links stand below."),
    Band.UNHAPPY: lazy_gettext("The page first offers to call back; the same links stand below."),
}


def say_problem(error: InvalidLinkError, site: Site) -> str:
    """Return why a pasted text was refused and what to paste instead."""
    if error.problem is LinkProblem.FOREIGN_HOST:
        why = gettext(
            "%(host)s does not belong to %(site)s (%(hosts)s).",
            host=error.host[:100],
            site=error.details["name"],
            hosts=", ".join(error.hosts),
        )
    else:
        why = str(_PROBLEMS[error.problem])
    return f"{why} {PASTE[site]}"


def say_line(line: PlannedLine, site: Site) -> str:
    """Return why a line of a list was refused."""
    if line.error is not None:
        return say_problem(line.error, site)
    return str(_REFUSALS[line.refusal]) if line.refusal is not None else ""


def say_withheld(verdict: Verdict) -> str:
    """Return why visitors are not shown a site, and what decides it."""
    file = "config/review_sites.yaml"
    match verdict.withheld:
        case Withheld.SWITCHED_OFF:
            return str(gettext("Switched off for the whole company (enabled in %(file)s).", file=file))
        case Withheld.NO_LINK:
            return str(gettext("Neither this unit nor one above it has a link."))
        case Withheld.FOREIGN_HOST:
            return str(
                gettext("Its link leads to a host that %(file)s no longer allows. Paste the link anew.", file=file)
            )
        case Withheld.HAPPY_ONLY:
            return str(gettext("Offered after a good rating only (offer_to in %(file)s).", file=file))
        case Withheld.ON_PREMISES:
            return str(
                gettext(
                    "Not after a code that hangs in the office: the site asks for permission first (on_premises in "
                    "%(file)s).",
                    file=file,
                )
            )
        case Withheld.DAY_FULL:
            return str(
                gettext(
                    "Rests until tomorrow: %(cap)s people were sent there today (daily_cap in %(file)s).",
                    cap=verdict.rules.daily_cap,
                    file=file,
                )
            )
    return ""


def say_warning(warning: PolicyWarning) -> str:
    """Return what is risky about a site that only happy customers are sent to."""
    if warning.stance is Stance.FORBIDDEN:
        return str(
            gettext(
                "%(site)s: only happy customers are offered the link, and the site's policy forbids that.",
                site=warning.name,
            )
        )
    return str(
        gettext(
            "%(site)s: only happy customers are offered the link, and the site's policy does not say whether it may.",
            site=warning.name,
        )
    )
