"""Who must not be written to: people who said stop, over all channels, and the company's own staff."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.contacts.models import AddressKind, Contact, Suppression, SuppressionReason
from app.contacts.service import read_address
from app.kit.crypto import UnreadableValueError, Vault
from app.kit.db import upsert


def suppress_address(
    session: Session,
    vault: Vault,
    kind: AddressKind,
    value: str,
    *,
    reason: SuppressionReason,
    via: str,
    now: datetime,
) -> None:
    """Write nothing to the (normalised) address any more; said twice is said once."""
    _suppress(session, [(kind, vault.blind_index(kind, value))], reason, via, now)


def opt_out(session: Session, contact: Contact, *, via: str, now: datetime) -> None:
    """End all sending to the person, by every address that we know."""
    _suppress(session, _indexes(contact), SuppressionReason.OPTED_OUT, via, now)


def opt_in(session: Session, contact: Contact) -> int:
    """Take an opt-out back, by every address of the person, and return how many addresses that freed."""
    indexes = [index for _, index in _indexes(contact)]
    gone = delete(Suppression).where(
        Suppression.address_index.in_(indexes), Suppression.reason == SuppressionReason.OPTED_OUT
    )
    return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def lift_suppression(
    session: Session, vault: Vault, kind: AddressKind, value: str, *, reason: SuppressionReason
) -> bool:
    """Let the address be written to again as far as this reason goes, and tell whether it stood in the way."""
    gone = delete(Suppression).where(
        Suppression.address_index.in_(vault.blind_indexes(kind, value)), Suppression.reason == reason
    )
    return int(session.execute(gone).rowcount) > 0  # type: ignore[attr-defined]


def find_suppression(session: Session, vault: Vault, contact: Contact) -> SuppressionReason | None:
    """Return why the person must not be written to, an opt-out before all else, or None.

    While keys are rotated an address may have been suppressed under an older index: all of them are looked up.
    """
    indexes = {index for _, index in _indexes(contact)}
    for kind in AddressKind:
        with suppress(UnreadableValueError):
            value = read_address(vault, contact, kind)
            indexes.update(vault.blind_indexes(kind, value) if value else ())
    if not indexes:
        return None
    found = session.scalars(select(Suppression.reason).where(Suppression.address_index.in_(indexes))).all()
    return next((reason for reason in SuppressionReason if reason in found), None)


def _indexes(contact: Contact) -> list[tuple[AddressKind, bytes]]:
    pairs = ((kind, getattr(contact, f"{kind}_index")) for kind in AddressKind)
    return [(kind, index) for kind, index in pairs if index is not None]


def _suppress(
    session: Session,
    addresses: list[tuple[AddressKind, bytes]],
    reason: SuppressionReason,
    via: str,
    now: datetime,
) -> None:
    rows = [
        {"address_index": index, "reason": reason, "kind": kind, "via": via, "created_at": now}
        for kind, index in addresses
    ]
    if rows:
        session.execute(upsert(session, Suppression).on_conflict_do_nothing(), rows)
