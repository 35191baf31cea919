"""Find or add a contact by an address, record and withdraw a consent, read an address."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from app.contacts.consents import ConsentText
from app.contacts.models import AddressKind, Consent, Contact, Purpose
from app.kit.crypto import UnreadableValueError, Vault
from app.kit.db import upsert
from app.kit.errors import InvalidInputError, NotFoundError
from app.kit.i18n import Language
from app.kit.ids import new_id
from app.kit.phones import InvalidPhoneError


@dataclass(frozen=True, slots=True)
class AgreedText:
    """A text that people agreed to, by its hash: how many did, and when the first and the last one."""

    purpose: Purpose
    version: int
    language: Language
    text_hash: bytes
    count: int
    first_at: datetime
    last_at: datetime


def find_or_add_contact(
    session: Session,
    vault: Vault,
    *,
    phone: str | None = None,
    email: str | None = None,
    telegram: str | None = None,
    viber: str | None = None,
    language: Language | None,
    now: datetime,
    demo: bool = False,
) -> Contact:
    """Return the one contact that has an address of these, added if need be; at least one is given.

    A phone is E.164, as `kit.phones.normalise_phone` gives it, an e-mail as `kit.emails.read_email` does. The first
    address that is known tells who it is; the others are noted as the same person's unless they are already somebody's.
    The language is the one in which the person answered last. Two requests with a new address at once get one contact:
    the unique index makes the second insert do nothing. The contact is locked and counts as used now, so that a purge
    running beside either comes first, and the address is added anew, or leaves it alone. Raises InvalidPhoneError for a
    number in another form.
    """
    if phone is not None and not (phone.startswith("+") and phone[1:].isdigit()):
        raise InvalidPhoneError("a contact is kept by its number in E.164, such as +77011234567")
    pairs = [(AddressKind.PHONE, phone), (AddressKind.EMAIL, email)]
    pairs += [(AddressKind.TELEGRAM, telegram), (AddressKind.VIBER, viber)]
    given = {kind: value for kind, value in pairs if value}
    if not given:
        raise InvalidInputError("a contact needs an address: a number, an e-mail or the id of a messenger")
    contact = _find_any(session, vault, given)
    if contact is None:
        first, value = next(iter(given.items()))
        contact_id = new_id()
        values = {
            "id": contact_id,
            **_sealed(vault, contact_id, first, value),
            "language": language,
            "demo": demo,
            "created_at": now,
            "updated_at": now,
        }
        session.execute(
            upsert(session, Contact).values(values).on_conflict_do_nothing(index_elements=[f"{first}_index"])
        )
        contact = find_contact_by(session, vault, first, value, for_update=True)
        if contact is None:
            raise NotFoundError("the contact was deleted while it was being added; try again")
    for kind, value in given.items():
        _note_address(session, vault, contact, kind, value)
    contact.updated_at = now
    if language is not None:
        contact.language = language
    return contact


def _find_any(session: Session, vault: Vault, given: Mapping[AddressKind, str]) -> Contact | None:
    for kind, value in given.items():
        contact = find_contact_by(session, vault, kind, value, for_update=True)
        if contact is not None:
            return contact
    return None


def _note_address(session: Session, vault: Vault, contact: Contact, kind: AddressKind, value: str) -> None:
    """Keep the address with the contact unless it has one of the kind, or another contact has this one."""
    if getattr(contact, f"{kind}_index") is not None:
        return
    if find_contact_by(session, vault, kind, value) is not None:
        return
    for column, sealed in _sealed(vault, contact.id, kind, value).items():
        setattr(contact, column, sealed)
    session.flush()  # the index says at once if somebody was faster


def _sealed(vault: Vault, contact_id: uuid.UUID, kind: AddressKind, value: str) -> dict[str, bytes]:
    column = f"{kind}_enc"
    return {
        column: vault.encrypt(value, table="contact", column=column, row_id=contact_id),
        f"{kind}_index": vault.blind_index(kind, value),
    }


def find_contact(session: Session, vault: Vault, *, phone: str, for_update: bool = False) -> Contact | None:
    """Return the contact with the number (E.164), or None; while keys are rotated, under any of them."""
    return find_contact_by(session, vault, AddressKind.PHONE, phone, for_update=for_update)


def find_contact_by(
    session: Session, vault: Vault, kind: AddressKind, value: str, *, for_update: bool = False
) -> Contact | None:
    """Return the contact with the (normalised) address, or None; while keys are rotated, under any of them.

    With `for_update` it is locked and read as it is now, whatever the session has seen of it before.
    """
    indexes = vault.blind_indexes(kind, value)
    column = {
        AddressKind.PHONE: Contact.phone_index,
        AddressKind.EMAIL: Contact.email_index,
        AddressKind.TELEGRAM: Contact.telegram_index,
        AddressKind.VIBER: Contact.viber_index,
    }[kind]
    active_first = case({index: place for place, index in enumerate(indexes)}, value=column)
    query = select(Contact).where(column.in_(indexes)).order_by(active_first)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def read_phone(vault: Vault, contact: Contact) -> str:
    """Return the number in E.164; raises UnreadableValueError without the key, NotFoundError if there is no number."""
    phone = read_address(vault, contact, AddressKind.PHONE)
    if phone is None:
        raise NotFoundError("the contact has no number")
    return phone


def read_address(vault: Vault, contact: Contact, kind: AddressKind) -> str | None:
    """Return the address in the clear, or None if there is none; raises UnreadableValueError without the key."""
    sealed: bytes | None = getattr(contact, f"{kind}_enc")
    if sealed is None:
        return None
    value = vault.decrypt(sealed, table="contact", column=f"{kind}_enc", row_id=contact.id)
    # A row restored beside an address that is not its own would make us ring, or write to, a stranger.
    if getattr(contact, f"{kind}_index") not in vault.blind_indexes(kind, value):
        raise UnreadableValueError(f"a value in contact.{kind}_enc does not belong to its index")
    return value


def record_consent(
    session: Session,
    *,
    contact_id: uuid.UUID,
    purpose: Purpose,
    text: ConsentText,
    language: Language,
    company: str,
    via: str,
    now: datetime,
    since: datetime | None = None,
) -> Consent:
    """Write down that the person agreed, with the hash of the very text that was shown, and return the consent.

    With `since` one that was given from then on, to the same text in the same way, and still stands is returned as it
    is: a form sent again is no second agreement.
    """
    agreed = {
        "contact_id": contact_id,
        "purpose": purpose,
        "version": text.version,
        "language": language,
        "text_hash": text.hash(language, company),
        "via": via,
    }
    if since is not None:
        standing = session.scalars(
            select(Consent)
            .filter_by(**agreed, withdrawn_at=None)
            .where(Consent.given_at >= since)
            .order_by(Consent.given_at)
        ).first()
        if standing is not None:
            return standing
    consent = Consent(id=new_id(), **agreed, given_at=now, withdrawn_at=None)
    session.add(consent)
    session.flush()  # a case refers to it by a statement of its own
    return consent


def withdraw_consents(session: Session, *, contact_id: uuid.UUID, purpose: Purpose, now: datetime) -> int:
    """Withdraw whatever the person agreed to for the purpose and return how many consents that ended.

    The rows stay: they prove that calls made before were agreed to.
    """
    result = session.execute(
        update(Consent)
        .where(Consent.contact_id == contact_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def count_consents(session: Session) -> list[AgreedText]:
    """Return every text that was ever agreed to, the newest version first."""
    rows = session.execute(
        select(
            Consent.purpose,
            Consent.version,
            Consent.language,
            Consent.text_hash,
            func.count(),
            func.min(Consent.given_at),
            func.max(Consent.given_at),
        )
        .group_by(Consent.purpose, Consent.version, Consent.language, Consent.text_hash)
        .order_by(Consent.purpose, Consent.version.desc(), Consent.language, func.min(Consent.given_at))
    )
    return [
        AgreedText(Purpose(purpose), version, Language(language), text_hash, count, first_at, last_at)
        for purpose, version, language, text_hash, count, first_at, last_at in rows
    ]
