"""What became of a notice, and the list of the last ones for whom they were written to."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.kit.ids import new_id
from app.messaging.notices.models import Notice, NoticeChoice, NoticeKind, NoticeState, NoticeWay
from app.messaging.notices.telling import queue_notice, write_notices

LAST = 20


def find_waiting_notice(session: Session, notice_id: uuid.UUID) -> Notice | None:
    """Return the notice while it is still to be sent, or None."""
    notice = session.get(Notice, notice_id)
    return notice if notice is not None and notice.state == NoticeState.WAITING else None


def list_for_digest(session: Session, user_id: uuid.UUID) -> list[Notice]:
    """Return what waits for the user's digest, the oldest first."""
    return list(
        session.scalars(
            select(Notice)
            .where(Notice.user_id == user_id, Notice.state == NoticeState.WAITING, Notice.for_digest)
            .order_by(Notice.created_at, Notice.id)
        )
    )


def mark_sent(
    session: Session,
    notice_id: uuid.UUID,
    *,
    provider_id: str | None,
    took_along: Collection[uuid.UUID] = (),
    now: datetime,
) -> None:
    """Write that the notice went out, and with it those that it told of."""
    _end(session, [notice_id], NoticeState.SENT, failure=None, now=now, provider_id=provider_id)
    _end(session, took_along, NoticeState.DIGESTED, failure=None, now=now)


def mark_failed(session: Session, notice_id: uuid.UUID, *, failure: str, now: datetime) -> None:
    """Write that the notice will not arrive, and why."""
    _end(session, [notice_id], NoticeState.FAILED, failure=failure, now=now)


def mark_dropped(session: Session, notice_ids: Collection[uuid.UUID], *, failure: str, now: datetime) -> None:
    """Write that the notices are not needed any more, and why."""
    _end(session, notice_ids, NoticeState.DROPPED, failure=failure, now=now)


def note_refusal(session: Session, notice_id: uuid.UUID, *, failure: str) -> None:
    """Write why the last try failed, while others follow."""
    session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.WAITING)
        .values(failure=failure)
        .execution_options(synchronize_session="fetch")
    )


def tell_by_email_instead(session: Session, notice_id: uuid.UUID, *, now: datetime) -> int:
    """Send by e-mail what a chat did not take, unless it went by e-mail anyway; returns how many were written."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.way != NoticeWay.TELEGRAM:
        return 0
    twin = select(Notice.id).where(
        Notice.user_id == notice.user_id,
        Notice.kind == notice.kind,
        Notice.subject_id == notice.subject_id,
        Notice.way == NoticeWay.EMAIL,
        Notice.created_at == notice.created_at,
    )
    if session.scalars(twin).first() is not None:
        return 0
    return write_notices(session, [_copy(notice, NoticeWay.EMAIL, f"instead {notice.id}", now, now)], now=now)


def tell_again(session: Session, notice: Notice, *, at: datetime, now: datetime) -> int:
    """Send the notice once more at the instant, because its reader put it off; returns how many were written."""
    row = _copy(notice, NoticeWay(notice.way), f"again {notice.id}", now, at)
    return write_notices(session, [{**row, "params": {**notice.params, "snoozed": True}}], now=now)


def send_waiting(session: Session, user_id: uuid.UUID, *, now: datetime) -> int:
    """Send at once what waited for the digest of somebody who wants none any more; returns how many."""
    waiting = list_for_digest(session, user_id)
    for notice in waiting:
        notice.for_digest, notice.due_at = False, now
        queue_notice(session, notice.id, due_at=now, now=now)
    return len(waiting)


def list_notices(session: Session, user_id: uuid.UUID, *, limit: int = LAST) -> list[Notice]:
    """Return the user's last notices, the latest first."""
    query = select(Notice).where(Notice.user_id == user_id).order_by(Notice.created_at.desc(), Notice.id.desc())
    return list(session.scalars(query.limit(limit)))


def list_digests_due(session: Session) -> list[NoticeChoice]:
    """Return how everybody wants to be told who has a digest."""
    return list(session.scalars(select(NoticeChoice).where(NoticeChoice.digest_at.is_not(None))))


def forget_notices(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` notices that were written before the instant and return how many."""
    old = select(Notice.id).where(Notice.created_at < before).limit(limit)
    result = session.execute(
        delete(Notice).where(Notice.id.in_(old.scalar_subquery())).execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _end(
    session: Session,
    notice_ids: Collection[uuid.UUID],
    state: NoticeState,
    *,
    failure: str | None,
    now: datetime,
    provider_id: str | None = None,
) -> None:
    if not notice_ids:
        return
    session.execute(
        update(Notice)
        .where(Notice.id.in_(notice_ids), Notice.state == NoticeState.WAITING)
        .values(state=state, failure=failure, sent_at=now, provider_id=provider_id)
        .execution_options(synchronize_session="fetch")
    )


def _copy(notice: Notice, way: NoticeWay, once_key: str, now: datetime, due_at: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "user_id": notice.user_id,
        "kind": NoticeKind(notice.kind),
        "way": way,
        "subject_id": notice.subject_id,
        "params": notice.params,
        "once_key": once_key,
        "for_digest": False,
        "state": NoticeState.WAITING,
        "created_at": now,
        "due_at": due_at,
    }
