"""Tell somebody at the e-mail address that was theirs until a moment ago: whoever took the account over changed it."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.crypto import Vault
from app.kit.ids import new_id
from app.messaging.notices.models import Notice, NoticeKind, NoticeState, NoticeWay
from app.messaging.notices.telling import write_notices

_FORMER = "former_enc"


def tell_at_former_email(
    session: Session, *, vault: Vault, user_id: uuid.UUID, email: str, change: str, now: datetime
) -> None:
    """Write the notice, due at once; the address is kept with it, encrypted."""
    notice_id = new_id()
    sealed = vault.encrypt(email, table="notice", column=_FORMER, row_id=notice_id)
    row = {
        "id": notice_id,
        "user_id": user_id,
        "kind": NoticeKind.SIGN_IN_CHANGED,
        "way": NoticeWay.EMAIL,
        "subject_id": None,
        "params": {"change": change, _FORMER: sealed.hex()},
        "once_key": None,
        "for_digest": False,
        "state": NoticeState.WAITING,
        "created_at": now,
        "due_at": now,
    }
    write_notices(session, [row], now=now)


def read_former_email(vault: Vault, notice: Notice) -> str | None:
    """Return the former address that the notice is for, or None if it goes to the user's own."""
    sealed = notice.params.get(_FORMER)
    if not isinstance(sealed, str):
        return None
    return vault.decrypt(bytes.fromhex(sealed), table="notice", column=_FORMER, row_id=notice.id)
