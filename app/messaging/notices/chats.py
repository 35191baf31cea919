"""The Telegram chat of a user: linked by a link that only they see, read to write to it, and unlinked."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import StaffUser
from app.kit.crypto import Vault, digest
from app.kit.db import upsert
from app.kit.ids import encode_crockford
from app.messaging.notices.models import StaffChat, StaffChatLink

# What a start parameter of staff begins with; those of customers never do.
PREFIX = "staff-"
LINK_LASTS = timedelta(minutes=15)
_BYTES = 15


def begin_link(session: Session, vault: Vault, user_id: uuid.UUID, *, now: datetime) -> str:
    """Return the start parameter of a new link for 15 minutes; an older one of the user opens nothing any more."""
    token = _derive(vault, user_id, now)
    values = {"token_hash": digest(token), "created_at": now, "expires_at": now + LINK_LASTS}
    session.execute(
        upsert(session, StaffChatLink)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )
    return token


def find_link(session: Session, vault: Vault, user_id: uuid.UUID, *, now: datetime) -> str | None:
    """Return the start parameter of the user's link while it opens a chat, or None; it is derived anew, not kept."""
    link = session.get(StaffChatLink, user_id)
    if link is None or link.expires_at <= now:
        return None
    return _derive(vault, user_id, link.created_at)


def take_link(session: Session, vault: Vault, token: str, chat: str, *, now: datetime) -> StaffUser | None:
    """Link the chat to whoever made the link, once, and return them; None for a link that opens nothing.

    A chat belongs to one user, and a user has one chat: what either had before goes.
    """
    user_id = session.scalar(
        delete(StaffChatLink)
        .where(StaffChatLink.token_hash == digest(token), StaffChatLink.expires_at > now)
        .returning(StaffChatLink.user_id)
        .execution_options(synchronize_session=False)
    )
    user = session.get(StaffUser, user_id) if user_id is not None else None
    if user is None or not user.active:
        return None
    held_by = find_chat_owner(session, vault, chat)
    if held_by is not None:
        _forget(session, held_by)
    _forget(session, user.id)
    session.add(
        StaffChat(
            user_id=user.id,
            chat_enc=vault.encrypt(chat, table="staff_chat", column="chat_enc", row_id=user.id),
            chat_index=vault.blind_index("staff chat", chat),
            linked_at=now,
        )
    )
    session.flush()  # the unique index decides here between two taps on one link
    record(session, "notices.chat_linked", now=now, user_id=user.id, object_type="user", object_id=user.id)
    return user


def find_chat(session: Session, user_id: uuid.UUID) -> StaffChat | None:
    """Return the user's chat, or None."""
    return session.get(StaffChat, user_id)


def read_chat_address(vault: Vault, chat: StaffChat) -> str:
    """Return the chat's id, to write to it; raises UnreadableValueError."""
    return vault.decrypt(chat.chat_enc, table="staff_chat", column="chat_enc", row_id=chat.user_id)


def find_chat_owner(session: Session, vault: Vault, chat: str) -> uuid.UUID | None:
    """Return whose chat it is, or None."""
    indexes = vault.blind_indexes("staff chat", chat)
    return session.scalars(select(StaffChat.user_id).where(StaffChat.chat_index.in_(indexes))).first()


def unlink_chat(session: Session, user_id: uuid.UUID, *, by: str, now: datetime) -> bool:
    """Forget the user's chat and tell whether there was one; `by` is who asked: `page`, `chat` or `blocked`."""
    if not _forget(session, user_id):
        return False
    details = {"by": by}
    record(
        session,
        "notices.chat_unlinked",
        now=now,
        user_id=user_id,
        object_type="user",
        object_id=user_id,
        details=details,
    )
    return True


def forget_links(session: Session, *, before: datetime) -> int:
    """Delete links that ended before the instant and return how many; few, so all at once."""
    result = session.execute(
        delete(StaffChatLink).where(StaffChatLink.expires_at < before).execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _forget(session: Session, user_id: uuid.UUID) -> bool:
    chat = session.get(StaffChat, user_id)
    if chat is None:
        return False
    session.delete(chat)
    session.flush()  # before another row takes its place
    return True


def _derive(vault: Vault, user_id: uuid.UUID, made_at: datetime) -> str:
    secret = vault.derive_link("staff chat link", f"{user_id} {made_at.timestamp():.6f}")
    return PREFIX + encode_crockford(secret[:_BYTES])
