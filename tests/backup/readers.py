"""A row in every table of what readers did, of wishes and of improvements, odd values among them."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.callbacks.improvements.models import Improvement, Wish, WishWatermark
from app.kit.ids import new_id
from app.organisation.models import Employee
from app.responses.models import SurveyResponse
from app.responses.reading.models import CoachingItem, EmployeeThanks, ReadResponse, ResponseMark


def add_readers(session: Session, *, unit_id: uuid.UUID, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add everything that can be done about a response, and an improvement that it asked for."""
    response = session.scalars(select(SurveyResponse).order_by(SurveyResponse.id)).first()
    employee = session.scalars(select(Employee)).first()
    assert response is not None
    assert employee is not None
    response.read_at = now
    improvement = Improvement(
        id=new_id(),
        unit_id=unit_id,
        title="Chairs",
        description=odd,
        state="done",
        owner_id=user_id,
        done_kk=odd,
        shown=True,
        done_at=now,
        telling_since=now,
        created_at=now,
        updated_at=now,
    )
    session.add(improvement)
    session.flush()
    about = {"employee_id": employee.id, "response_id": response.id}
    session.add_all(
        [
            ReadResponse(response_id=response.id, read_by_id=user_id, read_at=now),
            ResponseMark(id=new_id(), response_id=response.id, kind="suspect", user_id=user_id, at=now, note=odd),
            CoachingItem(id=new_id(), **about, note=odd, done_note=odd, added_at=now, done_at=now, done_by_id=user_id),
            EmployeeThanks(id=new_id(), **about, thanked_at=now, note=odd),
            Wish(
                id=new_id(),
                unit_id=unit_id,
                response_id=response.id,
                state="gathered",
                found_by="lacking",
                said_at=now,
                improvement_id=improvement.id,
                untold="no_words",
            ),
            WishWatermark(id=1, touched_at=now, response_id=response.id, opened_at=now, case_id=new_id()),
        ]
    )
    session.flush()
