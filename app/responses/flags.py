"""What makes a response suspect; pure. Nothing is refused for it: it is kept, marked and shown apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class SuspectReason(StrEnum):
    """Why a response is out of the figures by default."""

    TOO_FAST = "too_fast"
    STALE_FORM = "stale_form"
    TRAP = "trap"
    ADDRESS_BURST = "address_burst"
    BURST = "burst"
    REPLAY = "replay"
    # An employee whose browser says that it has answered in this month: ten answers shall be ten people.
    REPEATED = "repeated"


class StaffMark(StrEnum):
    """What somebody who read the response found; it stands over every reason above, and beside them in the row."""

    MARKED = "marked"
    GENUINE = "genuine"


@dataclass(frozen=True, slots=True)
class SuspectLimits:
    """From `config/routing.yaml`; the rates are answers at one touchpoint in the last minute."""

    answered_within_seconds: float
    per_address_per_minute: int
    per_touchpoint_per_minute: int
    form_older_than_hours: float


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about an answer when it comes; counts are those before it."""

    form_age_seconds: float
    trap_filled: bool
    from_address: int
    at_touchpoint: int


def suspect_reasons(signals: Signals, limits: SuspectLimits) -> list[SuspectReason]:
    """Return every reason to doubt the answer, none for an ordinary one."""
    found = {
        SuspectReason.TOO_FAST: signals.form_age_seconds < limits.answered_within_seconds,
        SuspectReason.STALE_FORM: signals.form_age_seconds > limits.form_older_than_hours * 3600,
        SuspectReason.TRAP: signals.trap_filled,
        SuspectReason.ADDRESS_BURST: signals.from_address >= limits.per_address_per_minute,
        SuspectReason.BURST: signals.at_touchpoint >= limits.per_touchpoint_per_minute,
    }
    return [reason for reason, applies in found.items() if applies]


def put_mark(stored: str, mark: StaffMark) -> str:
    """Return the stored form with the mark of staff in place of an earlier one; the reasons stay."""
    reasons = [reason for reason in stored.split(",") if reason and reason not in set(StaffMark)]
    return ",".join([*reasons, mark])


def is_suspect(stored: str) -> bool:
    """Tell whether a response with these reasons is out of the figures: staff have the last word."""
    reasons = set(filter(None, stored.split(",")))
    return bool(reasons) and StaffMark.GENUINE not in reasons


def join_reasons(old: str, new: Sequence[SuspectReason]) -> str:
    """Return the stored form, comma-separated, each reason once."""
    return ",".join(dict.fromkeys([*filter(None, old.split(",")), *new]))
