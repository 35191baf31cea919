"""Files of units: plan what differs while only reading, then write it in one short transaction."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports.mapping import Columns, InvalidMappingError, choose_columns
from app.imports.report import ImportReport, Reason, explain, remark
from app.imports.tables import Table
from app.imports.unit_match import Match, ParentFinder, RowMatcher
from app.imports.unit_rows import FIELDS, LINK_FIELDS, SHARED_FIELDS, UnitRow, read_unit_row
from app.kit.errors import OtklikError
from app.organisation.bulk import TreeVersion, UnitRecord, read_units, read_version, write_units
from app.organisation.facts import check_kind
from app.organisation.models import UnitKind
from app.organisation.tree import lock_tree
from app.review_sites.catalogue import Catalogue, Site
from app.review_sites.models import ReviewListing
from app.review_sites.service import set_listings

Links = dict[tuple[uuid.UUID, Site], str]
_PARENTLESS = Reason("no parent, so it hangs below the company", "no_parent")
_BELOW_ITSELF = Reason("parent: the unit would lie below itself", "unit_cycle", column="parent")


@dataclass(frozen=True, slots=True)
class UnitFile:
    """Rows that were read and checked, and the options they came with."""

    rows: tuple[UnitRow, ...]
    fields: frozenset[str]
    parent_kind: UnitKind | None
    report: ImportReport


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What a file would change, and the state of the tree it was compared with."""

    version: TreeVersion
    before: Mapping[uuid.UUID, UnitRecord]
    different: list[UnitRecord] = field(default_factory=list)
    links: Links = field(default_factory=dict)
    report: ImportReport = field(default_factory=ImportReport)


def read_unit_file(
    table: Table,
    catalogue: Catalogue,
    *,
    mapping: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    kind: str | None = None,
    parent_kind: str | None = None,
    by_name: bool = True,
) -> UnitFile:
    """Return the rows of a table as units, each mistake under its line in the report. Needs no database.

    `kind` is for rows without one, `parent_kind` for parents that must be made; without `by_name` nothing is read but
    what is mapped. Raises InvalidMappingError or InvalidUnitError when an option is wrong.
    """
    for setting in defaults or {}:
        if setting not in SHARED_FIELDS:
            raise InvalidMappingError(f"--set {setting}: only these can be alike: {', '.join(SHARED_FIELDS)}")
    columns = choose_columns(table, FIELDS, required=["name"], mapping=mapping, defaults=defaults, by_name=by_name)
    parents_are = check_kind(parent_kind) if parent_kind else None
    rows_are = check_kind(kind).value if kind else None
    report = ImportReport(read=len(table.rows) + len(table.broken), ignored_columns=columns.ignored)
    report.refused.extend(table.broken)
    report.notes.extend(table.notes)
    rows = []
    for table_row in table.rows:
        try:
            row = read_unit_row(table_row, columns, kind=rows_are, catalogue=catalogue)
        except OtklikError as error:
            report.refused.append(remark(table_row.line, *explain(error)))
            continue
        if row.unread_hours is not None:
            report.warnings.append(remark(row.line, row.unread_hours))
        rows.append(row)
    return UnitFile(tuple(rows), _given(columns), parents_are, report)


def plan_units(session: Session, file: UnitFile) -> UnitPlan:
    """Return what the file would change; a few queries however many rows it has. Writes nothing."""
    version = read_version(session)
    stored = read_units(session)
    root = next(unit for unit in stored.values() if unit.parent_id is None)
    report = replace(
        file.report,
        refused=list(file.report.refused),
        warnings=list(file.report.warnings),
        notes=list(file.report.notes),
    )
    plan = UnitPlan(version, stored, report=report)
    matcher = RowMatcher(stored, (row.code for row in file.rows if row.code))
    matches = list(_match_rows(matcher, file.rows, report))
    parents = ParentFinder(stored, matches, matcher, root=root, parent_kind=file.parent_kind)
    records = []
    parentless = []
    for match in matches:
        try:
            parent_id = parents.find(match)
        except OtklikError as error:
            report.refused.append(remark(match.row.line, *explain(error, column="parent")))
            continue
        if parent_id is None:
            parent_id = (match.stored and match.stored.parent_id) or root.id
            if parent_id == root.id:
                parentless.append(remark(match.row.line, _PARENTLESS))
        records.append((match, _merge(match, parent_id, file.fields)))
    if "parent" in file.fields:
        report.warnings.extend(parentless)
    elif parentless:
        units_hang = f"{len(parentless)} units hang" if len(parentless) > 1 else "1 unit hangs"
        text = (
            f"warning: the file has no parent column, so {units_hang} below the company; "
            "--map parent=COLUMN or --set parent=CODE says where else"
        )
        report.notes.append(Reason(text, "no_parent_column", {"count": len(parentless)}))
    made = (parent for parent in parents.made.values() if parent.id not in stored)
    new_parents = _give_zones(made, (record for _, record in records))
    _refuse_circles(stored, new_parents, records, report)
    if "time_zone" not in file.fields:
        units = {**stored, **{unit.id: unit for unit in (*new_parents, *(record for _, record in records))}}
        new = [record for match, record in records if match.stored is None]
        report.notes.extend(_tell_zones(units, new))
    shown = _stored_links(session) if any(match.row.links for match in matches) else {}
    for match, record in records:
        links: Links = {(match.id, site): link for site, link in match.row.links.items()}
        same_links = all(shown.get(key) == link for key, link in links.items())
        if match.stored is None:
            report.taken += 1
        elif match.stored == record and same_links:
            report.repeated += 1
            continue
        else:
            report.changed += 1
        if match.stored != record:
            plan.different.append(record)
        plan.links.update(links)
    plan.different.extend(new_parents)
    report.added_parents = len(new_parents)
    return plan


def write_plan(session: Session, file: UnitFile, plan: UnitPlan, *, now: datetime) -> ImportReport:
    """Write what the plan says and return its report; a file with a refused row changes nothing.

    If somebody changed the tree since the plan was made, it is made anew, within this transaction.
    """
    if plan.report.refused:
        return plan.report
    lock_tree(session)
    if read_version(session) != plan.version:
        plan = plan_units(session, file)
        if plan.report.refused:
            return plan.report
    write_units(session, plan.before, plan.different, now=now)
    if plan.links:
        set_listings(session, plan.links, now=now)
    return plan.report


def _given(columns: Columns) -> frozenset[str]:
    """The fields that the file speaks of; the others stay as they are in units that exist."""
    return frozenset(field for field in FIELDS if columns.gives(field) and field not in LINK_FIELDS)


def _match_rows(matcher: RowMatcher, rows: Iterable[UnitRow], report: ImportReport) -> Iterable[Match]:
    for row in rows:
        try:
            match = matcher.match(row)
        except OtklikError as error:
            report.refused.append(remark(row.line, *explain(error)))
            continue
        if match is None:
            report.repeated += 1
        else:
            yield match


def _merge(match: Match, parent_id: uuid.UUID, fields: frozenset[str]) -> UnitRecord:
    """The unit as it should stand: what the file speaks of from the row, the rest as it is."""
    row = match.row
    if match.stored is None:
        return UnitRecord(
            id=match.id,
            code=match.code,
            name=row.name,
            kind=row.kind,
            parent_id=parent_id,
            address=row.address,
            latitude=row.latitude,
            longitude=row.longitude,
            time_zone=row.time_zone,
            hours=row.hours,
            source_key=None if row.code else row.keys[0],
        )
    facts = fields - {"code", "parent"}
    return replace(match.stored, parent_id=parent_id, **{name: getattr(row, name) for name in facts})


def _give_zones(made: Iterable[UnitRecord], records: Iterable[UnitRecord]) -> list[UnitRecord]:
    """Return the parents made for the rows, with the zone that all of their units share: a later one inherits it."""
    zones: dict[uuid.UUID | None, set[str | None]] = {}
    for record in records:
        zones.setdefault(record.parent_id, set()).add(record.time_zone)
    parents = []
    for parent in made:
        shared = zones.get(parent.id, set())
        parents.append(replace(parent, time_zone=next(iter(shared))) if len(shared) == 1 else parent)
    return parents


def _tell_zones(units: Mapping[uuid.UUID, UnitRecord], new: Iterable[UnitRecord]) -> Iterable[Reason]:
    """Yield the zones that new units inherit: a deadline in a wrong one is wrong by hours, and nobody sees why."""
    zones: Counter[str] = Counter()
    for record in new:
        at: UnitRecord | None = record
        seen: set[uuid.UUID] = set()  # rows that lie below themselves are refused elsewhere
        while at is not None and at.time_zone is None and at.id not in seen:
            seen.add(at.id)
            at = units.get(at.parent_id) if at.parent_id else None
        if at is not None and at.time_zone is not None:
            zones[at.time_zone] += 1
    if zones:
        counted = ", ".join(f"{zone} ({count})" for zone, count in sorted(zones.items()))
        text = f"time zone that new units inherit: {counted}; --set time_zone=… gives another"
        yield Reason(text, "zones_inherited", {"zones": counted})


def _refuse_circles(
    stored: Mapping[uuid.UUID, UnitRecord],
    made: Iterable[UnitRecord],
    records: Iterable[tuple[Match, UnitRecord]],
    report: ImportReport,
) -> None:
    """Refuse rows that would lie below themselves: two that name each other, or one moved below its own child."""
    records = list(records)
    parents = {unit.id: unit.parent_id for unit in (*stored.values(), *made)}
    parents.update({record.id: record.parent_id for _, record in records})
    fine: set[uuid.UUID] = set()
    for match, record in records:
        path: dict[uuid.UUID, None] = {}
        at: uuid.UUID | None = record.id
        while at is not None and at not in fine and at not in path:
            path[at] = None
            at = parents.get(at)  # none for a row refused already
        if at is not None and at not in fine:
            report.refused.append(remark(match.row.line, _BELOW_ITSELF))
        else:
            fine.update(path)


def _stored_links(session: Session) -> Links:
    rows = session.execute(select(ReviewListing.unit_id, ReviewListing.site, ReviewListing.url))
    return {(unit_id, Site(site)): url for unit_id, site, url in rows}
