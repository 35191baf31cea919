"""By which ways somebody is told of what, and which of it may wait for a digest; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.messaging.notices.models import NoticeKind, NoticeWay
from app.messaging.notices.quiet import QuietHours, after_quiet, next_at

QUIET_FROM, QUIET_UNTIL = 21 * 60, 8 * 60
# Nobody is asked whether they want to know who has changed how they sign in, and it does not wait for the morning.
ALWAYS_TOLD = frozenset({NoticeKind.SIGN_IN_CHANGED})
# The minute of a digest was chosen, and whoever asks for a test looks for it.
_AT_ONCE = ALWAYS_TOLD | {NoticeKind.DIGEST, NoticeKind.TEST}
# What is as good in the morning's digest. Something that runs late, or was handed to somebody, is not.
MAY_WAIT = frozenset(
    {
        NoticeKind.CASE_OPENED,
        NoticeKind.CASE_REOPENED,
        NoticeKind.APPROVAL_DECIDED,
        NoticeKind.LOAD_WARNING,
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to be told. `ways` names kinds only where they differ from "by e-mail"."""

    quiet: QuietHours
    ways: Mapping[NoticeKind, frozenset[NoticeWay]] = field(default_factory=dict)
    digest_at: int | None = None

    def ways_of(self, kind: NoticeKind, *, has_chat: bool) -> frozenset[NoticeWay]:
        """Return the ways a kind is told by, none if it is not wanted.

        Whoever chose Telegram alone and has no chat linked any more is written to by e-mail, not left in the dark.
        """
        wanted = self.ways.get(kind, frozenset({NoticeWay.EMAIL}))
        if kind in ALWAYS_TOLD:
            wanted |= {NoticeWay.EMAIL}
        if kind is NoticeKind.TEST:
            wanted = frozenset(NoticeWay) if has_chat else frozenset({NoticeWay.EMAIL})
        if NoticeWay.TELEGRAM in wanted and not has_chat:
            return frozenset({NoticeWay.EMAIL})
        if kind is NoticeKind.DIGEST:
            # One way alone: what it has told of waits no more.
            return wanted & {NoticeWay.TELEGRAM} or frozenset({NoticeWay.EMAIL})
        return wanted

    def ways_now(self, kind: NoticeKind, timing: "Timing", *, has_chat: bool) -> frozenset[NoticeWay]:
        """Return the ways that a notice is written for: what waits for a digest goes by the digest's way."""
        ways = self.ways_of(kind, has_chat=has_chat)
        return self.ways_of(NoticeKind.DIGEST, has_chat=has_chat) if ways and timing.for_digest else ways


@dataclass(frozen=True, slots=True)
class Timing:
    """When a notice goes out, and whether as a line of a digest."""

    due_at: datetime
    for_digest: bool


def default_wish(zone: ZoneInfo) -> Wish:
    """Return the wish of whoever has chosen nothing: by e-mail, at once, from 08:00 to 21:00."""
    return Wish(QuietHours(QUIET_FROM, QUIET_UNTIL, zone))


def plan_notice(wish: Wish, kind: NoticeKind, now: datetime) -> Timing:
    """Return when a notice of the kind goes out that is written at the aware instant."""
    if kind in _AT_ONCE:
        return Timing(now, for_digest=False)
    if wish.digest_at is not None and kind in MAY_WAIT:
        return Timing(next_at(wish.digest_at, now, wish.quiet.zone), for_digest=True)
    return Timing(after_quiet(now, wish.quiet), for_digest=False)
