"""What a member of staff did on a page, into the audit log: by whom, when and from which address."""

import uuid

from flask import request

from app.accounts.audit import record
from app.web import access, edge


def note(action: str, object_type: str, object_id: uuid.UUID, **details: object) -> None:
    """Add to the request's transaction that whoever is signed in has done this; see `accounts.audit.record`."""
    record(
        edge.db(),
        action,
        now=edge.now(),
        user_id=access.staff().user.id,
        object_type=object_type,
        object_id=object_id,
        details=details,
        address=request.remote_addr,
    )
