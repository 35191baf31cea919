"""An interaction in the one form in which it is stored and compared."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

from app.invitations.drafts import InteractionDraft, hash_draft, read_draft
from app.invitations.models import Delivery
from app.kit.i18n import Language
from app.touchpoints.models import Channel
from tests.invitations.calls import VAULT

FULL = InteractionDraft(
    source=" pbx ",
    external_id="call-1",
    channel=Channel.CALL,
    unit="abay",
    ended_at=datetime(2026, 3, 4, 11, tzinfo=timezone(timedelta(hours=5))),
    employee="e1",
    phone="8 701 123 45 67",
    email="A@example.com",
    telegram_id="77",
    language=Language.KK,
    started_at=datetime(2026, 3, 4, 5, 58, tzinfo=UTC),
    wait_seconds=5,
    handle_seconds=90,
    topic="Счёт",
    answered=True,
    resolved=False,
    recording_url="https://example.com/1",
    tags=("vip", "жол"),
    delivery=Delivery.SELF,
    history=True,
    demo=True,
)
WRITTEN_OTHERWISE = {"source", "phone", "email"}


def test_nothing_that_was_told_is_left_behind() -> None:
    read = read_draft(FULL, region="KZ")

    assert {each.name for each in fields(FULL) if getattr(read, each.name) != getattr(FULL, each.name)} == (
        WRITTEN_OTHERWISE
    )
    assert all(getattr(FULL, each.name) != each.default for each in fields(FULL)), "a default would hide a loss"
    assert (read.source, read.phone, read.email) == ("pbx", "+77011234567", "a@example.com")


def test_what_was_told_before_an_upgrade_is_known_again_after_it() -> None:
    # Hashes are stored: told again, a call whose hash were another one would be refused as a contradiction.
    hashed = hash_draft(VAULT, read_draft(FULL, region="KZ"))
    assert hashed.hex() == "6f2f28f09dc5ac97da93bd12a27ef66d0fa97799da7e1b2f4ae7cac945961f47"
