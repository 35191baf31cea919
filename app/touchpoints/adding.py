"""Codes for a unit, or for every unit of a kind below one: the command and the page ask here alike."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.scope import Scope
from app.kit.errors import NotFoundError
from app.organisation.models import Unit, UnitKind
from app.organisation.service import units_below
from app.organisation.tree import UnitClosedError
from app.touchpoints.models import Channel
from app.touchpoints.service import add_touchpoints, existing_codes

ADDED = "touchpoints.added"


class NoUnitsError(NotFoundError):
    """There is no open unit of that kind there; `details` name both."""

    code = "no_units"


@dataclass(frozen=True, slots=True)
class Plan:
    """What adding would do: these units, `existing` of which have such a code already."""

    units: Sequence[Unit]
    existing: int

    @property
    def missing(self) -> int:
        """How many codes would be made."""
        return len(self.units) - self.existing


def choose_units(session: Session, top: Unit, kind: UnitKind | None, *, scope: Scope) -> list[Unit]:
    """Return the unit alone, or the open ones of the kind among it and all below it, by name.

    Raises UnitClosedError, or NoUnitsError if there is none of that kind.
    """
    if kind is None:
        if top.closed_at is not None:
            raise UnitClosedError("a closed unit gets no new codes; reopen it first")
        return [top]
    units = [unit for unit in units_below(session, top.id, kind=kind, scope=scope) if unit.closed_at is None]
    if not units:
        raise NoUnitsError(
            f"there is no {kind.value} below {top.code}; `flask import units` brings them in",
            kind=kind.value,
            unit=top.code,
        )
    return units


def plan_codes(session: Session, units: Sequence[Unit], *, survey_key: str, placement: str) -> Plan:
    """Return what adding would do; raises InvalidPlacementError."""
    known = existing_codes(session, [unit.id for unit in units], survey_key=survey_key, placement=placement)
    return Plan(units, len(known))


def add_codes(
    session: Session,
    units: Sequence[Unit],
    *,
    survey_key: str,
    placement: str = "",
    channel: Channel = Channel.VISIT,
    by: uuid.UUID | None = None,
    now: datetime,
) -> tuple[dict[uuid.UUID, str], int]:
    """Return the code of each unit, those made that were missing, and how many were made; `by` None: the command line.

    One that exists keeps its channel. Raises InvalidPlacementError.
    """
    missing = plan_codes(session, units, survey_key=survey_key, placement=placement).missing
    codes = add_touchpoints(
        session,
        [unit.id for unit in units],
        survey_key=survey_key,
        placement=placement,
        channel=channel,
        now=now,
    )
    if missing:
        record(
            session,
            ADDED,
            now=now,
            user_id=by,
            object_type="survey",
            object_id=survey_key,
            details={"count": missing, "channel": channel.value},
        )
    return codes, missing
