"""Propose a compensation, approve or decline it, take it back."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.permissions import Actor, Permission
from app.callbacks.compensation.approvers import list_approvers
from app.callbacks.compensation.authority import Standing, find_standing, limit_of
from app.callbacks.compensation.models import Compensation, CompensationState
from app.callbacks.holding import get_case, hold_case, refuse_taken
from app.callbacks.models import CallbackCase, EventKind
from app.callbacks.rules.case_rules import CaseRules
from app.callbacks.timeline import write_event
from app.kit.errors import ConflictError, InvalidInputError, NotFoundError
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.organisation.models import UnitAncestor
from app.surveys.answers import read_text

_NOTE_LENGTH = 500
# Two taps on the button arrive as two requests; nobody means to give the very same twice so soon.
_TWO_TAPS = timedelta(seconds=10)
PROPOSED = "compensation.proposed"
DECIDED = "compensation.decided"


class CompensationNotFoundError(NotFoundError):
    """There is no such compensation, or it is another unit's."""

    code = "unknown_compensation"


class CaseFreeError(ConflictError):
    """Nobody works the case, so that nobody can say for it what should be given."""

    code = "case_free"


class CompensationDecidedError(ConflictError):
    """Somebody has decided about it meanwhile, or it was taken back."""

    code = "compensation_decided"


class AboveAuthorityError(ConflictError):
    """More than may be given: `limit` is up to how much, in hundredths, and `currency` of what."""

    code = "above_authority"

    def __init__(self, limit: int, currency: str) -> None:
        super().__init__("more than may be given", limit=limit, currency=currency)
        self.limit = limit
        self.currency = currency


class OwnProposalError(ConflictError):
    """Nobody approves what they proposed themselves."""

    code = "own_proposal"


class InvalidCompensationError(InvalidInputError):
    """What was written about a compensation cannot be taken; `field` says which."""

    code = "invalid_compensation"


def propose_compensation(
    session: Session,
    case_id: uuid.UUID,
    *,
    actor: Actor,
    rules: CaseRules,
    kind: str,
    amount: int,
    note: str | None = None,
    now: datetime,
) -> Compensation:
    """Give so much (hundredths), at once within the actor's authority, otherwise once somebody above has approved.

    Whoever works the case proposes, or a leader for them; the very same within ten seconds is given once. The nearest
    people whose authority covers it are asked. Raises AboveAuthorityError above what anybody may give,
    InvalidCompensationError, CaseFreeError, CaseTakenError, CaseClosedError, CaseNotFoundError.
    """
    case = hold_case(session, get_case(session, case_id, actor.scope(Permission.PROPOSE_COMPENSATION)))
    if kind not in {known.key for known in rules.compensation.kinds}:
        raise InvalidCompensationError("choose what is given", field="kind", code="kind_missing")
    if amount <= 0:
        raise InvalidCompensationError("write an amount above nothing", field="amount", code="invalid_amount")
    words = _read_note(note)
    standing = find_standing(actor.grants, distances_above(session, case.unit_id))
    if standing not in (Standing.LEADER, Standing.ADMIN):
        if case.claimed_by_id is None:
            raise CaseFreeError("claim the case first")
        refuse_taken(session, case, actor.user_id)
    _refuse_too_much(amount, Standing.ADMIN, rules)
    # The case is held: the second of two taps finds what the first one gave.
    same = _find_same(session, case.id, actor, kind=kind, amount=amount, note=words, since=now - _TWO_TAPS)
    if same is not None:
        return same
    within = amount <= limit_of(standing, rules.compensation.authority)
    given = Compensation(
        id=new_id(),
        case_id=case.id,
        unit_id=case.unit_id,
        kind=kind,
        amount=amount,
        currency=rules.compensation.currency,
        note=words,
        state=CompensationState.APPROVED if within else CompensationState.PENDING,
        proposed_at=now,
        proposed_by_id=actor.user_id,
        decided_at=now if within else None,
        decided_by_id=actor.user_id if within else None,
    )
    session.add(given)
    session.flush()  # the events below name it
    event = EventKind.COMPENSATION_APPROVED if within else EventKind.COMPENSATION_PROPOSED
    _note(session, given, event, actor, now=now, note=words)
    if not within:
        asked = list_approvers(
            session,
            case.unit_id,
            amount=amount,
            authority=rules.compensation.authority,
            proposed_by=actor.user_id,
        )
        told = {"compensation_id": str(given.id), "case_id": str(case.id), "unit_id": str(case.unit_id)}
        record_event(session, PROPOSED, {**told, "to_user_ids": [str(each) for each in asked]}, now=now)
    return given


def decide_compensation(
    session: Session,
    compensation_id: uuid.UUID,
    *,
    actor: Actor,
    rules: CaseRules,
    approve: bool,
    note: str | None = None,
    now: datetime,
) -> Compensation:
    """Approve or decline with one tap; of two who decide at once one does, the other is told.

    Raises OwnProposalError, AboveAuthorityError if it is more than the actor may give, CompensationDecidedError,
    CompensationNotFoundError.
    """
    given = _get(session, compensation_id, actor, Permission.APPROVE_COMPENSATION)
    if given.proposed_by_id == actor.user_id:
        raise OwnProposalError("somebody else has to decide about it")
    _refuse_too_much(given.amount, find_standing(actor.grants, distances_above(session, given.unit_id)), rules)
    words = _read_note(note)
    _end(session, given, CompensationState.APPROVED if approve else CompensationState.DECLINED, actor, now=now)
    event = EventKind.COMPENSATION_APPROVED if approve else EventKind.COMPENSATION_DECLINED
    _note(session, given, event, actor, now=now, note=words)
    told = {"compensation_id": str(given.id), "case_id": str(given.case_id), "to_user_id": str(given.proposed_by_id)}
    record_event(session, DECIDED, told, now=now)
    return given


def withdraw_compensation(session: Session, compensation_id: uuid.UUID, *, actor: Actor, now: datetime) -> Compensation:
    """Take back what waits for an approval: its proposer, or whoever may approve. Raises CompensationDecidedError."""
    given = _get(session, compensation_id, actor, Permission.PROPOSE_COMPENSATION)
    standing = find_standing(actor.grants, distances_above(session, given.unit_id))
    if given.proposed_by_id != actor.user_id and standing is Standing.MANAGER:
        raise CompensationNotFoundError("no such proposal of yours")
    _end(session, given, CompensationState.WITHDRAWN, actor, now=now)
    _note(session, given, EventKind.COMPENSATION_WITHDRAWN, actor, now=now)
    return given


def distances_above(session: Session, unit_id: uuid.UUID) -> Mapping[uuid.UUID, int]:
    """Return the unit and everything above it with how far above."""
    query = select(UnitAncestor.ancestor_id, UnitAncestor.distance).where(UnitAncestor.unit_id == unit_id)
    return {row.ancestor_id: row.distance for row in session.execute(query)}


def _find_same(
    session: Session, case_id: uuid.UUID, actor: Actor, *, kind: str, amount: int, note: str | None, since: datetime
) -> Compensation | None:
    return session.scalars(
        select(Compensation)
        .where(
            Compensation.case_id == case_id,
            Compensation.proposed_by_id == actor.user_id,
            Compensation.kind == kind,
            Compensation.amount == amount,
            Compensation.note == note,
            Compensation.state.in_([CompensationState.PENDING, CompensationState.APPROVED]),
            Compensation.proposed_at > since,
        )
        .order_by(Compensation.proposed_at)
        .limit(1)
    ).one_or_none()


def _get(session: Session, compensation_id: uuid.UUID, actor: Actor, permission: Permission) -> Compensation:
    found = session.scalars(
        select(Compensation)
        .where(Compensation.id == compensation_id, actor.scope(permission).where(Compensation.unit_id))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise CompensationNotFoundError("no such compensation")
    return found


def _end(session: Session, given: Compensation, state: CompensationState, actor: Actor, *, now: datetime) -> None:
    """One conditional UPDATE decides between two who decide at once."""
    won = session.scalar(
        update(Compensation)
        .where(Compensation.id == given.id, Compensation.state == CompensationState.PENDING)
        .values(state=state, decided_at=now, decided_by_id=actor.user_id)
        .returning(Compensation.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(given)
    if won is None:
        raise CompensationDecidedError("somebody has decided about it meanwhile", state=given.state)


def _refuse_too_much(amount: int, standing: Standing | None, rules: CaseRules) -> None:
    limit = limit_of(standing, rules.compensation.authority)
    if amount > limit:
        raise AboveAuthorityError(limit, rules.compensation.currency)


def _note(
    session: Session, given: Compensation, event: EventKind, actor: Actor, *, now: datetime, note: str | None = None
) -> None:
    case = session.get_one(CallbackCase, given.case_id)
    details = {"kind": given.kind, "amount": given.amount, "currency": given.currency}
    write_event(session, case.id, event, now=now, user_id=actor.user_id, note=note, **_named(details))
    record(
        session,
        f"compensation.{given.state}",
        now=now,
        user_id=actor.user_id,
        object_type="compensation",
        object_id=given.id,
        details={**details, "case_id": str(case.id), "unit_id": str(given.unit_id)},
    )


def _named(details: Mapping[str, object]) -> dict[str, object]:
    """`kind` of an event is the event's own, so that of the compensation goes by another name."""
    return {"given" if name == "kind" else name: value for name, value in details.items()}


def _read_note(note: str | None) -> str | None:
    words = read_text(note, "note") if note else None
    if words is not None and len(words) > _NOTE_LENGTH:
        raise InvalidCompensationError("500 characters fit", field="note", code="note_too_long")
    return words
