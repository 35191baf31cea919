"""A row in every table of notices to staff, odd values among them."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.kit.ids import new_id
from app.messaging.notices.models import Notice, NoticeChoice, StaffChat, StaffChatLink


def add_notices(session: Session, *, user_id: uuid.UUID, odd: str, now: datetime) -> None:
    """Add what somebody was told, how they want to be told, and their chat."""
    session.add_all(
        [
            Notice(
                id=new_id(),
                user_id=user_id,
                kind="case_escalated",
                way="telegram",
                subject_id=new_id(),
                params={"rule": odd, "cases": 3, "nothing": None},
                once_key=odd,
                for_digest=True,
                state="failed",
                created_at=now,
                due_at=now + timedelta(hours=9, microseconds=1),
                sent_at=now,
                failure="blocked",
            ),
            NoticeChoice(
                user_id=user_id,
                ways={"case_opened": ["telegram", "email"], "load_warning": []},
                quiet_from=1439,
                quiet_until=0,
                time_zone="Asia/Almaty",
                digest_at=555,
                updated_at=now,
            ),
            StaffChat(user_id=user_id, chat_enc=b"\0\xff", chat_index=bytes(range(3, 35)), linked_at=now),
            StaffChatLink(
                user_id=user_id, token_hash=bytes(range(4, 36)), created_at=now, expires_at=now + timedelta(minutes=15)
            ),
        ]
    )
    session.flush()
