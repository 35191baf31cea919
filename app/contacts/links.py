"""The tokens that a person's messages carry: `/u/<token>` ends them, `t.me/<bot>?start=<token>` goes on there."""

import base64
import hmac
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.models import Contact
from app.kit.crypto import Vault, digest
from app.kit.errors import NotFoundError
from app.kit.link_tokens import hash_typed, link_token

_MAC = 12


def unsubscribe_token(vault: Vault, contact: Contact) -> str:
    """Return the 16 Crockford characters that end all sending to the person; their hash is kept with the contact."""
    token = link_token(vault, "unsubscribe", str(contact.id))
    if contact.unsubscribe_hash is None:
        contact.unsubscribe_hash = digest(token)
    return token


def get_by_unsubscribe(session: Session, token: str) -> Contact:
    """Return whose token it is; raises NotFoundError for anything else."""
    contact = session.scalars(select(Contact).where(Contact.unsubscribe_hash == hash_typed(token))).one_or_none()
    if contact is None:
        raise NotFoundError("no such link")
    return contact


def opt_in_token(vault: Vault, contact_id: uuid.UUID) -> str:
    """Return the start parameter (38 characters of base64url) by which a messenger's chat becomes this contact's."""
    mac = vault.derive_link("opt in", str(contact_id))[:_MAC]
    return base64.urlsafe_b64encode(contact_id.bytes + mac).decode().rstrip("=")


def read_opt_in(vault: Vault, token: str) -> uuid.UUID | None:
    """Return the contact's id if we made the token, or None."""
    try:
        raw = base64.urlsafe_b64decode(token[:64] + "=" * (-len(token[:64]) % 4))
    except ValueError:
        return None
    if len(raw) != 16 + _MAC:
        return None
    contact_id = uuid.UUID(bytes=raw[:16])
    right = vault.derive_link("opt in", str(contact_id))[:_MAC]
    return contact_id if hmac.compare_digest(raw[16:], right) else None
