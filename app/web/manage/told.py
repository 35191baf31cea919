"""Telling people by another way that how they sign in was changed."""

import uuid

from app.messaging.notices.former import tell_at_former_email
from app.messaging.notices.models import NoticeKind
from app.messaging.notices.telling import tell
from app.web import access, edge


def tell_of_change(change: str, user_id: uuid.UUID | None = None) -> None:
    """Tell the user, whoever is signed in unless named, of a change; `change` is a key of `config/notices.yaml`."""
    user_id = user_id or access.staff().user.id
    tell(edge.db(), user_id=user_id, kind=NoticeKind.SIGN_IN_CHANGED, params={"change": change}, now=edge.now())


def tell_of_email(user_id: uuid.UUID, former: str) -> None:
    """Tell the user of another e-mail, at both."""
    tell_of_change("email_changed", user_id)
    vault = edge.wiring().vault
    tell_at_former_email(edge.db(), vault=vault, user_id=user_id, email=former, change="email_changed", now=edge.now())
