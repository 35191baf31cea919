"""What a site's interface is asked about, from the link that a unit has. Pure."""

import re

from app.review_sites.catalogue import Site
from app.review_sites.links import firm_id

# The sites that tell stars to other systems; those of all others are typed in.
ASKABLE = (Site.GOOGLE, Site.TWOGIS, Site.TRUSTPILOT)

_EVALUATE = re.compile(r"https://[^/]+/evaluate/([a-z0-9.-]{3,253})", re.ASCII)
# Google's short links (g.page/r/…) open a page but name no place that its interface knows.
_PLACE_ID = re.compile(r"ChIJ[A-Za-z0-9_-]{4,250}", re.ASCII)


def read_reference(site: Site, link: str) -> str | None:
    """Return the place id, firm id or domain in a link that `links.review_link` built, or None where it holds none."""
    if site is Site.GOOGLE:
        found = firm_id(site, link)
        return found if found and _PLACE_ID.fullmatch(found) else None
    if site is Site.TWOGIS:
        return firm_id(site, link)
    if site is Site.TRUSTPILOT:
        domain = _EVALUATE.fullmatch(link)
        return domain[1] if domain else None
    return None
