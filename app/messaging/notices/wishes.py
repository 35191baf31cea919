"""How each of the staff wants to be told, read with its defaults."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messaging.notices.choosing import Wish, default_wish
from app.messaging.notices.models import NoticeChoice, NoticeKind, NoticeWay
from app.messaging.notices.quiet import QuietHours
from app.organisation.models import ROOT_CODE, Unit

_UTC = "UTC"


def read_wish(session: Session, choice: NoticeChoice | None) -> Wish:
    """Return the wish that the row keeps; without one, the default by the company's clock."""
    if choice is None:
        return default_wish(company_zone(session))
    return Wish(
        QuietHours(choice.quiet_from, choice.quiet_until, ZoneInfo(choice.time_zone)),
        _read_ways(choice.ways),
        choice.digest_at,
    )


def company_zone(session: Session) -> ZoneInfo:
    """Return the zone of the company's clock."""
    return ZoneInfo(session.scalars(select(Unit.time_zone).where(Unit.code == ROOT_CODE)).one_or_none() or _UTC)


def _read_ways(kept: Mapping[str, Any]) -> dict[NoticeKind, frozenset[NoticeWay]]:
    """Read what was kept; a kind or a way of another version of the program is passed over."""
    return {
        NoticeKind(kind): frozenset(NoticeWay(way) for way in ways if way in NoticeWay.__members__.values())
        for kind, ways in kept.items()
        if kind in NoticeKind.__members__.values()
    }
