"""What the tests of the callback pages share: posting a form, and what stands in the database afterwards."""

import uuid

from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import StaffUser
from app.callbacks.models import CallbackCase, CaseEvent
from app.kit.db import Database
from tests.web.staff import email_of, form_token

LIST = "/manage/callbacks"
PHONE, SHOWN = "+77011234567", "+7 701 123 4567"
COMMENT = 'Forty minutes <script>alert("in line")</script> \u202eآ'


def post(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(f"{LIST}/{path}", data={"csrf_token": form_token(client), **fields})
    return answer.status_code, answer.text


def user_id_of(database: Database, name: str) -> uuid.UUID:
    with database.reading() as session:
        return session.scalars(select(StaffUser.id).where(StaffUser.email == email_of(name))).one()


def read_case_row(database: Database, case_id: uuid.UUID) -> CallbackCase:
    with database.reading() as session:
        return session.get_one(CallbackCase, case_id)


def kinds_of(database: Database, case_id: uuid.UUID) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)))
