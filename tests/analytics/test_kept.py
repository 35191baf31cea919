"""Saved views and planned reports: whose they are, who is offered them, and that each slot is sent once."""

import threading
import time
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role, StaffGrant
from app.accounts.permissions import NotPermittedError
from app.accounts.scope import EVERYTHING, Scope
from app.analytics.kept.models import Every, ReportPlan, ReportSending, SendingState
from app.analytics.kept.plans import (
    MOST_PLANS,
    PlanDraft,
    PlanNotFoundError,
    list_plans,
    list_readers,
    plan_report,
    remove_plan,
)
from app.analytics.kept.schedule import Rhythm
from app.analytics.kept.sendings import (
    end_report,
    find_waiting_report,
    forget_sendings,
    queue_due_reports,
)
from app.analytics.kept.views import (
    MOST_VIEWS,
    ViewDraft,
    ViewNotFoundError,
    change_view,
    list_views,
    remove_view,
    save_view,
)
from app.kit.db import Database
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.outbox import OutboxRow
from tests.callbacks.factories import acting, make_office, make_user

ALMATY = ZoneInfo("Asia/Almaty")
# Wednesdays at eleven, which is when the tests take place.
NOW_ALREADY = Rhythm(Every.WEEK, 3, 11 * 60)
NOBODY = acting(uuid.uuid4(), Role.MANAGER)


class Place:
    """Two offices, and somebody in each of them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.here, self.there = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
        self.reader = make_user(session, "Aigul", now=now, unit_id=self.here.id, role=Role.ANALYST)
        self.other = make_user(session, "Bolat", now=now, unit_id=self.there.id)
        self.own = acting(self.reader.id, Role.ANALYST, self.here.id)
        self.others = acting(self.other.id, Role.MANAGER, self.there.id)


@pytest.fixture
def place(session: Session, now: datetime) -> Place:
    return Place(session, now)


def draft(name: str = "Ours", unit_id: uuid.UUID | None = None, **facts: bool) -> ViewDraft:
    return ViewDraft(name, "/manage/figures", "period=year", unit_id, **facts)


def test_of_two_forms_of_one_name_sent_at_once_the_second_is_told_that_it_is_taken(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        own = Place(session, now).own
    told: list[str] = []

    def save_too() -> None:
        try:
            with database.transaction() as session:
                save_view(session, draft(), own, now=now)
        except InvalidInputError as error:
            told.append(error.code)

    second = threading.Thread(target=save_too)
    with database.transaction() as session:
        save_view(session, draft(), own, now=now)
        second.start()
        time.sleep(0.3)  # by now it has looked for the name, and found none
    second.join()

    assert told == ["name_taken"]


def test_a_shared_view_is_offered_to_whoever_may_see_its_unit(session: Session, place: Place, now: datetime) -> None:
    save_view(session, draft("of here", place.here.id, shared=True), place.own, now=now)
    save_view(session, draft("of all", shared=True), place.own, now=now)
    save_view(session, draft("mine", place.here.id), place.own, now=now)
    stranger = uuid.uuid4()
    table = [
        (place.reader.id, Scope(frozenset({place.here.id})), ["mine", "of all", "of here"]),
        (stranger, Scope(frozenset({place.here.id})), ["of all", "of here"]),
        (stranger, Scope(frozenset({place.there.id})), ["of all"]),
        (stranger, EVERYTHING, ["of all", "of here"]),
    ]
    for user_id, scope, names in table:
        assert [view.name for view in list_views(session, user_id, scope)] == names
    assert {view.by for view in list_views(session, stranger, EVERYTHING)} == {place.reader.name}


def test_a_shared_view_is_offered_only_to_whom_its_address_works(session: Session, place: Place, now: datetime) -> None:
    stranger = uuid.uuid4()
    several = ViewDraft("several", "/manage/figures", "unit=Office&period=year", None)
    old = save_view(session, several, place.own, now=now)
    with pytest.raises(InvalidInputError, match="choose one unit"):
        save_view(session, replace(several, name="shared", shared=True), place.own, now=now)
    with pytest.raises(InvalidInputError, match="choose one unit"):
        change_view(session, old.id, place.own, name="several", shared=True, now=now)
    old.shared = True  # as it could be before
    by_name = ViewDraft("by name", "/manage/figures", "unit=Abay+street&period=year", place.here.id, shared=True)
    save_view(session, by_name, place.own, now=now)

    offered = list_views(session, stranger, EVERYTHING)

    assert [(view.name, view.address) for view in offered] == [
        ("by name", f"/manage/figures?unit={place.here.code}&period=year")
    ]
    own = [view.address for view in list_views(session, place.reader.id, EVERYTHING)]
    assert own[-1] == "/manage/figures?unit=Office&period=year"


def test_nobody_saves_a_view_of_a_unit_beyond_theirs_or_touches_anothers(
    session: Session, place: Place, now: datetime
) -> None:
    with pytest.raises(NotFoundError):
        save_view(session, draft(unit_id=place.there.id), place.own, now=now)
    with pytest.raises(NotPermittedError):
        save_view(session, draft(), type(NOBODY)(NOBODY.user_id, ()), now=now)
    view = save_view(session, draft(shared=True), place.own, now=now)
    with pytest.raises(ViewNotFoundError):
        change_view(session, view.id, place.others, name="Theirs", shared=True, now=now)
    with pytest.raises(ViewNotFoundError):
        remove_view(session, view.id, place.others, now=now)


def test_a_name_is_one_line_is_not_taken_twice_and_has_an_end(session: Session, place: Place, now: datetime) -> None:
    save_view(session, draft(" a\n b "), place.own, now=now)
    save_view(session, draft("a b"), place.others, now=now)
    for name, code in [("a b", "name_taken"), (" \x00 ", "empty"), ("x" * 81, "too_long"), ("x" * 10**6, "too_long")]:
        with pytest.raises(InvalidInputError) as refused:
            save_view(session, draft(name), place.own, now=now)
        assert refused.value.code == code
    for number in range(MOST_VIEWS - 1):
        save_view(session, draft(f"view {number}"), place.own, now=now)
    with pytest.raises(InvalidInputError) as refused:
        save_view(session, draft("one more"), place.own, now=now)
    assert refused.value.code == "too_many"


def test_sharing_and_its_end_are_written_down(session: Session, place: Place, now: datetime) -> None:
    view = save_view(session, draft(), place.own, now=now)
    change_view(session, view.id, place.own, name="Renamed", shared=True, now=now)
    change_view(session, view.id, place.own, name="Renamed again", shared=True, now=now)
    remove_view(session, view.id, place.own, now=now)
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == str(view.id))).all()
    assert sorted(actions) == ["view.shared", "view.unshared"]


def plan(unit_id: uuid.UUID | None = None, rhythm: Rhythm = NOW_ALREADY) -> PlanDraft:
    return PlanDraft(unit_id, rhythm, Language.KK)


def test_a_report_is_planned_for_oneself_or_by_whoever_administers_the_reader(
    session: Session, place: Place, now: datetime
) -> None:
    chief = acting(make_user(session, "Chief", now=now, role=Role.ADMIN).id, Role.ADMIN)
    mine = plan_report(session, place.reader.id, plan(place.here.id), place.own, now=now)
    plan_report(session, place.reader.id, plan(), chief, now=now)
    for actor in (place.others, acting(place.other.id, Role.ADMIN, place.there.id)):
        with pytest.raises(PlanNotFoundError):
            plan_report(session, place.reader.id, plan(), actor, now=now)
        with pytest.raises(PlanNotFoundError):
            remove_plan(session, mine.id, actor, now=now)
    # The reader's rights count, not those of whoever plans.
    with pytest.raises(NotFoundError):
        plan_report(session, place.reader.id, plan(place.there.id), chief, now=now)
    seen = {len(list_plans(session, who, now=now, zone=ALMATY)) for who in (place.own, chief)}
    assert seen == {2}
    assert list_plans(session, place.others, now=now, zone=ALMATY) == []
    assert [email for _, email in list_readers(session, place.others)] == [place.other.email]
    remove_plan(session, mine.id, chief, now=now)
    assert len(list_plans(session, place.own, now=now, zone=ALMATY)) == 1


def test_a_plan_has_a_day_that_there_is_and_there_are_not_too_many(
    session: Session, place: Place, now: datetime
) -> None:
    for rhythm in (Rhythm(Every.WEEK, 8, 0), Rhythm(Every.MONTH, 29, 0), Rhythm(Every.WEEK, 1, 1440)):
        with pytest.raises(InvalidInputError):
            plan_report(session, place.reader.id, plan(rhythm=rhythm), place.own, now=now)
    for minute in range(MOST_PLANS):
        plan_report(session, place.reader.id, plan(rhythm=Rhythm(Every.WEEK, 1, minute)), place.own, now=now)
    with pytest.raises(InvalidInputError) as refused:
        plan_report(session, place.reader.id, plan(rhythm=Rhythm(Every.WEEK, 2, 0)), place.own, now=now)
    assert refused.value.code == "too_many"


def test_a_slot_is_queued_once_however_often_it_is_looked_for(session: Session, place: Place, now: datetime) -> None:
    planned = plan_report(session, place.reader.id, plan(place.here.id), place.own, now=now - timedelta(days=1))
    later = now + timedelta(hours=1)
    assert [queue_due_reports(session, now=later, zone=ALMATY) for _ in range(2)] == [1, 0]
    assert session.scalars(select(OutboxRow.payload).where(OutboxRow.lane == "reports")).all() == [
        {"plan_id": str(planned.id), "slot": "2026-03-04"}
    ]
    assert queue_due_reports(session, now=now + timedelta(days=7), zone=ALMATY) == 1
    place.reader.active = False
    session.flush()
    assert queue_due_reports(session, now=now + timedelta(days=14), zone=ALMATY) == 0


def test_a_report_is_drawn_with_the_rights_that_its_reader_has_then(
    session: Session, place: Place, now: datetime
) -> None:
    planned = plan_report(session, place.reader.id, plan(place.here.id), place.own, now=now - timedelta(days=1))
    queue_due_reports(session, now=now, zone=ALMATY)
    slot = session.scalars(select(ReportSending.slot)).one()
    due = find_waiting_report(session, planned.id, slot, ALMATY)
    assert due is not None
    assert due.scope == Scope(frozenset({place.here.id}))
    assert (due.email, due.unit, due.language) == (place.reader.email, place.here, Language.KK)
    assert (due.period.first.isoformat(), due.period.last.isoformat()) == ("2026-02-23", "2026-03-01")
    session.delete(session.scalars(select(StaffGrant).where(StaffGrant.user_id == place.reader.id)).one())
    session.flush()
    due = find_waiting_report(session, planned.id, slot, ALMATY)
    assert due is not None
    assert due.scope is None
    end_report(session, planned.id, slot, SendingState.SKIPPED, failure="no_rights", now=now)
    assert find_waiting_report(session, planned.id, slot, ALMATY) is None
    assert forget_sendings(session, before=now + timedelta(days=1), limit=10) == 1
    assert session.get(ReportPlan, planned.id) is not None
