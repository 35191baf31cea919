"""The audit: nobody changes or deletes an entry, administrators of the company search it."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.audit_search import AuditFilter, list_entries, walk_entries
from app.accounts.models import Role
from app.accounts.permissions import NotPermittedError
from app.kit.errors import InvalidInputError
from tests.callbacks.factories import acting, make_office, make_user


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'nothing'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_or_delete_an_entry(session: Session, now: datetime, statement: str) -> None:
    record(session, "user.added", now=now)
    session.flush()  # what is about to be changed
    with pytest.raises(IntegrityError, match="only ever added to"), session.begin_nested():
        session.execute(text(statement))
    assert session.scalar(text("SELECT count(*) FROM audit_entry WHERE action = 'user.added'")) == 1


def test_the_database_refuses_to_empty_the_audit(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return  # it has no TRUNCATE; DELETE is refused above
    with pytest.raises(IntegrityError, match="only ever added to"), session.begin_nested():
        session.execute(text("TRUNCATE audit_entry"))


def test_each_filter_finds_what_it_says(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    aigul = make_user(session, "Aigul", now=now)
    reader, about = acting(uuid.uuid4(), Role.ADMIN), str(uuid.uuid4())
    later = now + timedelta(days=2)
    record(session, "unit.moved", now=later, user_id=aigul.id, object_type="unit", object_id=office.id, address="::1")
    record(session, "callback.number_revealed", now=now, object_type="callback", object_id=about)
    table = {
        AuditFilter(who="aig example"): ["unit.moved"],
        AuditFilter(who="nobody at all"): [],
        AuditFilter(action="unit.moved"): ["unit.moved"],
        AuditFilter(object_type="callback"): ["callback.number_revealed"],
        AuditFilter(object_id=about): ["callback.number_revealed"],
        AuditFilter(address="::1"): ["unit.moved"],
        AuditFilter(since=later): ["unit.moved"],
        AuditFilter(until=later, object_id=about): ["callback.number_revealed"],
    }
    for wanted, expected in table.items():
        assert [line.action for line in list_entries(session, wanted, actor=reader).lines] == expected, wanted
    (moved,) = list_entries(session, AuditFilter(action="unit.moved"), actor=reader).lines
    assert (moved.who, moved.name, moved.address) == ("Aigul", "Office on Abay", "::1")


def test_pages_lead_through_all_entries_once(session: Session, now: datetime) -> None:
    reader = acting(uuid.uuid4(), Role.ADMIN)
    for number in range(5):  # some of the same instant
        record(session, "posters.asked", now=now + timedelta(seconds=number // 2), object_id=str(number))
    wanted, found, cursor = AuditFilter(action="posters.asked"), [], None
    for _ in range(3):
        page = list_entries(session, wanted, actor=reader, cursor=cursor, limit=2)
        found += [line.object_id for line in page.lines]
        cursor = page.older
    assert cursor is None
    assert sorted(found, key=str) == ["0", "1", "2", "3", "4"]
    assert [line.object_id for line in walk_entries(session, wanted, actor=reader)] == found
    with pytest.raises(InvalidInputError):
        list_entries(session, wanted, actor=reader, cursor="none of ours")


def test_only_administrators_of_the_whole_company_read_it(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    for actor in (
        acting(uuid.uuid4(), Role.MANAGER),
        acting(uuid.uuid4(), Role.ANALYST),
        acting(uuid.uuid4(), Role.ADMIN, office.id),
    ):
        with pytest.raises(NotPermittedError):
            list_entries(session, AuditFilter(), actor=actor)
