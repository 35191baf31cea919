"""Tables of surveys."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class SurveyVersion(Base):
    """One version of a survey as it was asked; never changed, so that an old answer can always be read."""

    __tablename__ = "survey_version"
    __table_args__ = (UniqueConstraint("key", "version"), CheckConstraint("version >= 1", name="version_from_one"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    version: Mapped[int]
    definition: Mapped[dict[str, Any]]
    stored_at: Mapped[datetime]
