"""Somebody says how they want to be told."""

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.db import upsert
from app.kit.errors import InvalidInputError
from app.messaging.notices.models import NoticeChoice, NoticeKind, NoticeWay
from app.messaging.notices.outcomes import send_waiting
from app.organisation.facts import check_zone

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def save_wish(
    session: Session,
    user_id: uuid.UUID,
    *,
    ways: Mapping[NoticeKind, Iterable[NoticeWay]],
    quiet_from: str,
    quiet_until: str,
    time_zone: str,
    digest_at: str,
    now: datetime,
) -> None:
    """Write how the user wants to be told; times as `HH:MM`, an empty `digest_at` is none.

    Kinds that are left out stay as they were. What waited for a digest goes out at once when there is none any more.
    Raises InvalidInputError with the field.
    """
    begins, ends = _read_minute(quiet_from, "quiet_from"), _read_minute(quiet_until, "quiet_until")
    digest = _read_minute(digest_at, "digest_at") if digest_at.strip() else None
    zone = check_zone(time_zone)
    if zone is None:
        raise InvalidInputError("write a time zone, such as Asia/Almaty", field="time_zone", code="unknown_zone")
    before = session.get(NoticeChoice, user_id)
    kept = dict(before.ways) if before is not None else {}
    values = {
        "ways": kept | {str(kind): sorted(str(way) for way in by) for kind, by in ways.items()},
        "quiet_from": begins,
        "quiet_until": ends,
        "time_zone": zone,
        "digest_at": digest,
        "updated_at": now,
    }
    session.execute(
        upsert(session, NoticeChoice)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )
    if before is not None:
        session.expire(before)
    if digest is None:
        send_waiting(session, user_id, now=now)


def _read_minute(text: str, field: str) -> int:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise InvalidInputError("write a time, such as 21:00", field=field, code="not_a_time")
    return int(found.group(1)) * 60 + int(found.group(2))
