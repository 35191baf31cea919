"""Who is shown a site's link, and why somebody is not. Pure."""

from enum import StrEnum

from app.review_sites.catalogue import Audience, SiteRules
from app.review_sites.links import link_host
from app.surveys.definition import Band


class Withheld(StrEnum):
    """Why a respondent is not shown a site."""

    SWITCHED_OFF = "switched_off"
    NO_LINK = "no_link"
    FOREIGN_HOST = "foreign_host"
    HAPPY_ONLY = "happy_only"
    ON_PREMISES = "on_premises"
    DAY_FULL = "day_full"


def find_reason(rules: SiteRules, link: str | None, *, band: Band | None, at_the_office: bool) -> Withheld | None:
    """Return why the site is not shown, or None if it may be; whether its day is full is for the database to say.

    `link` is the page that holds for the unit, `band` None (a survey that is not routed) counts as not happy.
    """
    if not rules.enabled:
        return Withheld.SWITCHED_OFF
    if link is None:
        return Withheld.NO_LINK
    # A host that was taken out of the catalogue is trusted no longer, whoever had linked to it by then.
    if link_host(link) not in rules.hosts:
        return Withheld.FOREIGN_HOST
    if rules.offer_to is Audience.HAPPY and band is not Band.HAPPY:
        return Withheld.HAPPY_ONLY
    return None if rules.on_premises or not at_the_office else Withheld.ON_PREMISES
