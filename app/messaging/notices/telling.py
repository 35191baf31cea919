"""Tell somebody of the staff: a notice for each way that they chose, due when they are not to be left alone."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import StaffUser
from app.kit.db import upsert
from app.kit.ids import new_id
from app.kit.outbox import record_event
from app.messaging.notices.choosing import plan_notice
from app.messaging.notices.models import Notice, NoticeChoice, NoticeKind, NoticeState, StaffChat
from app.messaging.notices.wishes import read_wish

LANE = "notices"
SEND = "notice.send"


def tell(
    session: Session,
    *,
    user_id: uuid.UUID,
    kind: NoticeKind,
    subject_id: uuid.UUID | None = None,
    params: Mapping[str, Any] | None = None,
    once_key: str | None = None,
    now: datetime,
) -> int:
    """Write the notices, to be sent by the ways and at the time that the user chose, and return how many.

    `subject_id` is what it is about, usually a case; `params` are plain values for its words, nothing personal. With a
    `once_key` the user is told once by each way, whoever asks for it twice. Nobody who was switched off is told.
    """
    found = session.execute(
        select(NoticeChoice, StaffChat.user_id)
        .select_from(StaffUser)
        .outerjoin(NoticeChoice, NoticeChoice.user_id == StaffUser.id)
        .outerjoin(StaffChat, StaffChat.user_id == StaffUser.id)
        .where(StaffUser.id == user_id, StaffUser.active)
    ).one_or_none()
    if found is None:
        return 0
    choice, chat = found
    wish = read_wish(session, choice)
    timing = plan_notice(wish, kind, now)
    rows = [
        {
            "id": new_id(),
            "user_id": user_id,
            "kind": kind,
            "way": way,
            "subject_id": subject_id,
            "params": dict(params or {}),
            "once_key": f"{once_key} {way}" if once_key is not None else None,
            "for_digest": timing.for_digest,
            "state": NoticeState.WAITING,
            "created_at": now,
            "due_at": timing.due_at,
        }
        for way in sorted(wish.ways_now(kind, timing, has_chat=chat is not None))
    ]
    return write_notices(session, rows, now=now)


def write_notices(session: Session, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> int:
    """Write those rows of `notice` that are new by their `once_key`, each with its row in the outbox; return how many.

    What waits for a digest has none: the digest takes it along.
    """
    if not rows:
        return 0
    written = session.execute(
        upsert(session, Notice)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=["once_key"])
        .returning(Notice.id, Notice.due_at, Notice.for_digest)
    ).all()
    for notice_id, due_at, for_digest in written:
        if not for_digest:
            queue_notice(session, notice_id, due_at=due_at, now=now)
    return len(written)


def queue_notice(session: Session, notice_id: uuid.UUID, *, due_at: datetime, now: datetime) -> None:
    """Let the worker send the notice when it is due."""
    record_event(session, SEND, {"notice_id": str(notice_id)}, now=now, due_at=due_at, lane=LANE)
