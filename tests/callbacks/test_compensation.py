"""Compensation: who may give how much, who approves, and that two never decide both."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry, Role, StaffGrant
from app.accounts.permissions import Grant, NotPermittedError
from app.callbacks.compensation.amounts import InvalidAmountError, read_amount
from app.callbacks.compensation.approvers import choose_approvers
from app.callbacks.compensation.authority import Standing, find_standing, limit_of
from app.callbacks.compensation.giving import (
    PROPOSED,
    AboveAuthorityError,
    CaseFreeError,
    CompensationDecidedError,
    CompensationNotFoundError,
    OwnProposalError,
    decide_compensation,
    propose_compensation,
    withdraw_compensation,
)
from app.callbacks.compensation.models import Compensation, CompensationState
from app.callbacks.compensation.totals import MOST_PENDING, list_pending
from app.callbacks.errors import CaseNotFoundError, CaseTakenError
from app.callbacks.models import CaseEvent
from app.callbacks.working import claim_case
from app.kit.ids import new_id
from app.kit.outbox import OutboxRow
from app.organisation.service import get_company
from tests.callbacks.factories import RULES, acting, make_case, make_office, make_user

OFFICE, CITY, COMPANY = (uuid.UUID(int=number) for number in (1, 2, 3))
ABOVE = {OFFICE: 0, CITY: 1, COMPANY: 2}


def test_standing_follows_from_the_role_and_from_where_it_is_granted() -> None:
    elsewhere = uuid.UUID(int=9)
    table: list[tuple[list[tuple[Role, uuid.UUID]], Standing | None]] = [
        ([(Role.MANAGER, OFFICE)], Standing.MANAGER),
        ([(Role.MANAGER, CITY)], Standing.LEADER),
        ([(Role.MANAGER, OFFICE), (Role.MANAGER, COMPANY)], Standing.LEADER),
        ([(Role.ADMIN, OFFICE)], Standing.ADMIN),
        ([(Role.MANAGER, CITY), (Role.ADMIN, COMPANY)], Standing.ADMIN),
        ([(Role.ANALYST, COMPANY)], None),
        ([(Role.ADMIN, elsewhere)], None),
        ([], None),
    ]
    for held, expected in table:
        grants = [Grant(role, unit_id, whole_company=False) for role, unit_id in held]
        assert find_standing(grants, ABOVE) is expected, held
    limits = [limit_of(standing, RULES.compensation.authority) for standing in (None, *Standing)]
    assert limits == [0, 500_000, 2_500_000, 20_000_000]


@pytest.mark.parametrize(
    ("typed", "hundredths"),
    [("5000", 500_000), ("5 000", 500_000), ("5\u00a0000,5", 500_050), ("0.01", 1), ("1'234.56", 123_456)],
)
def test_amounts_are_read_as_people_type_them(typed: str, hundredths: int) -> None:
    assert read_amount(typed) == hundredths


@pytest.mark.parametrize("typed", ["", "0", "0,00", "-5", "five", "5.000.000", "1,234,567", "٥", "1" * 20, "5e3"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAmountError):
        read_amount(typed)


def test_within_the_authority_it_is_given_at_once_and_above_it_waits(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    manager = make_user(session, "Aigul", now=now)
    leader = make_user(session, "Bolat", now=now)
    case = make_case(session, office.id, now=now)
    me = acting(manager.id, unit_id=office.id)
    claim_case(session, case.id, actor=me, now=now)

    small = propose_compensation(session, case.id, actor=me, rules=RULES, kind="bonus", amount=500_000, now=now)
    large = propose_compensation(session, case.id, actor=me, rules=RULES, kind="refund", amount=500_001, now=now)
    assert (small.state, large.state) == (CompensationState.APPROVED, CompensationState.PENDING)
    with pytest.raises(AboveAuthorityError):
        propose_compensation(session, case.id, actor=me, rules=RULES, kind="refund", amount=20_000_001, now=now)

    above = acting(leader.id, unit_id=get_company(session).id)
    with pytest.raises(OwnProposalError):
        decide_compensation(session, large.id, actor=me, rules=RULES, approve=True, now=now)
    decided = decide_compensation(session, large.id, actor=above, rules=RULES, approve=True, note="Fair", now=now)
    assert (decided.state, decided.decided_by_id) == (CompensationState.APPROVED, leader.id)
    late: list[Callable[[], object]] = [
        lambda: decide_compensation(session, large.id, actor=above, rules=RULES, approve=False, now=now),
        lambda: withdraw_compensation(session, large.id, actor=me, now=now),
    ]
    for act in late:
        with pytest.raises(CompensationDecidedError):
            act()
    kinds = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()
    assert kinds[-3:] == ["compensation_approved", "compensation_proposed", "compensation_approved"]
    audited = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == str(large.id))).all()
    assert sorted(audited) == ["compensation.approved", "compensation.pending"]


def test_a_colleague_cannot_approve_what_is_above_their_own_authority(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    manager, colleague = (make_user(session, name, now=now).id for name in ("Aigul", "Bolat"))
    case = make_case(session, office.id, now=now)
    me, other = acting(manager, unit_id=office.id), acting(colleague, unit_id=office.id)
    claim_case(session, case.id, actor=me, now=now)
    large = propose_compensation(session, case.id, actor=me, rules=RULES, kind="refund", amount=600_000, now=now)
    with pytest.raises(AboveAuthorityError):
        decide_compensation(session, large.id, actor=other, rules=RULES, approve=True, now=now)
    with pytest.raises(CompensationNotFoundError):
        withdraw_compensation(session, large.id, actor=other, now=now)
    withdrawn = withdraw_compensation(session, large.id, actor=me, now=now)
    assert withdrawn.state == CompensationState.WITHDRAWN


def test_only_who_works_the_case_or_a_leader_proposes(session: Session, now: datetime) -> None:
    office, elsewhere = make_office(session, now=now), make_office(session, now=now, name="Office on Satpayev")
    holder, other = (make_user(session, name, now=now).id for name in ("Aigul", "Bolat"))
    case = make_case(session, office.id, now=now)

    def propose(**who: object) -> None:
        actor = acting(other, **who)  # type: ignore[arg-type]
        propose_compensation(session, case.id, actor=actor, rules=RULES, kind="gift", amount=1, now=now)

    with pytest.raises(CaseFreeError):
        propose(unit_id=office.id)
    claim_case(session, case.id, actor=acting(holder, unit_id=office.id), now=now)
    with pytest.raises(CaseTakenError):
        propose(unit_id=office.id)
    with pytest.raises(CaseNotFoundError):
        propose(unit_id=elsewhere.id)
    with pytest.raises(NotPermittedError):
        propose(role=Role.ANALYST)
    propose(unit_id=get_company(session).id)


def test_two_taps_give_once_and_the_same_again_later_is_given_again(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    case = make_case(session, office.id, now=now)
    me = acting(make_user(session, "Aigul", now=now).id, unit_id=get_company(session).id)

    def give(seconds: int, amount: int = 500) -> uuid.UUID:
        at = now + timedelta(seconds=seconds)
        given = propose_compensation(session, case.id, actor=me, rules=RULES, kind="gift", amount=amount, now=at)
        return given.id

    first = give(0)
    assert give(1) == first
    assert give(2, amount=600) != first
    assert give(11) != first


def test_the_largest_amount_that_the_rules_take_can_be_kept(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    case = make_case(session, office.id, now=now)
    me = acting(make_user(session, "Aigul", now=now).id, role=Role.ADMIN, unit_id=get_company(session).id)
    authority = RULES.compensation.authority.model_copy(update={"admin": 1_000_000_000.0})
    rich = RULES.model_copy(update={"compensation": RULES.compensation.model_copy(update={"authority": authority})})
    most = 100_000_000_000

    given = propose_compensation(session, case.id, actor=me, rules=rich, kind="refund", amount=most, now=now)
    session.refresh(given)
    assert given.amount == most


def test_the_nearest_people_whose_authority_covers_it_are_asked() -> None:
    authority = RULES.compensation.authority  # 5 000, 25 000 and 200 000
    mate, city, head, office_admin, admin = (uuid.UUID(int=number) for number in range(11, 16))
    held = {
        mate: [_grant(Role.MANAGER, OFFICE)],
        city: [_grant(Role.MANAGER, CITY)],
        head: [_grant(Role.MANAGER, OFFICE), _grant(Role.MANAGER, COMPANY)],
        office_admin: [_grant(Role.ADMIN, OFFICE)],
        admin: [_grant(Role.ADMIN, COMPANY)],
    }
    table = [
        (held, 600_000, [head]),
        ({user: held[user] for user in (mate, city, admin)}, 600_000, [city]),
        ({user: held[user] for user in (mate, head, admin)}, 600_000, [head]),
        ({user: held[user] for user in (mate, admin)}, 600_000, [admin]),
        (held, 2_500_001, [office_admin]),
        ({user: held[user] for user in (city, admin)}, 2_500_001, [admin]),
        ({mate: held[mate]}, 600_000, []),
    ]
    for people, amount, expected in table:
        assert choose_approvers(people, ABOVE, amount=amount, authority=authority) == expected, (people, amount)


def test_a_proposal_tells_whom_to_ask_and_never_who_proposed(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    me = make_user(session, "Aigul", unit_id=office.id, now=now)
    make_user(session, "Bolat", unit_id=office.id, now=now)  # her mate may give no more than she
    make_user(session, "Chingiz", unit_id=get_company(session).id, role=Role.ANALYST, now=now)
    leader = make_user(session, "Dana", now=now)
    admin = make_user(session, "Erlan", role=Role.ADMIN, now=now)
    case = make_case(session, office.id, now=now)
    asked = []
    for proposer, amount in ((me, 600_000), (leader, 2_600_000)):
        actor = acting(proposer.id, unit_id=_unit_of(session, proposer.id))
        if proposer is me:
            claim_case(session, case.id, actor=actor, now=now)
        propose_compensation(session, case.id, actor=actor, rules=RULES, kind="refund", amount=amount, now=now)
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == PROPOSED).order_by(OutboxRow.id.desc())).first()
        assert row is not None
        asked.append(row.payload["to_user_ids"])
    assert asked == [[str(leader.id)], [str(admin.id)]]


def test_what_is_beyond_ones_authority_does_not_hide_what_waits_for_one(session: Session, now: datetime) -> None:
    office = make_office(session, now=now)
    proposer, leader = (make_user(session, name, now=now).id for name in ("Aigul", "Bolat"))
    case = make_case(session, office.id, now=now)

    def wait(amount: int, since: datetime) -> uuid.UUID:
        given = Compensation(
            id=new_id(),
            case_id=case.id,
            unit_id=office.id,
            kind="refund",
            amount=amount,
            currency="KZT",
            state=CompensationState.PENDING,
            proposed_at=since,
            proposed_by_id=proposer,
        )
        session.add(given)
        return given.id

    for _ in range(MOST_PENDING):
        wait(2_500_001, now - timedelta(days=1))
    mine = wait(2_500_000, now)
    session.flush()
    for user_id, unit_id, found in (
        (leader, get_company(session).id, [mine]),
        (leader, office.id, []),
        (proposer, get_company(session).id, []),
    ):
        pending = list_pending(session, actor=acting(user_id, unit_id=unit_id), rules=RULES)
        assert [row.id for row in pending] == found


def _grant(role: Role, unit_id: uuid.UUID) -> Grant:
    return Grant(role, unit_id, whole_company=False)


def _unit_of(session: Session, user_id: uuid.UUID) -> uuid.UUID:
    """Return the unit where the user holds a role."""
    return session.scalars(select(StaffGrant.unit_id).where(StaffGrant.user_id == user_id)).one()
