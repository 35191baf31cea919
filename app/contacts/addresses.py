"""The addresses of a contact that messengers give and take: a chat becomes somebody's, moves on, or is forgotten."""

from sqlalchemy.orm import Session

from app.contacts.models import AddressKind, Contact
from app.contacts.service import find_contact_by
from app.kit.crypto import Vault


def forget_address(session: Session, contact: Contact, kind: AddressKind) -> None:
    """Let the contact be without the address from now on."""
    setattr(contact, f"{kind}_enc", None)
    setattr(contact, f"{kind}_index", None)
    session.flush()  # the index is free for whoever has the address next


def move_address(session: Session, vault: Vault, contact: Contact, kind: AddressKind, value: str) -> None:
    """Make the (normalised) address the contact's own, in place of another and of another contact that had it.

    Whoever holds the person's own link and writes from the chat is the person; who had the chat before is not any more.
    """
    other = find_contact_by(session, vault, kind, value, for_update=True)
    if other is not None and other.id == contact.id:
        return
    if other is not None:
        forget_address(session, other, kind)
    column = f"{kind}_enc"
    setattr(contact, column, vault.encrypt(value, table="contact", column=column, row_id=contact.id))
    setattr(contact, f"{kind}_index", vault.blind_index(kind, value))
    session.flush()  # the index says at once if somebody was faster
