"""The table of files of answers that were taken in."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class ImportedFile(Base):
    """A file of answers that was taken in; the same bytes are recognised by their hash."""

    __tablename__ = "imported_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    source: Mapped[str]
    survey_key: Mapped[str]
    responses: Mapped[int]
    interactions: Mapped[int]
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"))
