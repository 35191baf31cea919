"""Cases between colleagues: handed over, merged, done in numbers, taken by urgency; what is promised stays."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role, StaffUser
from app.accounts.permissions import NotPermittedError
from app.accounts.scope import EVERYTHING, Scope
from app.callbacks.bulk import BulkAct, BulkKind, work_in_bulk
from app.callbacks.choosing import claim_most_urgent
from app.callbacks.closing import close_case, settle_on_site
from app.callbacks.deadlines import Deadline
from app.callbacks.earlier import list_same_person
from app.callbacks.errors import (
    CaseClosedError,
    CaseNotFoundError,
    CaseTakenError,
    InvalidWorkError,
    PromiseNotFoundError,
    PromiseOpenError,
    PromiseOverError,
)
from app.callbacks.handing_over import Taker, hand_over_case, list_takers
from app.callbacks.merging import merge_cases
from app.callbacks.models import CallbackCase, CallWindow, CaseEvent
from app.callbacks.promises import keep_promise, list_promises, make_promise, withdraw_promise
from app.callbacks.working import claim_case, reschedule_case
from app.kit.crypto import Vault
from app.kit.outbox import OutboxRow
from app.organisation.service import get_company
from tests.callbacks.factories import RULES, acting, make_case, make_contact, make_office, make_response, make_user

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _timeline(session: Session, case: CallbackCase) -> list[str]:
    session.flush()
    kinds = select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at, CaseEvent.id)
    return list(session.scalars(kinds))


def _last(session: Session, case: CallbackCase) -> CaseEvent:
    session.flush()
    events = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
    return session.scalars(events.limit(1)).one()


def test_case_is_given_to_a_colleague_who_sees_its_number_from_then_on(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    giver, taker = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now, unit_id=office.id)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)
    claim_case(session, case.id, actor=acting(giver.id, unit_id=office.id), now=now)

    hand_over_case(
        session,
        case.id,
        actor=acting(giver.id, unit_id=office.id),
        to_user_id=taker.id,
        note="She speaks Kazakh",
        now=now + HOUR,
    )

    assert (case.claimed_by_id, case.claimed_at) == (taker.id, now + HOUR)
    event = _last(session, case)
    assert (event.kind, event.note, event.details) == ("handed_over", "She speaks Kazakh", {"to": str(taker.id)})
    shown = session.scalars(select(AuditEntry).where(AuditEntry.user_id == taker.id)).one()
    assert (shown.action, shown.details) == ("callback.number_shown", {"how": "handed_over"})
    told = session.scalars(select(OutboxRow).where(OutboxRow.kind == "case.handed_over")).one()
    assert told.payload == {"case_id": str(case.id), "to_user_id": str(taker.id), "by_user_id": str(giver.id)}


def test_only_a_leader_gives_away_what_a_colleague_holds(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    holder, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    company = get_company(session).id
    allowed = {
        "a manager of the same office": (acting(other.id, Role.MANAGER, office.id), False),
        "an admin of the office": (acting(other.id, Role.ADMIN, office.id), True),
        "a manager above": (acting(other.id, Role.MANAGER, company), True),
        "a manager of the company": (acting(other.id), True),
    }
    for who, (actor, may) in allowed.items():
        case = make_case(session, office.id, now=now)
        claim_case(session, case.id, actor=acting(holder.id), now=now)
        if may:
            hand_over_case(session, case.id, actor=actor, to_user_id=other.id, note=None, now=now)
            assert _last(session, case).details == {"to": str(other.id), "held_by": str(holder.id)}, who
        else:
            with pytest.raises(CaseTakenError):
                hand_over_case(session, case.id, actor=actor, to_user_id=other.id, note=None, now=now)
            assert list_takers(session, case, actor=actor) == []


def test_case_is_given_only_to_active_people_who_may_work_the_unit(session: Session, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me = make_user(session, "Aigul", now=now)
    above, here = make_user(session, "Bolat", now=now), make_user(session, "Dana", now=now, unit_id=office.id)
    busy = make_case(session, elsewhere.id, now=now)
    claim_case(session, busy.id, actor=acting(above.id), now=now)
    wrong = [
        make_user(session, "Erlan", now=now, unit_id=elsewhere.id).id,
        make_user(session, "Gulnar", now=now, unit_id=office.id, role=Role.ANALYST).id,
        make_user(session, "Zarina", now=now, unit_id=office.id).id,
        uuid.uuid4(),
    ]
    gone = wrong[2]
    session.get_one(StaffUser, gone).active = False
    case = make_case(session, office.id, now=now)

    takers = list_takers(session, case, actor=acting(me.id))

    assert takers == [Taker(me.id, "Aigul", 0), Taker(above.id, "Bolat", 1), Taker(here.id, "Dana", 0)]
    for user_id in wrong:
        with pytest.raises(InvalidWorkError) as refused:
            hand_over_case(session, case.id, actor=acting(me.id), to_user_id=user_id, note=None, now=now)
        assert refused.value.code == "taker_unknown"
    assert case.claimed_by_id is None


def test_merged_cases_leave_one_that_is_as_urgent_as_the_most_urgent_of_them(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", now=now)
    contact = make_contact(session, vault, now=now)
    actor = acting(me.id)
    into = make_case(session, office.id, contact=contact, now=now)
    hasty = make_case(session, office.id, contact=contact, deadline=Deadline(1, 2), now=now)
    promised = make_case(session, office.id, contact=contact, now=now)
    hasty.call_window, hasty.hurried_by, into.hurried_by = CallWindow.EVENING, "vip", "repeated"
    promise = make_promise(session, promised.id, actor=actor, promise="A new router", due_at=now + 1.5 * HOUR, now=now)
    kept = make_promise(session, promised.id, actor=actor, promise="A text", due_at=now + HOUR, now=now)
    keep_promise(session, kept.id, actor=actor, now=now)

    merge_cases(session, into_id=into.id, other_ids=[hasty.id, promised.id, into.id], actor=actor, now=now + HOUR)

    for case in (hasty, promised):
        assert (case.closed_at, case.outcome, case.merged_into_id) == (now + HOUR, "duplicate", into.id)
        assert (case.settled, case.promise_due_at) == (False, None)
        assert _last(session, case).details["into"] == str(into.id)
    assert (into.closed_at, into.claimed_by_id) == (None, me.id)
    assert (into.first_attempt_due_at, into.settle_due_at) == (hasty.first_attempt_due_at, hasty.settle_due_at)
    assert (into.call_window, into.hurried_by) == ("evening", "repeated,vip")
    assert into.promise_due_at == now + 1.5 * HOUR
    assert into.due_at == hasty.first_attempt_due_at
    assert [one.id for one in list_promises(session, into.id)] == [promise.id]
    assert [one.id for one in list_promises(session, promised.id)] == [kept.id]
    assert _last(session, into).details == {"cases": sorted([str(hasty.id), str(promised.id)]), "promises": 1}
    with pytest.raises(PromiseOpenError):
        close_case(session, into.id, actor=actor, rules=RULES, outcome="settled", cause="other", now=now + HOUR)


def test_only_open_cases_of_one_person_that_are_mine_to_work_are_merged(
    session: Session, vault: Vault, now: datetime
) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    contact = make_contact(session, vault, now=now)
    actor = acting(me.id, unit_id=office.id)
    into = make_case(session, office.id, contact=contact, now=now)
    somebody = make_contact(session, vault, now=now, phone="+77017654321")
    closed, taken = (make_case(session, office.id, contact=contact, now=now) for _ in range(2))
    settle_on_site(session, closed.id, actor=actor, rules=RULES, cause="other", now=now)
    claim_case(session, taken.id, actor=acting(other.id), now=now)
    refused = {
        make_case(session, office.id, contact=somebody, now=now).id: InvalidWorkError,
        make_case(session, office.id, now=now).id: InvalidWorkError,
        make_case(session, elsewhere.id, contact=contact, now=now).id: CaseNotFoundError,
        closed.id: CaseClosedError,
        taken.id: CaseTakenError,
        into.id: InvalidWorkError,
    }
    for case_id, error in refused.items():
        with pytest.raises(error):
            merge_cases(session, into_id=into.id, other_ids=[case_id], actor=actor, now=now)
    assert _timeline(session, into) == ["opened"]


def test_other_cases_of_the_person_are_told_within_the_readers_scope(
    session: Session, vault: Vault, now: datetime
) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    contact = make_contact(session, vault, now=now)
    case = make_case(session, office.id, contact=contact, now=now)
    response = make_response(session, office.id, rating=2, comment="Again", now=now)
    free = make_case(session, office.id, contact=contact, response=response, now=now + HOUR)
    foreign = make_case(session, elsewhere.id, contact=contact, now=now + 2 * HOUR)
    make_case(session, office.id, contact=make_contact(session, vault, now=now, phone="+77017654321"), now=now)
    claim_case(session, case.id, actor=acting(me.id), now=now)
    claim_case(session, foreign.id, actor=acting(other.id), now=now)

    everywhere = list_same_person(session, case, EVERYTHING)
    here = list_same_person(session, case, Scope(frozenset({office.id})))

    assert [(one.id, one.unit_name, one.mergeable) for one in everywhere] == [
        (foreign.id, "Office on Satpayev", False),
        (free.id, "Office on Abay", True),
    ]
    assert [(one.id, one.rating, one.words) for one in here] == [(free.id, 2, "Again")]


def test_case_is_not_closed_while_a_promise_is_to_be_kept(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)
    actor = acting(me.id)
    later = make_promise(session, case.id, actor=actor, promise="A refund", due_at=now + 3 * DAY, now=now)
    first = make_promise(session, case.id, actor=actor, promise=" A call\r\n", due_at=now + HOUR, now=now)
    assert (case.promise_due_at, case.due_at) == (now + HOUR, now + HOUR)

    with pytest.raises(PromiseOpenError) as refused:
        settle_on_site(session, case.id, actor=actor, rules=RULES, cause="waiting", now=now)
    assert refused.value.details == {"promise_id": str(first.id), "promise": "A call", "at": now + HOUR}
    for _ in range(2):
        keep_promise(session, first.id, actor=actor, now=now)
        withdraw_promise(session, later.id, actor=actor, note="Paid otherwise", now=now)
    with pytest.raises(PromiseOverError):
        keep_promise(session, later.id, actor=actor, now=now)
    with pytest.raises(PromiseOverError):
        withdraw_promise(session, first.id, actor=actor, now=now)

    assert (case.promise_due_at, case.due_at) == (None, case.first_attempt_due_at)
    settle_on_site(session, case.id, actor=actor, rules=RULES, cause="waiting", now=now)
    assert (case.outcome, case.settled) == ("settled_on_site", True)
    kinds = ["opened", "claimed", "promised", "promised", "promise_kept", "promise_withdrawn", "closed"]
    assert _timeline(session, case) == kinds
    assert [one.still_open for one in list_promises(session, case.id)] == [False, False]


def test_promise_needs_words_and_a_time_that_can_be_meant(session: Session, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, now=now)
    for words, due_at, code in (
        ("  ", now + DAY, "promise_missing"),
        ("x" * 501, now + DAY, "promise_too_long"),
        ("A call", now, "time_out_of_range"),
        ("A call", now + 400 * DAY, "time_out_of_range"),
    ):
        with pytest.raises(InvalidWorkError) as refused:
            make_promise(session, case.id, actor=acting(me.id), promise=words, due_at=due_at, now=now)
        assert refused.value.code == code
    made = make_promise(session, case.id, actor=acting(me.id), promise="A call", due_at=now + DAY, now=now)
    for stranger, promise_id in ((acting(me.id, unit_id=elsewhere.id), made.id), (acting(me.id), uuid.uuid4())):
        with pytest.raises(PromiseNotFoundError):
            keep_promise(session, promise_id, actor=stranger, now=now)


def test_outcome_that_needs_a_number_is_refused_where_nobody_could_be_rung(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, now=now)

    with pytest.raises(InvalidWorkError) as refused:
        close_case(session, case.id, actor=acting(me.id), rules=RULES, outcome="settled", cause="other", now=now)

    assert (refused.value.field, refused.value.code) == ("outcome", "outcome_needs_number")


def test_settled_by_phone_counts_as_an_attempt_that_reached_somebody(
    session: Session, vault: Vault, now: datetime
) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)

    close_case(session, case.id, actor=acting(me.id), rules=RULES, outcome="settled", cause="other", now=now + HOUR)

    assert (case.first_attempt_at, case.first_reached_at) == (now + HOUR, now + HOUR)


def test_case_put_off_is_due_at_the_agreed_time_and_stays_free(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    case = make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)

    reschedule_case(session, case.id, actor=acting(me.id), at=now + DAY, note="At work until then", now=now)

    assert (case.due_at, case.claimed_by_id, case.first_attempt_at) == (now + DAY, None, None)
    event = _last(session, case)
    assert (event.kind, event.details) == ("rescheduled", {"at": (now + DAY).isoformat()})
    claim_case(session, case.id, actor=acting(other.id), now=now)
    with pytest.raises(CaseTakenError):
        reschedule_case(session, case.id, actor=acting(me.id), at=now + DAY, now=now)


def test_most_urgent_is_the_free_callback_that_is_due_first_where_i_work(
    session: Session, vault: Vault, now: datetime
) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me = make_user(session, "Aigul", now=now)
    contact = make_contact(session, vault, now=now)

    def case(hours: float, unit_id: uuid.UUID = office.id, *, number: bool = True) -> CallbackCase:
        return make_case(
            session, unit_id, contact=contact if number else None, deadline=Deadline(hours, hours), now=now
        )

    second, first, put_off, taken = case(5), case(3), case(1), case(2)
    foreign, _without_number = case(1, elsewhere.id), case(1, number=False)
    reschedule_case(session, put_off.id, actor=acting(me.id), at=now + HOUR, now=now)
    claim_case(session, taken.id, actor=acting(me.id), now=now)
    here = acting(me.id, unit_id=office.id)

    def take(at: datetime, unit_id: uuid.UUID | None = None) -> uuid.UUID | None:
        found = claim_most_urgent(session, actor=here, unit_id=unit_id, now=at)
        return found.id if found else None

    assert take(now, elsewhere.id) is None
    assert [take(now), take(now, office.id), take(now), take(now + HOUR)] == [first.id, second.id, None, put_off.id]
    assert foreign.claimed_by_id is None
    assert _timeline(session, first) == ["opened", "claimed"]
    with pytest.raises(NotPermittedError):
        claim_most_urgent(session, actor=acting(me.id, Role.ANALYST), now=now)


def test_one_step_for_many_does_what_it_can_and_tells_the_rest(session: Session, vault: Vault, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    contact = make_contact(session, vault, now=now)
    free, promised, closed, taken = (make_case(session, office.id, contact=contact, now=now) for _ in range(4))
    foreign = make_case(session, elsewhere.id, now=now)
    actor = acting(me.id, unit_id=office.id)
    make_promise(session, promised.id, actor=actor, promise="A call", due_at=now + HOUR, now=now)
    settle_on_site(session, closed.id, actor=actor, rules=RULES, cause="other", now=now)
    claim_case(session, taken.id, actor=acting(other.id), now=now)
    everything = [case.id for case in (free, promised, closed, taken, foreign, free)]
    act = BulkAct(BulkKind.CLOSE, outcome="not_ours", cause="price", note="One storm, one answer")

    result = work_in_bulk(session, everything, actor=actor, act=act, rules=RULES, now=now)

    assert result.done == [free.id]
    assert {(case_id, code) for case_id, code, _ in result.refused} == {
        (promised.id, "promise_open"),
        (closed.id, "case_closed"),
        (taken.id, "case_taken"),
        (foreign.id, "unknown_case"),
    }
    assert (free.outcome, free.cause) == ("not_ours", "price")
    assert _timeline(session, taken) == ["opened", "claimed"]


def test_each_kind_of_step_is_done_to_many(session: Session, vault: Vault, now: datetime) -> None:
    office = make_office(session, now=now)
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    cases = [make_case(session, office.id, now=now) for _ in range(2)]
    acts = [
        (BulkAct(BulkKind.CLAIM), "claimed"),
        (BulkAct(BulkKind.RELEASE), "released"),
        (BulkAct(BulkKind.RESCHEDULE, at=(now + DAY).replace(tzinfo=None)), "rescheduled"),
        (BulkAct(BulkKind.HAND_OVER, to_user_id=other.id), "handed_over"),
        (BulkAct(BulkKind.RELEASE), "released"),
    ]
    for act, _ in acts:
        result = work_in_bulk(session, [one.id for one in cases], actor=acting(me.id), act=act, rules=RULES, now=now)
        assert (len(result.done), result.refused) == (2, [])
    for case in cases:
        assert _timeline(session, case)[1:] == [kind for _, kind in acts]


def test_step_for_many_is_refused_as_a_whole_when_it_cannot_be_meant(session: Session, now: datetime) -> None:
    me = make_user(session, "Aigul", now=now, unit_id=make_office(session, now=now).id)
    some = [uuid.uuid4()]
    for case_ids, act, code in (
        ([], BulkAct(BulkKind.CLAIM), "no_cases"),
        ([uuid.uuid4() for _ in range(201)], BulkAct(BulkKind.CLAIM), "too_many_cases"),
        (some, BulkAct(BulkKind.HAND_OVER), "taker_unknown"),
        (some, BulkAct(BulkKind.RESCHEDULE), "time_missing"),
        (some, BulkAct(BulkKind.CLOSE, outcome="settled"), "outcome_missing"),
    ):
        with pytest.raises(InvalidWorkError) as refused:
            work_in_bulk(session, case_ids, actor=acting(me.id), act=act, rules=RULES, now=now)
        assert refused.value.code == code
    claims = BulkAct(BulkKind.CLAIM)
    with pytest.raises(NotPermittedError):
        work_in_bulk(session, some, actor=acting(me.id, Role.ANALYST), act=claims, rules=RULES, now=now)
