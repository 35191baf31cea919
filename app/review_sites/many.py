"""Links of many units from a pasted list, `code, link` a line, for one site: read, planned, then taken whole or not."""

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.scope import Scope
from app.organisation.models import Unit
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.editing import Actor
from app.review_sites.links import InvalidLinkError, review_link
from app.review_sites.models import ReviewListing
from app.review_sites.pasted import LineState, PastedPlan, PlanChangedError
from app.review_sites.service import ListingChanges, set_listings

MOST_LINES = 5000
_BATCH = 5000
# A blank separates only from an address: codes may hold blanks.
_SEPARATOR = re.compile(r"[\t;,]|\s(?=https?://)")
_HEADINGS = frozenset({"code", "код", "unit", "office"})


class Refusal(StrEnum):
    """Why a line cannot be taken, beside a link that is none."""

    NO_LINK = "no_link"
    NO_UNIT = "no_unit"
    TWICE = "twice"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line by its number in the list. A refused one has `refusal`, or `error` where its link is none."""

    number: int
    code: str
    state: LineState
    unit_id: uuid.UUID | None = None
    name: str = ""
    link: str = ""
    before: str | None = None
    refusal: Refusal | None = None
    error: InvalidLinkError | None = None


@dataclass(frozen=True, slots=True)
class Plan(PastedPlan[PlannedLine]):
    """What the list would do to the links of the site."""

    site: Site

    @property
    def mark(self) -> str:
        """A value that differs once the list, or what it meets in the database, does."""
        told = "\n".join(
            f"{line.number}\0{line.unit_id}\0{line.state}\0{line.link}\0{line.before}" for line in self.lines
        )
        return hashlib.sha256(f"{self.site}\n{told}".encode()).hexdigest()[:32]


def plan_links(session: Session, catalogue: Catalogue, *, site: Site, text: str, scope: Scope) -> Plan:
    """Return what the list would do within the scope, writing nothing; raises UnknownSiteError."""
    rules = catalogue.rules(site)
    # With a heading and one too many; what is beyond is told by that one, and costs nothing.
    rows = list(islice(_read(text), MOST_LINES + 2))
    units = _units(session, [code for _, code, _ in rows], scope)
    links = _links(session, [unit_id for unit_id, _ in units.values()], site)
    if rows and rows[0][1].casefold() in _HEADINGS and rows[0][1] not in units:
        del rows[0]
    lines, met = [], set()
    for place, (number, code, pasted) in enumerate(rows):
        found = units.get(code)
        if place >= MOST_LINES:
            lines.append(PlannedLine(number, code, LineState.REFUSED, refusal=Refusal.TOO_MANY))
            break
        if found is None:
            lines.append(PlannedLine(number, code, LineState.REFUSED, refusal=Refusal.NO_UNIT))
            continue
        unit_id, name = found
        if code in met or not pasted:
            why = Refusal.TWICE if code in met else Refusal.NO_LINK
            lines.append(PlannedLine(number, code, LineState.REFUSED, unit_id, name, refusal=why))
            continue
        met.add(code)
        try:
            link = review_link(site, pasted, rules)
        except InvalidLinkError as error:
            lines.append(PlannedLine(number, code, LineState.REFUSED, unit_id, name, pasted, error=error))
            continue
        before = links.get(unit_id)
        state = LineState.NEW if before is None else LineState.SAME if before == link else LineState.CHANGED
        lines.append(PlannedLine(number, code, state, unit_id, name, link, before))
    return Plan(tuple(lines), site)


def take_links(session: Session, plan: Plan, *, mark: str, by: Actor, now: datetime) -> ListingChanges:
    """Do what the plan says, all of it, if it is the one with the `mark` that somebody has seen.

    Raises PlanChangedError when it is another, or when a line of it is refused.
    """
    if plan.mark != mark or not plan.can_be_taken:
        raise PlanChangedError("the list, or what it meets, has changed since the report", site=plan.site.value)
    links = {(line.unit_id, plan.site): line.link for line in plan.lines if line.unit_id is not None}
    changes = set_listings(session, links, now=now)
    record(
        session,
        "review_listing.set_many",
        now=now,
        object_type="review_site",
        object_id=plan.site.value,
        details={"added": changes.added, "changed": changes.changed, "same": changes.same},
        **by,
    )
    return changes


def _read(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield number, code and link of each line; the first separator counts, since a link may hold commas itself."""
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line:
            continue
        found = _SEPARATOR.search(line)
        cut = found.start() if found else len(line)
        code, link = line[:cut], line[cut + 1 :]
        yield number, _bare(code), _bare(link)


def _bare(cell: str) -> str:
    return cell.strip().strip('"').strip()


def _units(session: Session, codes: Sequence[str], scope: Scope) -> Mapping[str, tuple[uuid.UUID, str]]:
    wanted = [code for code in dict.fromkeys(codes) if code and code.isprintable()]  # PostgreSQL refuses NUL
    found: dict[str, tuple[uuid.UUID, str]] = {}
    for start in range(0, len(wanted), _BATCH):
        rows = session.execute(
            select(Unit.code, Unit.id, Unit.name).where(
                Unit.code.in_(wanted[start : start + _BATCH]), scope.where(Unit.id)
            )
        )
        found.update({code: (unit_id, name) for code, unit_id, name in rows})
    return found


def _links(session: Session, unit_ids: Sequence[uuid.UUID], site: Site) -> Mapping[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for start in range(0, len(unit_ids), _BATCH):
        rows = session.execute(
            select(ReviewListing.unit_id, ReviewListing.url).where(
                ReviewListing.site == site, ReviewListing.unit_id.in_(unit_ids[start : start + _BATCH])
            )
        )
        found.update({unit_id: url for unit_id, url in rows})  # noqa: C416 -- rows are no pairs to mypy
    return found
