"""What customers of the demo said the day after their case was closed; a few of the latest said no."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.callbacks.asking_back.links import token_hash
from app.callbacks.models import EventKind
from app.callbacks.rules.case_rules import CaseRules
from app.kit.crypto import Vault
from app.kit.ids import new_id

Row = dict[str, Any]
_ANSWERS = 0.55
# Of those who say that it is settled, how they rate it; the others rate it with a one or a two.
_RATINGS = (5, 5, 5, 4, 4, 4, 3, None)
_NO = 0.25
# Whoever said no lately has a case that is open again; the older ones were settled at once, as far as the demo goes.
_LATELY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asking:
    """How the demo's customers were asked."""

    vault: Vault
    rules: CaseRules
    dice: Random
    now: datetime


def ask_after(case: Row, asking: Asking) -> tuple[Row | None, list[Row]]:
    """Return the question after a closed case and what it adds to the timeline; None where nobody was asked.

    A case whose person says no is open again from that moment on: its row is changed.
    """
    rules, dice, now = asking.rules, asking.dice, asking.now
    ending = rules.find_outcome(case["outcome"])
    if ending is None or not ending.ask_back or case["contact_id"] is None:
        return None, []
    asked_at = case["closed_at"] + timedelta(hours=rules.asking_back.after_hours)
    if asked_at > now:
        return None, []
    question_id = new_id()
    row: Row = {
        "id": question_id,
        "case_id": case["id"],
        "round": 0,
        "contact_id": case["contact_id"],
        "token_hash": token_hash(asking.vault, question_id),
        "closed_at": case["closed_at"],
        "ask_at": asked_at,
        "answer_by": asked_at + timedelta(days=rules.asking_back.answer_by_days),
        "decided_at": asked_at,
        "channel": "sms",
        "asked_at": asked_at,
        "answered_at": None,
        "settled": None,
        "rating": None,
        "rated_at": None,
        "via": None,
        "demo": True,
    }
    events = [_event(case, EventKind.ASKED_BACK, asked_at, channel="sms", round=0)]
    answered_at = asked_at + timedelta(minutes=dice.randint(2, 400))
    if dice.random() > _ANSWERS or answered_at > now:
        return row, events
    settled = not (now - answered_at < _LATELY and dice.random() < _NO)
    rating = dice.choice(_RATINGS) if settled else dice.choice((1, 2))
    rated_at = answered_at if rating else None
    row |= {"answered_at": answered_at, "settled": settled, "via": "sms", "rating": rating, "rated_at": rated_at}
    events.append(_event(case, EventKind.ANSWERED_BACK, answered_at, settled=settled, via="sms", round=0))
    if not settled:
        events.append(_reopen(case, answered_at))
    return row, events


def _reopen(case: Row, at: datetime) -> Row:
    names = ("closed_at", "first_attempt_at", "first_attempt_due_at", "first_reached_at", "settle_due_at")
    over = {name: case[name].isoformat() for name in names if case[name]}
    over |= {name: case[name] for name in ("outcome", "cause", "settled", "attempts")}
    again = timedelta(hours=case["first_attempt_hours"] * 3)
    case |= dict.fromkeys(("closed_at", "closed_by_id", "outcome", "cause", "settled", "next_attempt_at"))
    case |= dict.fromkeys(("first_attempt_at", "first_reached_at", "first_attempt_warn_at", "settle_warn_at"))
    case |= {"attempts": 0, "reopenings": 1, "reopened_at": at, "claimed_at": at}
    case |= {"first_attempt_due_at": at + again, "settle_due_at": at + again * 3, "due_at": at + again}
    return _event(case, EventKind.REOPENED, at, reason="not_settled", **over)


def _event(case: Row, kind: EventKind, at: datetime, **details: Any) -> Row:
    return {
        "id": new_id(),
        "case_id": case["id"],
        "at": at,
        "kind": kind,
        "user_id": None,
        "note": None,
        "details": details,
    }
