"""Many people at once: found or added, and looked up among those who must not be written to, in a few queries."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.contacts.models import AddressKind, Contact, Suppression, SuppressionReason
from app.contacts.service import find_or_add_contact
from app.contacts.suppression import find_suppression
from app.kit.crypto import Vault
from app.kit.db import table_of, upsert
from app.kit.i18n import Language
from app.kit.ids import new_id

_COLUMNS = {
    AddressKind.PHONE: Contact.phone_index,
    AddressKind.EMAIL: Contact.email_index,
    AddressKind.TELEGRAM: Contact.telegram_index,
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """How one person can be reached, as normalised as `find_or_add_contact` wants it; at least one is there."""

    phone: str | None = None
    email: str | None = None
    telegram: str | None = None
    language: Language | None = None
    demo: bool = False

    @property
    def given(self) -> dict[AddressKind, str]:
        """The addresses there are, the one that tells best who it is first."""
        pairs = (
            (AddressKind.PHONE, self.phone),
            (AddressKind.EMAIL, self.email),
            (AddressKind.TELEGRAM, self.telegram),
        )
        return {kind: value for kind, value in pairs if value}


def find_or_add_contacts(
    session: Session, vault: Vault, people: Sequence[Addresses], *, now: datetime
) -> list[Contact]:
    """Return a contact for each, in the order given, as `find_or_add_contact` would: locked, and used now.

    Locked in the order of their ids and added in that of their indexes, so that two callers with the same people wait
    for each other instead of locking each other out.
    """
    known = _find(session, vault, people)
    fresh: list[Addresses] = []
    claimed: set[bytes] = set()
    # Whoever is told with most addresses first: a later call by one of them is then known to be the same person's.
    for person in sorted(people, key=lambda person: -len(person.given)):
        indexes = {index for kind, value in person.given.items() for index in vault.blind_indexes(kind, value)}
        if indexes.isdisjoint(known) and indexes.isdisjoint(claimed):
            fresh.append(person)
        claimed |= indexes
    if fresh:
        _add(session, vault, fresh, now)
        known = _find(session, vault, people)
    found: list[Contact] = []
    for person in people:
        contact = next((c for kind, value in person.given.items() if (c := _known_as(known, vault, kind, value))), None)
        if contact is None or any(getattr(contact, f"{kind}_index") is None for kind in person.given):
            # Who has several addresses may turn out to be one of several people: rare, and left to the careful way.
            contact = find_or_add_contact(
                session,
                vault,
                phone=person.phone,
                email=person.email,
                telegram=person.telegram,
                language=person.language,
                now=now,
                demo=person.demo,
            )
            for kind in person.given:
                if (index := getattr(contact, f"{kind}_index")) is not None:
                    known[index] = contact
        contact.updated_at = now
        if person.language is not None:
            contact.language = person.language
        found.append(contact)
    return found


def find_suppressions(
    session: Session, vault: Vault, contacts: Iterable[Contact]
) -> dict[uuid.UUID, SuppressionReason]:
    """Return why people must not be written to, by contact, as `find_suppression` would; only those there is a why."""
    people = {contact.id: contact for contact in contacts}
    if len(vault.blind_indexes(AddressKind.PHONE, "")) > 1:  # keys are being rotated: look under the old ones too
        found = {contact_id: find_suppression(session, vault, contact) for contact_id, contact in people.items()}
        return {contact_id: reason for contact_id, reason in found.items() if reason is not None}
    owners: dict[bytes, uuid.UUID] = {}
    for contact_id, contact in people.items():
        for kind in AddressKind:
            if (index := getattr(contact, f"{kind}_index")) is not None:
                owners[index] = contact_id
    if not owners:
        return {}
    rows = session.execute(
        select(Suppression.address_index, Suppression.reason).where(Suppression.address_index.in_(list(owners)))
    )
    reasons: dict[uuid.UUID, set[str]] = {}
    for index, reason in rows:
        reasons.setdefault(owners[index], set()).add(reason)
    return {
        contact_id: next(reason for reason in SuppressionReason if reason in said)
        for contact_id, said in reasons.items()
    }


def _known_as(known: dict[bytes, Contact], vault: Vault, kind: AddressKind, value: str) -> Contact | None:
    return next((known[index] for index in vault.blind_indexes(kind, value) if index in known), None)


def _find(session: Session, vault: Vault, people: Sequence[Addresses]) -> dict[bytes, Contact]:
    """Return the contacts that have any of the addresses, by the index of each of their addresses."""
    wanted: dict[AddressKind, set[bytes]] = {}
    for person in people:
        for kind, value in person.given.items():
            wanted.setdefault(kind, set()).update(vault.blind_indexes(kind, value))
    if not wanted:
        return {}
    rows = session.scalars(
        select(Contact)
        .where(or_(*(_COLUMNS[kind].in_(indexes) for kind, indexes in wanted.items())))
        .order_by(Contact.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {
        index: contact
        for contact in rows
        for kind in wanted
        if (index := getattr(contact, f"{kind}_index")) is not None
    }


def _add(session: Session, vault: Vault, fresh: Sequence[Addresses], now: datetime) -> None:
    """Add them; whoever somebody else has just added is left alone."""
    shapes: dict[tuple[AddressKind, ...], list[tuple[list[bytes], dict[str, object]]]] = {}
    for person in fresh:
        contact_id = new_id()
        row: dict[str, object] = {
            "id": contact_id,
            "language": person.language,
            "demo": person.demo,
            "created_at": now,
            "updated_at": now,
        }
        indexes = []
        for kind, value in person.given.items():
            column, index = f"{kind}_enc", vault.blind_index(kind, value)
            row[column] = vault.encrypt(value, table="contact", column=column, row_id=contact_id)
            row[f"{kind}_index"] = index
            indexes.append(index)
        shapes.setdefault(tuple(person.given), []).append((indexes, row))
    for rows in shapes.values():  # those of one shape go in one statement
        ordered = [row for _, row in sorted(rows, key=lambda pair: pair[0])]
        session.execute(upsert(session, table_of(Contact)).on_conflict_do_nothing(), ordered)
