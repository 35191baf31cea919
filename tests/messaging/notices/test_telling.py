"""Telling somebody writes what is to be sent: by the ways, at the time and as often as they chose."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.crypto import Vault
from app.kit.outbox import OutboxRow
from app.messaging.notices.models import Notice, NoticeChoice, NoticeKind, NoticeState, StaffChat
from app.messaging.notices.telling import LANE, tell
from tests.callbacks.factories import make_office, make_user

MORNING = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)  # 08:00 in Almaty


def test_somebody_who_chose_nothing_is_told_by_e_mail_after_the_night(session: Session, now: datetime) -> None:
    make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    night = now + timedelta(hours=12)

    assert tell(session, user_id=user.id, kind=NoticeKind.CASE_OPENED, now=night) == 1

    notice = session.scalars(select(Notice)).one()
    assert (notice.way, notice.state, notice.due_at) == ("email", NoticeState.WAITING, MORNING)
    row = session.scalars(select(OutboxRow).where(OutboxRow.lane == LANE)).one()
    assert (row.payload, row.due_at) == ({"notice_id": str(notice.id)}, MORNING)


def test_told_twice_by_one_key_is_told_once_by_each_way(session: Session, vault: Vault, now: datetime) -> None:
    make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    session.add(StaffChat(user_id=user.id, chat_enc=b"x", chat_index=b"y", linked_at=now))
    _choose(session, user.id, {"case_opened": ["email", "telegram"]}, now=now)

    written = [
        tell(session, user_id=user.id, kind=NoticeKind.CASE_OPENED, once_key="case 1 opened", now=now) for _ in range(2)
    ]

    assert written == [2, 0]
    assert sorted(session.scalars(select(Notice.way))) == ["email", "telegram"]
    assert len(session.scalars(select(OutboxRow).where(OutboxRow.lane == LANE)).all()) == 2


def test_what_waits_for_a_digest_is_not_queued(session: Session, now: datetime) -> None:
    make_office(session, now=now)
    user = make_user(session, "Aigul", now=now)
    _choose(session, user.id, {}, digest_at=480, now=now)

    tell(session, user_id=user.id, kind=NoticeKind.CASE_OPENED, now=now)

    notice = session.scalars(select(Notice)).one()
    assert (notice.for_digest, notice.due_at) == (True, MORNING)
    assert session.scalars(select(OutboxRow).where(OutboxRow.lane == LANE)).all() == []


def test_nobody_is_told_who_wants_nothing_or_was_switched_off(session: Session, now: datetime) -> None:
    make_office(session, now=now)
    wants_nothing, gone = make_user(session, "Aigul", now=now), make_user(session, "Berik", now=now)
    _choose(session, wants_nothing.id, {"case_opened": []}, now=now)
    gone.active = False
    session.flush()

    for user in (wants_nothing, gone):
        assert tell(session, user_id=user.id, kind=NoticeKind.CASE_OPENED, now=now) == 0


def _choose(
    session: Session, user_id: UUID, ways: dict[str, list[str]], *, digest_at: int | None = None, now: datetime
) -> None:
    session.add(
        NoticeChoice(
            user_id=user_id,
            ways=ways,
            quiet_from=1260,
            quiet_until=480,
            time_zone="Asia/Almaty",
            digest_at=digest_at,
            updated_at=now,
        )
    )
    session.flush()
