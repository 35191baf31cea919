"""A case of the demo as its row and its timeline, by the rules that the use cases of `callbacks` follow."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.callbacks.deadlines import when_due
from app.callbacks.models import AttemptResult, CallWindow, EventKind
from app.callbacks.norms import run_first_attempt, run_settlement
from app.callbacks.opening import norms_of
from app.callbacks.rules.case_rules import CaseRules
from app.demo.work import Attempt, Claim, Step
from app.kit.ids import new_id
from app.organisation.workdays import WorkingTime
from app.routing.rules import NextStep
from app.touchpoints.models import Channel

Row = dict[str, Any]
_REACHED = (AttemptResult.REACHED, AttemptResult.CALL_LATER)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was left with the consent to ring it, or the one that called us, without either."""

    contact_id: uuid.UUID
    consent_id: uuid.UUID | None
    window: CallWindow | None
    at: datetime


def case_rows(
    *,
    unit_id: uuid.UUID,
    response_id: uuid.UUID,
    answered_at: datetime,
    step: NextStep,
    works: WorkingTime,
    rules: CaseRules,
    channel: Channel,
    number: Number | None,
    work: Sequence[Step],
    worker_id: uuid.UUID,
    now: datetime,
) -> tuple[Row, list[Row]]:
    """Return the case and its events as they stand at `now`; steps still to come are left out."""
    if step.case is None or step.deadline is None:
        raise ValueError("this answer opens no case")
    # Asked for without a low rating, a case is opened by the number itself.
    opened_at = number.at if number and step.case == "requested" else answered_at
    case_id, events = new_id(), list[Row]()

    def note(
        kind: EventKind, at: datetime, *, by: uuid.UUID | None = None, words: str | None = None, **more: Any
    ) -> None:
        details = {name: value for name, value in more.items() if value is not None}
        events.append(
            {
                "id": new_id(),
                "case_id": case_id,
                "at": at,
                "kind": kind,
                "user_id": by,
                "note": words,
                "details": details,
            }
        )

    norms = norms_of(rules, step.deadline, channel, frozenset())
    window = number.window if number else None
    first = run_first_attempt(norms, works, start=number.at, window=window) if number else None
    settle = run_settlement(norms, works, start=opened_at, first_attempt=first)
    row: Row = {
        "id": case_id,
        "unit_id": unit_id,
        "response_id": response_id,
        "contact_id": number.contact_id if number else None,
        "consent_id": number.consent_id if number else None,
        "reason": step.case,
        "call_window": window,
        "opened_at": opened_at,
        "first_attempt_due_at": first.due_at if first else None,
        "first_attempt_warn_at": first.warn_at if first else None,
        "settle_due_at": settle.due_at,
        "settle_warn_at": settle.warn_at,
        "first_attempt_hours": step.deadline.first_attempt_hours,
        "settle_hours": step.deadline.settle_hours,
        "channel": channel,
        "attempts": 0,
        "first_reached_at": None,
        "settled": None,
        "first_attempt_at": None,
        "next_attempt_at": None,
        "claimed_by_id": None,
        "claimed_at": None,
        "closed_at": None,
        "closed_by_id": None,
        "outcome": None,
        "cause": None,
        "demo": True,
    }
    row["due_at"] = _due_at(row)
    requested = number is not None and opened_at == number.at
    note(EventKind.OPENED, opened_at, reason=step.case, number=requested)
    if number is not None and not requested:
        note(EventKind.NUMBER_ADDED, number.at, call_window=number.window, another_number=False)
    for each in work:
        if each.at > now:
            break
        if isinstance(each, Claim):
            row |= {"claimed_by_id": worker_id, "claimed_at": each.at}
            note(EventKind.CLAIMED, each.at, by=worker_id)
        elif isinstance(each, Attempt):
            row["first_attempt_at"] = row["first_attempt_at"] or each.at
            row["attempts"] += 1
            if each.result in _REACHED:
                row["first_reached_at"] = row["first_reached_at"] or each.at
            row["next_attempt_at"] = each.next_at
            row["due_at"] = _due_at(row)
            again = each.next_at.isoformat() if each.next_at else None
            note(EventKind.ATTEMPT, each.at, by=worker_id, words=each.note, result=each.result, next_attempt_at=again)
        else:
            row |= {"closed_at": each.at, "closed_by_id": worker_id, "outcome": each.outcome, "cause": each.cause}
            ending = rules.find_outcome(each.outcome)
            row |= {"next_attempt_at": None, "settled": ending is not None and ending.settled}
            note(EventKind.CLOSED, each.at, by=worker_id, words=each.note, outcome=each.outcome, cause=each.cause)
    return row, events


def _due_at(row: Row) -> datetime:
    return when_due(
        next_attempt_at=row["next_attempt_at"],
        first_attempt_due_at=row["first_attempt_due_at"],
        first_attempt_at=row["first_attempt_at"],
        settle_due_at=row["settle_due_at"],
    )
