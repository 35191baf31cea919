"""How one wants to be told: which way for what, quiet hours, a digest, a Telegram chat, and what was told lately."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.accounts.permissions import Actor, Permission
from app.kit.errors import InvalidInputError
from app.messaging.models import MessagingChannel
from app.messaging.notices.chats import LINK_LASTS, begin_link, find_chat, find_link, unlink_chat
from app.messaging.notices.choosing import ALWAYS_TOLD, Wish
from app.messaging.notices.models import NoticeChoice, NoticeKind, NoticeWay
from app.messaging.notices.outcomes import list_notices
from app.messaging.notices.saving import save_wish
from app.messaging.notices.telling import tell
from app.messaging.notices.wishes import read_wish
from app.web import access, edge
from app.web.manage.callbacks import notice_words as words
from app.web.manage.organisation.unit_words import zones_at_hand
from app.web.manage.words import show_time

HOME = "/manage/account/notices"
notices = Blueprint("notices", __name__, url_prefix=HOME)
access.gate(notices, access.Gate.SIGNED_IN)

# By what somebody must be allowed to hear of it at all.
_NEEDS: dict[NoticeKind, Permission] = {
    NoticeKind.CASE_OPENED: Permission.WORK_CASES,
    NoticeKind.CASE_HANDED_OVER: Permission.WORK_CASES,
    NoticeKind.CASE_REOPENED: Permission.WORK_CASES,
    NoticeKind.CASE_ESCALATED: Permission.WORK_CASES,
    NoticeKind.CASE_REMINDER: Permission.WORK_CASES,
    NoticeKind.APPROVAL_ASKED: Permission.APPROVE_COMPENSATION,
    NoticeKind.APPROVAL_DECIDED: Permission.PROPOSE_COMPENSATION,
    NoticeKind.LOAD_WARNING: Permission.WORK_CASES,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it is shown: what is kept, or what was typed and refused."""

    ways: dict[str, set[str]]
    quiet_from: str
    quiet_until: str
    time_zone: str
    digest_at: str


@notices.get("")
def show() -> str:
    """The user's own page."""
    return _show(_from_wish(_read_wish()), {})


@notices.post("")
def save() -> Response | tuple[str, int]:
    """Keep how the user wants to be told."""
    typed = _from_form(request.form)
    try:
        save_wish(
            edge.db(),
            access.staff().user.id,
            ways={NoticeKind(kind): [NoticeWay(way) for way in by] for kind, by in typed.ways.items()},
            quiet_from=typed.quiet_from,
            quiet_until=typed.quiet_until,
            time_zone=typed.time_zone,
            digest_at=typed.digest_at,
            now=edge.now(),
        )
    except InvalidInputError as error:
        said = str(words.REFUSALS.get(error.code, error.message))
        return _show(typed, {error.field or "time_zone": said}), 422
    flash(gettext("This is how you will be told from now on."), "good")
    return redirect(HOME, 303)


@notices.post("/test")
def send_test() -> Response:
    """Send the user a test by every way there is; once a minute, however often it is asked for."""
    user_id, now = access.staff().user.id, edge.now()
    tell(edge.db(), user_id=user_id, kind=NoticeKind.TEST, once_key=f"test {user_id} {now:%Y-%m-%dT%H:%M}", now=now)
    flash(gettext("A test is on its way. Below you see whether it was taken."), "good")
    return redirect(f"{HOME}#last", 303)


@notices.post("/telegram")
def link_telegram() -> Response:
    """Make a link by which the user's Telegram chat is linked, once and for a few minutes."""
    begin_link(edge.db(), edge.wiring().vault, access.staff().user.id, now=edge.now())
    return redirect(f"{HOME}#telegram", 303)


@notices.post("/telegram/unlink")
def unlink_telegram() -> Response:
    """Forget the user's chat."""
    if unlink_chat(edge.db(), access.staff().user.id, by="page", now=edge.now()):
        flash(gettext("Nothing is sent to that chat any more."), "good")
    return redirect(f"{HOME}#telegram", 303)


def _read_wish() -> Wish:
    session = edge.db()
    return read_wish(session, session.get(NoticeChoice, access.staff().user.id))


def _kinds(actor: Actor) -> list[NoticeKind]:
    """Return what the user can be told of, each a line of the table."""
    return [kind for kind, needs in _NEEDS.items() if actor.may(needs)] + [NoticeKind.SIGN_IN_CHANGED]


def _from_wish(wish: Wish) -> Typed:
    kinds = [*_kinds(access.staff().actor), NoticeKind.DIGEST]
    by_email = frozenset({NoticeWay.EMAIL})
    return Typed(
        ways={kind: {str(way) for way in wish.ways.get(kind, by_email)} for kind in kinds},
        quiet_from=_write_minute(wish.quiet.begins),
        quiet_until=_write_minute(wish.quiet.ends),
        time_zone=wish.quiet.zone.key,
        digest_at="" if wish.digest_at is None else _write_minute(wish.digest_at),
    )


def _from_form(form: MultiDict[str, str]) -> Typed:
    known = NoticeWay.__members__.values()
    ways = {
        str(kind): {way for way in form.getlist(f"way-{kind}") if way in known}
        for kind in [*_kinds(access.staff().actor), NoticeKind.DIGEST]
    }
    return Typed(
        ways=ways,
        quiet_from=form.get("quiet_from", "")[:20],
        quiet_until=form.get("quiet_until", "")[:20],
        time_zone=form.get("time_zone", "")[:60],
        digest_at=form.get("digest_at", "")[:20],
    )


def _show(typed: Typed, errors: dict[str, str]) -> str:
    wiring, who, now = edge.wiring(), access.staff(), edge.now()
    session = edge.db()
    bot = wiring.telegram_bot if MessagingChannel.TELEGRAM in wiring.gateways.channels else ""
    token = find_link(session, wiring.vault, who.user.id, now=now) if bot else None
    zone: ZoneInfo = _read_wish().quiet.zone
    return render_template(
        "manage/notices/mine.html",
        typed=typed,
        errors=errors,
        kinds=_kinds(who.actor),
        always=ALWAYS_TOLD,
        ways=list(NoticeWay),
        words=words,
        email=who.user.email,
        mail_is_on=MessagingChannel.EMAIL in wiring.gateways.channels,
        bot=bot,
        chat=find_chat(session, who.user.id),
        link=f"https://t.me/{bot}?start={token}" if token else None,
        link_minutes=int(LINK_LASTS.total_seconds() // 60),
        told=list_notices(session, who.user.id),
        zone=zone,
        now=now,
        show_time=show_time,
        zones=zones_at_hand(edge.desk().phone_region),
    )


def _write_minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
