"""Table of files between their dry run and the import itself."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, one_of


class DraftKind(StrEnum):
    """What the rows of a file are."""

    UNITS = "units"
    EMPLOYEES = "employees"
    RESPONSES = "responses"


class ImportDraft(Base):
    """A file that was sent in the browser, kept for a day so that what was tried is what is taken in."""

    __tablename__ = "import_draft"
    __table_args__ = (one_of("kind", DraftKind), Index("ix_import_draft_created_at", "created_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    content: Mapped[bytes]
    # How the columns are read: as the form was filled in.
    options: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
