"""The words of a case's timeline for the question after it: by what it was asked, why not, and what was answered."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.callbacks.asking_back.deciding import Skipped
from app.surveys.wording import RATING5
from app.web import edge
from app.web.manage.messages.words import channel_name

_SKIPPED: Mapping[str, LazyString] = {
    Skipped.SWITCHED_OFF: lazy_gettext("Not asked whether it is settled: asking is switched off"),
    Skipped.REOPENED: lazy_gettext("Not asked whether it is settled: the case was opened again"),
    Skipped.TOO_LATE: lazy_gettext("Not asked whether it is settled: nothing was sent for days"),
    Skipped.PAUSED: lazy_gettext("Not asked whether it is settled: sending was stopped"),
    Skipped.NO_ADDRESS: lazy_gettext("Not asked whether it is settled: there is no address"),
    Skipped.CONSENT_WITHDRAWN: lazy_gettext("Not asked whether it is settled: the consent was withdrawn"),
    Skipped.OPTED_OUT: lazy_gettext("Not asked whether it is settled: the person wants no messages"),
    Skipped.STAFF: lazy_gettext("Not asked whether it is settled: the address belongs to staff"),
    Skipped.ASKED_LATELY: lazy_gettext("Not asked whether it is settled: the person was asked about another case"),
    Skipped.NOT_AGREED: lazy_gettext("Not asked whether it is settled: the number was left for calls alone"),
    Skipped.NO_CHANNEL: lazy_gettext("Not asked whether it is settled: no channel reaches the person"),
    Skipped.BUDGET: lazy_gettext("Not asked whether it is settled: the budget of the day was used up"),
}


def tell_asked_back(details: Mapping[str, Any], _zone: ZoneInfo) -> str:
    """Return by what the person was asked whether it is settled, or why not."""
    if code := details.get("skipped"):
        return str(_SKIPPED.get(code, code))
    return str(gettext("Asked whether it is settled: %(channel)s", channel=channel_name(details.get("channel", ""))))


def tell_answered_back(details: Mapping[str, Any], _zone: ZoneInfo) -> str:
    """Return what the person said, or how they rated what was done."""
    rating = details.get("rating")
    if rating is not None:
        words = RATING5[rating][edge.current_language()] if rating in RATING5 else ""
        return str(gettext("The person rates how it was handled: %(rating)s (%(words)s)", rating=rating, words=words))
    if details.get("settled"):
        return str(gettext("The person says that it is settled"))
    return str(gettext("The person says that it is not settled"))
