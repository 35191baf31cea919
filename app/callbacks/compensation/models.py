"""The table of what was given or proposed."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class CompensationState(StrEnum):
    """Where a compensation stands; `approved` ones count in the totals."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Compensation(Base):
    """One compensation of a case. `amount` is in hundredths of `currency`; `kind` a key of `config/callbacks.yaml`."""

    __tablename__ = "compensation"
    __table_args__ = (
        one_of("state", CompensationState),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_when"),
        CheckConstraint("length(note) <= 500", name="note_length"),
        Index("ix_compensation_case_id_proposed_at", "case_id", "proposed_at"),
        # Totals by unit and month, without a look at the rows.
        Index("ix_compensation_unit_totals", "unit_id", "state", "decided_at", "currency", "amount"),
        Index(
            "ix_compensation_pending",
            "proposed_at",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("callback_case.id", ondelete="CASCADE"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    # A thousand million of a currency (the most that the rules take) are more hundredths than 32 bits hold.
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    note: Mapped[str | None]
    state: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
