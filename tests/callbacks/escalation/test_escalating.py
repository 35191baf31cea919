"""An unhappy customer's clock runs out: who is told, how often, and when it stops."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.permissions import Actor
from app.callbacks.closing import close_case
from app.callbacks.escalation.acknowledging import acknowledge_escalation, count_waiting, find_waiting, list_waiting
from app.callbacks.escalation.errors import EscalationNotFoundError, EscalationNotYoursError
from app.callbacks.escalation.escalating import AT_ONCE, escalate_cases, find_cases_up
from app.callbacks.escalation.models import Escalation, EscalationRule
from app.callbacks.escalation.reminding import remind_waiting
from app.callbacks.models import CallbackCase, CaseEvent, EventKind
from app.callbacks.states import CaseReason
from app.callbacks.working import claim_case
from app.jobs.periodic import JOBS, run_job
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow
from app.messaging.notices.models import Notice, NoticeKind
from tests.callbacks.escalation.tree import Tree, make_tree
from tests.callbacks.factories import RULES, acting

HOUR = timedelta(hours=1)
ESCALATION = RULES.escalation


@pytest.fixture
def tree(session: Session, now: datetime) -> Tree:
    """A manager of the office, of the city and of the region, and an administrator."""
    return peopled(session, now)


def peopled(session: Session, now: datetime) -> Tree:
    """A tree with a manager on three levels and an administrator of the company."""
    made = make_tree(session, now=now)
    made.stand("olga", "office")
    made.stand("cory", "city")
    made.stand("rauan", "region")
    made.stand("root", "company", Role.ADMIN)
    return made


def open_case(session: Session, tree: Tree, **clocks: object) -> CallbackCase:
    """A case of the office whose first attempt is due in 5 hours and which is to be settled in 9, by the clock."""
    now = tree.now
    values = {
        "first_attempt_warn_at": None,
        "first_attempt_due_at": None,
        "settle_warn_at": now + 8 * HOUR,
        "settle_due_at": now + 9 * HOUR,
        "due_at": now + 5 * HOUR,
    }
    case = CallbackCase(
        id=new_id(),
        unit_id=tree.units["office"],
        reason=CaseReason.LOW_RATING,
        opened_at=now,
        hurried_by="",
        attempts=0,
        reopenings=0,
        **{**values, **clocks},
    )
    session.add(case)
    session.flush()
    return case


def test_soon_goes_to_the_unit_and_late_climbs_one_step_at_a_time(session: Session, tree: Tree) -> None:
    case = open_case(
        session,
        tree,
        first_attempt_warn_at=tree.now + 4 * HOUR,
        first_attempt_due_at=tree.now + 5 * HOUR,
        promise_due_at=tree.now + 7 * HOUR,
    )
    for hour in range(12):
        run(session, tree, hours=hour)
        run(session, tree, hours=hour)  # stretches overlap
    assert told(session, tree, case) == [
        ("first_attempt_soon", "olga"),
        ("first_attempt_late", "cory"),
        ("promise_late", "rauan"),
        ("settle_soon", "olga"),
        ("settle_late", "root"),
    ]
    events = session.scalars(
        select(CaseEvent.details).where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.ESCALATED)
    ).all()
    assert {"rule": "settle_late", "to_user_id": str(tree.users["root"].id), "how": "admin"} in events
    assert len(events) == 5
    outbox = session.scalars(select(OutboxRow.payload).where(OutboxRow.kind == "case.escalated")).all()
    assert sorted(payload["rule"] for payload in outbox) == sorted(rule for rule, _ in told(session, tree, case))
    assert session.scalar(select(func.count()).where(Notice.kind == NoticeKind.CASE_ESCALATED)) == 5


def test_a_claimed_case_warns_its_claimer_and_climbs_from_where_they_stand(session: Session, tree: Tree) -> None:
    case = open_case(session, tree)
    case.claimed_by_id, case.claimed_at = tree.users["cory"].id, tree.now
    session.flush()
    for hour in (8, 9):
        run(session, tree, hours=hour)
    assert told(session, tree, case) == [("settle_soon", "cory"), ("settle_late", "rauan")]


def test_an_overdue_case_climbs_to_the_regions_owner_once(session: Session, now: datetime) -> None:
    tree = make_tree(session, now=now)
    tree.stand("cory", "city")
    tree.stand("own", "region")
    tree.stand("cem", "company")
    tree.owner("own", "region")
    case = open_case(session, tree)
    case.claimed_by_id, case.claimed_at = tree.users["cory"].id, now
    session.flush()
    for hour in range(9, 40):
        run(session, tree, hours=hour)
    assert told(session, tree, case) == [("settle_late", "own")]


def test_after_a_long_stop_one_late_message_is_told_and_the_rest_never(session: Session, tree: Tree) -> None:
    case = open_case(
        session,
        tree,
        first_attempt_warn_at=tree.now + HOUR,
        first_attempt_due_at=tree.now + 2 * HOUR,
        promise_due_at=tree.now + 3 * HOUR,
    )
    late = tree.now + timedelta(days=3)
    for minute in range(3):
        escalate_cases(session, ESCALATION, since=tree.now, now=late + timedelta(minutes=minute))
    assert told(session, tree, case) == [("settle_late", "cory")]


def test_what_was_tried_closed_or_told_of_is_left_alone(session: Session, tree: Tree) -> None:
    due = {"first_attempt_warn_at": tree.now, "first_attempt_due_at": tree.now + HOUR}
    tried = open_case(session, tree, **due, first_attempt_at=tree.now, next_attempt_at=tree.now + 3 * HOUR)
    closed = open_case(
        session, tree, **due, closed_at=tree.now, outcome="settled_on_site", cause="waiting", settled=True
    )
    run(session, tree, hours=2)
    assert told(session, tree, tried) == told(session, tree, closed) == []


def test_a_case_that_is_opened_anew_is_told_of_anew(session: Session, tree: Tree) -> None:
    case = open_case(session, tree)
    run(session, tree, hours=9)
    case.reopenings, case.settle_due_at = 1, tree.now + 20 * HOUR
    session.flush()
    run(session, tree, hours=20)
    assert told(session, tree, case) == [("settle_late", "cory"), ("settle_late", "cory")]


def test_of_two_managers_the_one_with_fewer_such_cases_hears(session: Session, tree: Tree) -> None:
    tree.stand("cora", "city")
    cases = [open_case(session, tree) for _ in range(4)]
    run(session, tree, hours=9)
    heard = [name for case in cases for _, name in told(session, tree, case)]
    assert sorted(map(str, heard)) == ["cora", "cora", "cory", "cory"]


def test_with_nobody_to_tell_the_escalation_still_stands(session: Session, now: datetime) -> None:
    tree = make_tree(session, now=now)
    case = open_case(session, tree)
    run(session, tree, hours=9)
    assert told(session, tree, case) == [("settle_late", None)]
    assert session.scalar(select(func.count()).where(OutboxRow.kind == "case.escalated")) == 1


def test_each_morning_until_it_was_seen(session: Session, tree: Tree) -> None:
    cases = [open_case(session, tree) for _ in range(2)]
    run(session, tree, hours=9)  # Wednesday, 20:00
    mornings = [tree.now + timedelta(hours=22.5, days=day) for day in range(6)]  # from Thursday 09:30 on
    for morning in mornings:
        remind_waiting(session, ESCALATION, now=morning - timedelta(minutes=1), limit=100)
        remind_waiting(session, ESCALATION, now=morning, limit=100)
    reminders = session.scalars(
        select(Notice).where(Notice.kind == NoticeKind.CASE_REMINDER).order_by(Notice.created_at)
    ).all()
    assert [notice.created_at for notice in reminders] == [mornings[day] for day in (0, 1, 4, 5)]  # not at the weekend
    assert {notice.user_id for notice in reminders} == {tree.users["cory"].id}
    assert {notice.params["cases"] for notice in reminders} == {2}
    for case in cases:
        row = session.scalars(select(Escalation).where(Escalation.case_id == case.id)).one()
        acknowledge_escalation(session, row.id, actor=as_user(tree, "cory", "city"), now=mornings[5])
    remind_waiting(session, ESCALATION, now=mornings[5] + timedelta(days=1), limit=100)
    assert session.scalar(select(func.count()).where(Notice.kind == NoticeKind.CASE_REMINDER)) == 4


@pytest.mark.parametrize("how", ["claimed", "closed"])
def test_working_or_closing_a_case_ends_the_reminders(session: Session, tree: Tree, how: str) -> None:
    case = open_case(session, tree)
    run(session, tree, hours=9)
    olga, cory, later = as_user(tree, "olga", "office"), as_user(tree, "cory", "city"), tree.now + 10 * HOUR
    assert count_waiting(session, actor=cory) == 1
    if how == "claimed":
        claim_case(session, case.id, actor=olga, now=later)
    else:
        close_case(session, case.id, actor=olga, rules=RULES, outcome="settled_on_site", cause="waiting", now=later)
    session.flush()
    assert count_waiting(session, actor=cory) == 0
    remind_waiting(session, ESCALATION, now=tree.now + timedelta(days=1), limit=100)
    assert session.scalars(select(Escalation.ended_at)).one() is not None
    assert session.scalar(select(func.count()).where(Notice.kind == NoticeKind.CASE_REMINDER)) == 0


def test_what_was_told_to_somebody_who_left_goes_to_the_next_person(session: Session, tree: Tree) -> None:
    open_case(session, tree)
    run(session, tree, hours=9)
    tree.users["cory"].active = False
    session.flush()
    remind_waiting(session, ESCALATION, now=tree.now + timedelta(days=1), limit=100)
    assert tree.name_of(session.scalars(select(Escalation.to_user_id)).one()) == "rauan"
    assert tree.name_of(session.scalars(select(Notice.user_id).where(Notice.kind == "case_reminder")).one()) == "rauan"


def test_whoever_was_told_says_that_they_saw_it(session: Session, tree: Tree) -> None:
    case = open_case(session, tree)
    run(session, tree, hours=9)
    row = session.scalars(select(Escalation)).one()
    cory = as_user(tree, "cory", "city")
    assert [waiting.case_id for waiting in list_waiting(session, actor=cory)] == [case.id]
    assert find_waiting(session, case.id, actor=cory) == row.id
    with pytest.raises(EscalationNotYoursError) as refused:
        acknowledge_escalation(session, row.id, actor=as_user(tree, "rauan", "region"), now=tree.now)
    assert refused.value.details["name"] == "cory"
    stranger = acting(tree.users["rauan"].id, Role.MANAGER, new_id())
    with pytest.raises(EscalationNotFoundError):
        acknowledge_escalation(session, row.id, actor=stranger, now=tree.now)
    for minutes in (0, 1):  # two taps
        acknowledge_escalation(session, row.id, actor=cory, now=tree.now + timedelta(minutes=minutes))
    assert row.acknowledged_at == tree.now
    kinds = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id)).all()
    assert kinds.count(EventKind.ACKNOWLEDGED) == 1
    assert list_waiting(session, actor=cory) == []


def test_whoever_keeps_the_roster_says_it_for_somebody_away(session: Session, tree: Tree) -> None:
    open_case(session, tree)
    run(session, tree, hours=9)
    row = session.scalars(select(Escalation)).one()
    acknowledge_escalation(session, row.id, actor=acting(tree.users["root"].id, Role.ADMIN), now=tree.now)
    assert row.acknowledged_at is not None


def test_two_workers_at_once_tell_of_each_case_once(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        tree = peopled(session, now)
        for _ in range(30):
            open_case(session, tree)
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        with database.transaction() as session:
            escalate_cases(session, ESCALATION, since=now, now=now + 9 * HOUR)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Escalation)) == 30
        assert session.scalar(select(func.count()).where(OutboxRow.kind == "case.escalated")) == 30
        assert session.scalar(select(func.count()).where(CaseEvent.kind == EventKind.ESCALATED)) == 30


def test_the_job_makes_up_for_a_run_that_died_and_takes_all_there_is(database: Database, now: datetime) -> None:
    job = next(job for job in JOBS if job.name == "escalate-cases")

    def at(moment: datetime) -> int | None:
        return run_job(database, job, worker="w", clock=lambda: moment)

    with database.transaction() as session:
        tree = peopled(session, now)
        for _ in range(AT_ONCE + 5):
            open_case(session, tree)
    assert at(now) == 0
    with pytest.raises(RuntimeError):
        run_job(database, job, worker="w", clock=_dies_after(now + 9 * HOUR))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Escalation)) == 0
    at(now + timedelta(days=1))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Escalation)) == AT_ONCE + 5


def test_a_clock_that_came_up_is_found_by_its_index(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        tree = peopled(session, now)
        rows = [
            open_case(
                session,
                tree,
                first_attempt_warn_at=now + number * HOUR,
                first_attempt_due_at=now + (number + 1) * HOUR,
                settle_warn_at=now + (number + 2) * HOUR,
                settle_due_at=now + (number + 3) * HOUR,
                promise_due_at=now + number * HOUR,
            )
            for number in range(2000)
        ]
        assert rows
        session.execute(text("ANALYZE"))
    for rule in EscalationRule:
        with database.reading() as session:
            plan = explain(session, rule, now + 100 * HOUR)
        index = {"promise_late": "promise_due"}.get(rule, rule.replace("soon", "warn").replace("late", "due"))
        assert f"ix_callback_case_{index}" in plan, plan
        assert "Seq Scan on callback_case" not in plan, plan
        assert "SCAN callback_case" not in plan, plan


def explain(session: Session, rule: EscalationRule, now: datetime) -> str:
    """Return how the database would find the cases of the rule."""
    query = find_cases_up(rule, since=now - timedelta(minutes=6), now=now).limit(AT_ONCE)
    dialect = session.get_bind().dialect
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    word = "EXPLAIN" if isinstance(dialect, postgresql.dialect) else "EXPLAIN QUERY PLAN"
    return "\n".join(str(tuple(row)) for row in session.connection().exec_driver_sql(f"{word} {compiled}"))


def run(session: Session, tree: Tree, *, hours: float) -> None:
    """Look at the clocks so many hours after the case was opened, at what came up in the hour before."""
    later = tree.now + hours * HOUR
    escalate_cases(session, ESCALATION, since=later - HOUR - timedelta(minutes=5), now=later)


def told(session: Session, tree: Tree, case: CallbackCase) -> list[tuple[str, str | None]]:
    """Return by which rule who was told of the case, in order."""
    rows = session.scalars(
        select(Escalation)
        .where(Escalation.case_id == case.id, Escalation.ended_at.is_(None))
        .order_by(Escalation.at, Escalation.id)
    )
    return [(row.rule, tree.name_of(row.to_user_id)) for row in rows]


def as_user(tree: Tree, name: str, level: str) -> Actor:
    """Return the manager of the level as somebody who acts."""
    return acting(tree.users[name].id, Role.MANAGER, tree.units[level])


def _dies_after(moment: datetime) -> Callable[[], datetime]:
    calls = iter(range(3))

    def clock() -> datetime:
        if next(calls) == 1:
            raise RuntimeError("kill -9")
        return moment

    return clock
