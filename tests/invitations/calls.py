"""A place where calls end, a desk that asks about them, and calls with defaults."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.invitations.drafts import InteractionDraft
from app.invitations.rules import DeliveryPolicy, read_delivery
from app.invitations.service import AskDesk
from app.kit.crypto import DataKey, Vault
from app.kit.i18n import Language
from app.messaging.models import MessagingChannel
from app.organisation.service import add_unit, find_unit, get_company, sync_company
from app.touchpoints.models import Channel
from tests.conftest import NOW
from tests.respondents import SURVEYS

VAULT = Vault([DataKey("t1", bytes(range(32)))])
POLICY = """
surveys: {call: call-follow-up, visit: office-visit, chat: call-follow-up}
delay_minutes: {call: 5, visit: 60}
quiet_hours: {start: "21:00", end: "09:00"}
countries: [KZ, KG]
channels: [telegram, whatsapp, viber, sms, email]
currency: KZT
prices: {sms: 17}
"""


def policy(more: str = "") -> DeliveryPolicy:
    """Return the policy of the tests with more keys, which replace those of the same name."""
    names = {line.split(":")[0] for line in more.splitlines() if line and not line.startswith(" ")}
    kept = [line for line in POLICY.splitlines() if line.split(":")[0] not in names]
    return read_delivery("\n".join([*kept, more]).encode(), "delivery.yaml")


def ask_desk(more: str = "", **changes: Any) -> AskDesk:
    """Return a desk with every channel but those left out."""
    values: dict[str, Any] = {
        "vault": VAULT,
        "policy": policy(more),
        "channels": frozenset(MessagingChannel),
        "surveys": SURVEYS,
        "phone_region": "KZ",
        "language": Language.RU,
        "company": "Otklik",
        **changes,
    }
    return AskDesk(**values)


def call(**changes: Any) -> InteractionDraft:
    """Return a call that ended a minute ago."""
    values: dict[str, Any] = {
        "source": "pbx",
        "external_id": "call-1",
        "channel": Channel.CALL,
        "unit": "abay",
        "phone": "+77011234567",
        "ended_at": NOW - timedelta(minutes=1),
        **changes,
    }
    return InteractionDraft(**values)


def make_place(session: Session, *, code: str = "abay", zone: str = "Asia/Almaty") -> uuid.UUID:
    """Put an office of a city below the company and return its id; the city's code is `almaty`."""
    sync_company(session, name="Made-up Telecom", time_zone="Asia/Almaty", hours="Mo-Fr 09:00-18:00", now=NOW)
    city = find_unit(session, "almaty") or add_unit(
        session, name="Almaty", kind="city", code="almaty", parent_id=get_company(session).id, now=NOW
    )
    return add_unit(
        session, name=f"Office {code}", kind="office", code=code, parent_id=city.id, time_zone=zone, now=NOW
    ).id
