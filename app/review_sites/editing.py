"""Give a unit a page of its own on a site, or take it away: what staff do, written to the audit."""

import uuid
from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.scope import Scope
from app.organisation.service import get_unit
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.links import review_link
from app.review_sites.service import remove_listing, set_listing


class Actor(TypedDict):
    """Who does something and from which network address: what the audit keeps."""

    user_id: uuid.UUID
    address: str | None


def paste_link(
    session: Session,
    catalogue: Catalogue,
    *,
    code: str,
    site: Site,
    pasted: str,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> bool:
    """Give the unit the page that was pasted and tell whether that changed anything.

    Raises UnknownUnitError (also outside the scope), UnknownSiteError or InvalidLinkError.
    """
    unit = get_unit(session, code, scope)
    link = review_link(site, pasted, catalogue.rules(site))
    if set_listing(session, unit_id=unit.id, site=site, link=link, now=now).same:
        return False
    details = {"site": site.value, "link": link}
    record(session, "review_listing.set", object_type="unit", object_id=unit.id, details=details, **by, now=now)
    return True


def drop_link(
    session: Session,
    *,
    code: str,
    site: Site,
    scope: Scope,
    by: Actor,
    now: datetime,
) -> bool:
    """Take the unit's own page away, so that it inherits again, and tell whether there was one.

    Raises UnknownUnitError (also outside the scope).
    """
    unit = get_unit(session, code, scope)
    if not remove_listing(session, unit_id=unit.id, site=site):
        return False
    details = {"site": site.value}
    record(session, "review_listing.remove", object_type="unit", object_id=unit.id, details=details, **by, now=now)
    return True
