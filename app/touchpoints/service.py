"""Add and find touchpoints."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.accounts.scope import EVERYTHING, Scope
from app.kit.db import table_of, upsert
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id, random_code, read_code
from app.organisation.models import Unit
from app.touchpoints.models import CODE_LENGTH, Channel, Touchpoint

PLACEMENT_LENGTH = 80
# SQLite takes 32,766 parameters a statement.
_BATCH = 5000
# Each turn settles everything but a code drawn twice, which is one in 10^12 for every code there is.
_TURNS = 5


class InvalidPlacementError(InvalidInputError):
    """The placement is too long or holds characters that cannot be printed."""

    code = "invalid_placement"


@dataclass(frozen=True, slots=True)
class LiveTouchpoint:
    """What a scanned code leads to."""

    id: uuid.UUID
    code: str
    unit_id: uuid.UUID
    unit_name: str
    employee_id: uuid.UUID | None
    survey_key: str
    placement: str
    channel: Channel
    demo: bool
    unit_address: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a code points at."""

    unit_id: uuid.UUID
    survey_key: str
    placement: str = ""
    channel: Channel = Channel.VISIT
    employee_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    """A touchpoint as staff see it in a list."""

    id: uuid.UUID
    code: str
    unit_code: str
    unit_name: str
    survey_key: str
    placement: str
    channel: Channel
    created_at: datetime
    revoked_at: datetime | None


def find_live(session: Session, code: str) -> LiveTouchpoint | None:
    """Return what a code leads to, or None if it is unknown or revoked; any case, O as 0, I and L as 1. One query."""
    stored = read_code(code, CODE_LENGTH)
    if stored is None:
        return None
    row = session.execute(_LIVE, {"code": stored}).one_or_none()
    if row is None:
        return None
    touchpoint_id, unit_id, unit_name, employee_id, survey_key, placement, channel, demo, address = row
    return LiveTouchpoint(
        touchpoint_id, stored, unit_id, unit_name, employee_id, survey_key, placement, Channel(channel), demo, address
    )


def read_stamp(session: Session) -> tuple[datetime | None, int, datetime | None]:
    """Return what differs once any touchpoint or unit was added or changed: whoever keeps `find_live` compares it."""
    newest, count, unit = session.execute(_STAMP).one()
    return newest, count, unit


def find_live_code(session: Session, touchpoint_id: uuid.UUID | None) -> str | None:
    """Return the code of a touchpoint, or None if it was revoked or there is none."""
    live = select(Touchpoint.code).where(Touchpoint.id == touchpoint_id, Touchpoint.revoked_at.is_(None))
    return session.scalar(live)


def get_touchpoint(session: Session, code: str, *, scope: Scope) -> Touchpoint:
    """Return the touchpoint with a code, live or revoked; raises NotFoundError if it is unknown or out of scope."""
    touchpoint = session.scalar(
        select(Touchpoint).where(
            Touchpoint.code == (read_code(code, CODE_LENGTH) or ""), scope.where(Touchpoint.unit_id)
        )
    )
    if touchpoint is None:
        raise NotFoundError("no touchpoint has this code")
    return touchpoint


def list_touchpoints(
    session: Session, *, scope: Scope, live: bool = True, after: uuid.UUID | None = None, limit: int = 50
) -> list[TouchpointRow]:
    """Return a page of touchpoints, the newest first; `after` is the id of the last one of the page before."""
    query = (
        select(
            Touchpoint.id,
            Touchpoint.code,
            Unit.code,
            Unit.name,
            Touchpoint.survey_key,
            Touchpoint.placement,
            Touchpoint.channel,
            Touchpoint.created_at,
            Touchpoint.revoked_at,
        )
        .join(Unit, Unit.id == Touchpoint.unit_id)
        .where(scope.where(Touchpoint.unit_id))
        .order_by(Touchpoint.id.desc())
        .limit(limit)
    )
    if live:
        query = query.where(Touchpoint.revoked_at.is_(None))
    if after is not None:
        query = query.where(Touchpoint.id < after)
    rows = session.execute(query)
    return [
        TouchpointRow(
            row_id, code, unit_code, unit_name, survey_key, placement, Channel(channel), created_at, revoked_at
        )
        for row_id, code, unit_code, unit_name, survey_key, placement, channel, created_at, revoked_at in rows
    ]


def add_touchpoint(
    session: Session,
    *,
    unit_id: uuid.UUID,
    survey_key: str,
    placement: str = "",
    channel: Channel = Channel.VISIT,
    employee_id: uuid.UUID | None = None,
    now: datetime,
) -> Touchpoint:
    """Return the live touchpoint of this unit, employee, survey and placement, made if there was none.

    One that exists keeps its channel. Raises NotFoundError for an unknown unit, InvalidPlacementError.
    """
    target = Target(unit_id, survey_key, read_placement(placement), channel, employee_id)
    code = _add(session, [unit_id], target, now=now)[unit_id]
    return get_touchpoint(session, code, scope=EVERYTHING)


def add_touchpoints(
    session: Session,
    unit_ids: Sequence[uuid.UUID],
    *,
    survey_key: str,
    placement: str = "",
    channel: Channel = Channel.VISIT,
    now: datetime,
) -> dict[uuid.UUID, str]:
    """Return the code of each unit's live touchpoint, those made that were missing; few statements for thousands."""
    if not unit_ids:
        return {}
    return _add(session, unit_ids, Target(unit_ids[0], survey_key, read_placement(placement), channel), now=now)


def existing_codes(
    session: Session, unit_ids: Sequence[uuid.UUID], *, survey_key: str, placement: str = ""
) -> dict[uuid.UUID, str]:
    """Return the codes in use of those units that have one for this survey and placement."""
    if not unit_ids:
        return {}
    return _existing_codes(session, unit_ids, Target(unit_ids[0], survey_key, read_placement(placement)))


def _add(session: Session, unit_ids: Sequence[uuid.UUID], target: Target, *, now: datetime) -> dict[uuid.UUID, str]:
    wanted = list(dict.fromkeys(unit_ids))
    codes = _existing_codes(session, wanted, target)
    missing = [unit_id for unit_id in wanted if unit_id not in codes]
    demo = _demo_marks(session, missing)
    if unknown := [unit_id for unit_id in missing if unit_id not in demo]:
        raise NotFoundError(f"no such unit: {unknown[0]}")
    for _ in range(_TURNS):
        if not missing:
            return {unit_id: codes[unit_id] for unit_id in wanted}
        _insert(session, missing, target, demo, now=now)
        # What somebody else added in the meantime is found here as well: the unique index let one of us win.
        codes.update(_existing_codes(session, missing, target))
        missing = [unit_id for unit_id in missing if unit_id not in codes]
    raise ConflictError("touchpoints are being added and revoked at the same time; try again")


def _insert(
    session: Session,
    unit_ids: Sequence[uuid.UUID],
    target: Target,
    demo: Mapping[uuid.UUID, bool],
    *,
    now: datetime,
) -> None:
    rows = [
        {
            "id": new_id(),
            "code": random_code(CODE_LENGTH),
            "unit_id": unit_id,
            "employee_id": target.employee_id,
            "survey_key": target.survey_key,
            "placement": target.placement,
            "channel": target.channel,
            "demo": demo[unit_id],
            "created_at": now,
            "updated_at": now,
        }
        for unit_id in unit_ids
    ]
    # Without a conflict target, so that the index of live touchpoints and a code drawn twice are both passed over.
    session.execute(upsert(session, Touchpoint).on_conflict_do_nothing(), rows)


def _existing_codes(session: Session, unit_ids: Sequence[uuid.UUID], target: Target) -> dict[uuid.UUID, str]:
    codes: dict[uuid.UUID, str] = {}
    for start in range(0, len(unit_ids), _BATCH):
        query = live_ones(unit_ids[start : start + _BATCH], target, target.placement)
        codes.update(
            (unit_id, code)
            for unit_id, code in session.execute(query.with_only_columns(Touchpoint.unit_id, Touchpoint.code))
        )
    return codes


def live_ones(unit_ids: Sequence[uuid.UUID], target: Target, placement: str) -> Select[Touchpoint]:
    """Return the query of the codes in use that stand where the target says, at any of the units."""
    return select(Touchpoint).where(
        Touchpoint.unit_id.in_(unit_ids),
        Touchpoint.employee_id == target.employee_id
        if target.employee_id is not None
        else Touchpoint.employee_id.is_(None),
        Touchpoint.survey_key == target.survey_key,
        Touchpoint.placement == placement,
        Touchpoint.revoked_at.is_(None),
    )


def _demo_marks(session: Session, unit_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Whether each unit is a demo unit: its codes go when the demo goes."""
    marks: dict[uuid.UUID, bool] = {}
    for start in range(0, len(unit_ids), _BATCH):
        rows = session.execute(select(Unit.id, Unit.demo).where(Unit.id.in_(unit_ids[start : start + _BATCH])))
        marks.update((unit_id, demo) for unit_id, demo in rows)
    return marks


def read_placement(text: str) -> str:
    """Return the placement in single spaces; raises InvalidPlacementError."""
    placement = " ".join(text.split())
    if len(placement) > PLACEMENT_LENGTH or not placement.isprintable():
        raise InvalidPlacementError(
            f"write where the code is, such as “hall poster”, in at most {PLACEMENT_LENGTH} plain characters",
            field="placement",
        )
    return placement


_TOUCHPOINT, _UNIT = table_of(Touchpoint).c, table_of(Unit).c
# Composed once, through Core: every scan and every tap asks it.
_LIVE = (
    select(
        _TOUCHPOINT.id,
        _TOUCHPOINT.unit_id,
        _UNIT.name,
        _TOUCHPOINT.employee_id,
        _TOUCHPOINT.survey_key,
        _TOUCHPOINT.placement,
        _TOUCHPOINT.channel,
        _TOUCHPOINT.demo,
        _UNIT.address,
    )
    .join_from(table_of(Touchpoint), table_of(Unit), _UNIT.id == _TOUCHPOINT.unit_id)
    .where(_TOUCHPOINT.revoked_at.is_(None), _TOUCHPOINT.code == bindparam("code"))
)
_STAMP = select(
    func.max(_TOUCHPOINT.updated_at), func.count(), select(func.max(_UNIT.updated_at)).scalar_subquery()
).select_from(table_of(Touchpoint))
