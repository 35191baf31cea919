"""What is suspect, and what is not."""

import pytest

from app.responses.flags import Signals, SuspectLimits, SuspectReason, join_reasons, suspect_reasons

LIMITS = SuspectLimits(
    answered_within_seconds=2, per_address_per_minute=20, per_touchpoint_per_minute=60, form_older_than_hours=24
)
ORDINARY = {"form_age_seconds": 7.0, "trap_filled": False, "from_address": 3, "at_touchpoint": 5}


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, []),
        ({"form_age_seconds": 2.0}, []),
        ({"form_age_seconds": 1.9}, [SuspectReason.TOO_FAST]),
        ({"form_age_seconds": -3.0}, [SuspectReason.TOO_FAST]),  # two machines' clocks disagree
        ({"form_age_seconds": 24 * 3600.0}, []),
        ({"form_age_seconds": 24 * 3600 + 1.0}, [SuspectReason.STALE_FORM]),
        ({"trap_filled": True}, [SuspectReason.TRAP]),
        ({"from_address": 19}, []),
        ({"from_address": 20}, [SuspectReason.ADDRESS_BURST]),
        ({"at_touchpoint": 60, "from_address": 20}, [SuspectReason.ADDRESS_BURST, SuspectReason.BURST]),
    ],
)
def test_only_what_is_odd_is_suspect(changed: dict[str, float], reasons: list[SuspectReason]) -> None:
    assert suspect_reasons(Signals(**{**ORDINARY, **changed}), LIMITS) == reasons  # type: ignore[arg-type]


def test_reasons_add_up_without_repeating() -> None:
    first = join_reasons("", [SuspectReason.TOO_FAST])
    assert join_reasons(first, [SuspectReason.REPLAY, SuspectReason.TOO_FAST]) == "too_fast,replay"
