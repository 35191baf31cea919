"""A file of answers that was taken in, and rows of one that is being taken in, odd values among them."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.imports.past.models import ImportedFile, StagedAnswer, StagedRow
from app.kit.ids import new_id


def add_imported_files(session: Session, *, unit_id: uuid.UUID, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add a row to each table of imports of answers."""
    file_id, response_id = new_id(), new_id()
    session.add_all(
        [
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
            ),
            StagedRow(
                file_id=file_id,
                position=0,
                staged_at=now,
                channel="visit",
                unit_id=unit_id,
                ended_at=now,
                topic=odd,
                resolved=False,
                response_id=response_id,
                key_hash=b"\0\xff",
                rating=4,
                score=75.0,
                comment=odd,
                answered_at=now,
            ),
            StagedAnswer(
                id=new_id(),
                file_id=file_id,
                response_id=response_id,
                staged_at=now,
                question_key="wish",
                text=odd,
            ),
        ]
    )
    session.flush()
