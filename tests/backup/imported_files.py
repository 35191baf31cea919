"""A file of answers that was taken in, with an odd name."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.imports.past.models import ImportedFile
from app.kit.ids import new_id


def add_imported_files(session: Session, *, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add a row to the table of files of answers."""
    session.add(
        ImportedFile(
            id=new_id(),
            content_hash=bytes(range(32)),
            name=odd,
            source="pbx",
            survey_key="office-visit",
            responses=3,
            interactions=0,
            taken_at=now,
            taken_by_id=user_id,
        )
    )
    session.flush()
