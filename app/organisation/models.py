"""Tables of the organisation."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of

ROOT_CODE = "company"


class UnitKind(StrEnum):
    """What a unit is; only the words on screen depend on it."""

    COMPANY = "company"
    REGION = "region"
    CITY = "city"
    OFFICE = "office"
    DESK = "desk"
    CONTACT_CENTRE = "contact_centre"
    QUEUE = "queue"


class Unit(Base):
    """A node of the organisation. Empty `time_zone` and `hours` are inherited."""

    __tablename__ = "unit"
    __table_args__ = (
        one_of("kind", UnitKind),
        CheckConstraint("(parent_id IS NULL) = (kind = 'company')", name="only_the_company_has_no_parent"),
        CheckConstraint("latitude IS NULL OR (latitude BETWEEN -90 AND 90)", name="latitude_on_earth"),
        CheckConstraint("longitude IS NULL OR (longitude BETWEEN -180 AND 180)", name="longitude_on_earth"),
        Index("ix_unit_parent_id_name", "parent_id", "name"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    address: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    time_zone: Mapped[str | None]
    hours: Mapped[str | None]
    # What an import recognises the unit by on its second run: a map or firm id, else name + address + parent.
    source_key: Mapped[str | None] = mapped_column(unique=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class UnitAncestor(Base):
    """A unit and one of its ancestors; `distance` 0 is the unit itself."""

    __tablename__ = "unit_ancestor"
    __table_args__ = (Index("ix_unit_ancestor_ancestor_id", "ancestor_id", "unit_id"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    ancestor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    distance: Mapped[int]


class Employee(Base):
    """Somebody who serves customers; staff who sign in are users (accounts), not employees."""

    __tablename__ = "employee"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class UnitMove(Base):
    """Units hang elsewhere than before: whatever was counted for those above them is to be counted anew.

    Without a unit it was more than one. Deleted by whoever has counted.
    """

    __tablename__ = "unit_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID | None]
