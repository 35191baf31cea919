"""How people are told which call, visit or chat a question is about."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, lazy_gettext
from flask_babel.speaklater import LazyString

from app.touchpoints.models import Channel

_WORDS: Mapping[Channel, LazyString] = {
    Channel.CALL: lazy_gettext("Your call on %(when)s"),
    Channel.VISIT: lazy_gettext("Your visit on %(when)s"),
    Channel.CHAT: lazy_gettext("Your chat on %(when)s"),
    Channel.VIDEO: lazy_gettext("Your video call on %(when)s"),
    Channel.FIELD: lazy_gettext("Our visit on %(when)s"),
}
_ANY = lazy_gettext("You wrote to us on %(when)s")


def say_which(channel: Channel, moment: datetime, zone: ZoneInfo) -> str:
    """Return such as "Your call on 3 March, 14:05", in the reader's language and the unit's zone."""
    when = format_datetime(moment, "d MMMM, HH:mm", tzinfo=zone, locale=get_locale())
    return str(_WORDS.get(channel, _ANY)) % {"when": when}
