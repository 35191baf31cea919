"""Words of the page on which staff say how they want to be told."""

from collections.abc import Mapping

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from app.messaging.notices.models import NoticeKind, NoticeState, NoticeWay
from app.web.manage.messages.words import say_reason

KINDS: Mapping[str, LazyString] = {
    NoticeKind.CASE_OPENED: lazy_gettext("Somebody is to be rung back"),
    NoticeKind.CASE_HANDED_OVER: lazy_gettext("A case was handed to you"),
    NoticeKind.CASE_ESCALATED: lazy_gettext("A case waits too long"),
    NoticeKind.CASE_REOPENED: lazy_gettext("A case that you had begins anew"),
    NoticeKind.CASE_REMINDER: lazy_gettext("Reminder of what you have not said you saw"),
    NoticeKind.APPROVAL_ASKED: lazy_gettext("A compensation waits for your approval"),
    NoticeKind.APPROVAL_DECIDED: lazy_gettext("Your compensation was decided"),
    NoticeKind.LOAD_WARNING: lazy_gettext("More cases than the team can work"),
    NoticeKind.DIGEST: lazy_gettext("Digest"),
    NoticeKind.SIGN_IN_CHANGED: lazy_gettext("How you sign in was changed"),
    NoticeKind.TEST: lazy_gettext("Test notice"),
}
WAYS: Mapping[str, LazyString | str] = {NoticeWay.EMAIL: lazy_gettext("E-mail"), NoticeWay.TELEGRAM: "Telegram"}
STATES: Mapping[str, LazyString] = {
    NoticeState.WAITING: lazy_gettext("Waiting"),
    NoticeState.SENT: lazy_gettext("Sent"),
    NoticeState.DIGESTED: lazy_gettext("In a digest"),
    NoticeState.FAILED: lazy_gettext("Not delivered"),
    NoticeState.DROPPED: lazy_gettext("Not needed"),
}
TONES: Mapping[str, str] = {NoticeState.SENT: "good", NoticeState.DIGESTED: "good", NoticeState.FAILED: "bad"}
_REASONS: Mapping[str, LazyString] = {
    "taken": lazy_gettext("Somebody took the case before it was sent"),
    "closed": lazy_gettext("The case was closed before it was sent"),
    "decided": lazy_gettext("It was decided before it was sent"),
    "out_of_scope": lazy_gettext("You may not see that any more"),
    "switched_off": lazy_gettext("The account is switched off"),
    "no_chat": lazy_gettext("No Telegram chat is linked any more"),
    "nothing_new": lazy_gettext("There was nothing to tell"),
    "channel_off": lazy_gettext("This installation sends nothing by this way; an administrator sets it up"),
    "demo": lazy_gettext("The demo's mailboxes do not exist"),
    "blocked": lazy_gettext("You have blocked the bot"),
    "unknown_number": lazy_gettext("There is no such mailbox"),
}
REFUSALS: Mapping[str, LazyString] = {
    "not_a_time": lazy_gettext("Write a time, such as 21:00."),
    "unknown_zone": lazy_gettext("There is no such time zone. Write one such as Asia/Almaty."),
}


def say_failure(code: str) -> str:
    """Return in words why a notice was not sent."""
    return str(_REASONS[code]) if code in _REASONS else say_reason(code)
