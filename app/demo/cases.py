"""A case of the demo as its row and its timeline, by the rules that the use cases of `callbacks` follow."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.callbacks.deadlines import add_working_hours, when_due
from app.callbacks.models import CallWindow, EventKind
from app.demo.answers import Place
from app.demo.work import Attempt, Claim, Step
from app.kit.ids import new_id
from app.routing.rules import NextStep

Row = dict[str, Any]


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
    place: Place,
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

    def due(start: datetime, hours: float) -> datetime:
        return add_working_hours(start, hours, place.hours, place.zone)

    row: Row = {
        "id": case_id,
        "unit_id": unit_id,
        "response_id": response_id,
        "contact_id": number.contact_id if number else None,
        "consent_id": number.consent_id if number else None,
        "reason": step.case,
        "call_window": number.window if number else None,
        "opened_at": opened_at,
        "first_attempt_due_at": due(number.at, step.deadline.first_attempt_hours) if number else None,
        "settle_due_at": due(opened_at, step.deadline.settle_hours),
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
            row["next_attempt_at"] = each.next_at
            row["due_at"] = _due_at(row)
            again = each.next_at.isoformat() if each.next_at else None
            note(EventKind.ATTEMPT, each.at, by=worker_id, words=each.note, result=each.result, next_attempt_at=again)
        else:
            row |= {"closed_at": each.at, "closed_by_id": worker_id, "outcome": each.outcome, "cause": each.cause}
            row["next_attempt_at"] = None
            note(EventKind.CLOSED, each.at, by=worker_id, words=each.note, outcome=each.outcome, cause=each.cause)
    return row, events


def _due_at(row: Row) -> datetime:
    return when_due(
        next_attempt_at=row["next_attempt_at"],
        first_attempt_due_at=row["first_attempt_due_at"],
        first_attempt_at=row["first_attempt_at"],
        settle_due_at=row["settle_due_at"],
    )
