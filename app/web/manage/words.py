"""Words of the dashboard and the responses for what is stored as keys, and times and figures as people read them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_day_names
from babel.numbers import format_percent as babel_percent
from flask_babel import format_decimal, format_percent, get_locale, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from app.analytics.attention import Concern
from app.analytics.cut_points import PMF_LEAST
from app.analytics.differences import LEAST, Verdict
from app.analytics.metrics import Figure, Reason
from app.analytics.suppression import MINIMUM
from app.analytics.wall_clock import WallHour
from app.responses.flags import SuspectReason
from app.responses.models import Via
from app.surveys.definition import Band, QuestionType
from app.touchpoints.models import Channel

BANDS: Mapping[str, LazyString] = {
    Band.HAPPY: lazy_gettext("Happy"),
    Band.NEUTRAL: lazy_gettext("Neutral"),
    Band.UNHAPPY: lazy_gettext("Unhappy"),
}
CHANNELS: Mapping[str, LazyString] = {
    Channel.CALL: lazy_gettext("Call"),
    Channel.VISIT: lazy_gettext("Visit"),
    Channel.CHAT: lazy_gettext("Chat"),
    Channel.MESSENGER: lazy_gettext("Messenger"),
    Channel.SOCIAL: lazy_gettext("Social network"),
    Channel.WRITTEN: lazy_gettext("Letter"),
    Channel.VIDEO: lazy_gettext("Video call"),
    Channel.APP: lazy_gettext("App"),
    Channel.FIELD: lazy_gettext("Visit to the customer"),
}
VIAS: Mapping[str, LazyString] = {
    Via.PAGE: lazy_gettext("On the page"),
    Via.KIOSK: lazy_gettext("On a tablet"),
    Via.SMS: lazy_gettext("By SMS"),
    Via.EMAIL: lazy_gettext("By e-mail"),
    Via.TELEGRAM: lazy_gettext("In Telegram"),
    Via.WHATSAPP: lazy_gettext("In WhatsApp"),
    Via.VIBER: lazy_gettext("In Viber"),
    Via.API: lazy_gettext("Through the API"),
    Via.IMPORT: lazy_gettext("From a file"),
}
SCALES: Mapping[QuestionType, LazyString] = {
    QuestionType.RATING5: lazy_gettext("on a scale from 1 to 5"),
    QuestionType.CES7: lazy_gettext("on a scale from 1 to 7"),
    QuestionType.NPS: lazy_gettext("on a scale from 0 to 10"),
    QuestionType.YES_NO: lazy_gettext("yes or no"),
    QuestionType.CHOICE: lazy_gettext("by a choice"),
}
SUSPECT: Mapping[SuspectReason, LazyString] = {
    SuspectReason.TOO_FAST: lazy_gettext("It came faster than a person reads the question."),
    SuspectReason.STALE_FORM: lazy_gettext("The page it came from had been open for very long."),
    SuspectReason.TRAP: lazy_gettext("A field that people do not see was filled in."),
    SuspectReason.ADDRESS_BURST: lazy_gettext("Many answers came from one network within a minute."),
    SuspectReason.BURST: lazy_gettext("Many answers came through one code within a minute."),
    SuspectReason.REPLAY: lazy_gettext("A form that had already been used was sent again."),
    SuspectReason.REPEATED: lazy_gettext("The same browser had answered in this month already."),
}


def show_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return the instant in the reader's language and the unit's zone."""
    return str(format_datetime(moment, "d MMM y, HH:mm", tzinfo=zone, locale=get_locale()))


def name_weekday(weekday: int, *, short: bool = False) -> str:
    """Return the name of a weekday (1 is Monday) as it stands by itself."""
    names = get_day_names("abbreviated" if short else "wide", "stand-alone", get_locale())
    return str(names[weekday - 1])


def say_hour(hour: WallHour) -> str:
    """Return an hour of a weekday."""
    told = {"day": name_weekday(hour.weekday), "first": f"{hour.hour:02d}:00", "last": f"{hour.hour:02d}:59"}
    return str(gettext("%(day)s, %(first)s–%(last)s", **told))


def show_share(value: float) -> str:
    """Return a share from 0 to 1 in whole percent."""
    return str(format_percent(value))


def show_small_share(value: float) -> str:
    """Return a share from 0 to 1 in percent with a decimal, for those of a few percent."""
    return str(babel_percent(round(value, 3), locale=get_locale(), decimal_quantization=False))


def show_mean(value: float) -> str:
    """Return a mean with two decimals, never in percent."""
    return str(format_decimal(value, "0.00"))


def show_nps(value: float) -> str:
    """Return a net promoter score in whole points with its sign, never in percent."""
    return show_signed(round(value), "0")


def show_signed(value: float, pattern: str) -> str:
    """Return a number with its sign, a plain 0 where nothing is left of it; `pattern` is that of Unicode.

    The minus is the sign of that name in every language: a hyphen is shorter than the plus it stands beside.
    """
    told = str(format_decimal(value, f"+{pattern};-{pattern}")).replace("-", "−")
    return told if any(letter in "123456789" for letter in told) else str(format_decimal(0, pattern))


def explain_share(figure: Figure) -> str:
    """Return in words how sure a share is, or why it is hidden."""
    return _explain(figure, show_share)


def explain_small_share(figure: Figure) -> str:
    """Return in words how sure a share of a few percent is, or why it is hidden."""
    return _explain(figure, show_small_share)


def explain_mean(figure: Figure) -> str:
    """Return in words how sure a mean is, or why it is hidden."""
    return _explain(figure, show_mean)


def explain_nps(figure: Figure) -> str:
    """Return in words how sure a net promoter score is, or why it is hidden."""
    return _explain(figure, show_nps)


def show_range(figure: Figure, show: Callable[[float], str]) -> str:
    """Return a figure's interval in the few letters that a table has room for, or a dash."""
    if figure.ci_low is None or figure.ci_high is None:
        return "–"
    return f"{show(figure.ci_low)} – {show(figure.ci_high)}"


def explain_change(change: Verdict, before: Figure, days: int) -> str:
    """Return in words how a share stands to the one of as many days before."""
    if change is Verdict.TOO_FEW or before.value is None:
        return str(gettext("Too few answers to compare with the time before: both need %(least)s.", least=LEAST))
    then = show_share(before.value)
    if change is Verdict.NO_CLEAR_DIFFERENCE:
        words = ngettext(
            "No clear difference from the day before (%(then)s)",
            "No clear difference from the %(num)s days before (%(then)s)",
            days,
            then=then,
        )
    elif change is Verdict.HIGHER:
        words = ngettext(
            "Higher than the day before (%(then)s)", "Higher than the %(num)s days before (%(then)s)", days, then=then
        )
    else:
        words = ngettext(
            "Lower than the day before (%(then)s)", "Lower than the %(num)s days before (%(then)s)", days, then=then
        )
    return str(words)


def explain_concern(concern: Concern[Any], days: int) -> list[str]:
    """Return in words why a unit is one to look at."""
    reasons = []
    if concern.others is not None:
        reasons.append(gettext("clearly less than all others together (%(share)s)", share=show_share(concern.others)))
    if concern.before is not None:
        then = show_share(concern.before)
        reasons.append(
            ngettext(
                "clearly less than here the day before (%(then)s)",
                "clearly less than here in the %(num)s days before (%(then)s)",
                days,
                then=then,
            )
        )
    return [str(reason) for reason in reasons]


def _explain(figure: Figure, show: Callable[[float], str]) -> str:
    if figure.reason is Reason.NO_ANSWERS:
        return str(gettext("Nobody has answered yet."))
    if figure.reason is Reason.TOO_FEW:
        return str(gettext("Shown from %(least)s answers on: fewer would be chance.", least=MINIMUM))
    if figure.reason is Reason.NOT_ENOUGH_DATA:
        return str(gettext("Not enough data: shown from %(least)s answers on.", least=PMF_LEAST))
    if figure.reason is Reason.PROTECTS_ANOTHER:
        return str(gettext("Hidden, so that a unit with few answers cannot be worked out."))
    if figure.ci_low is None or figure.ci_high is None:
        return str(gettext("All answers are alike, so there is no range to give."))
    return str(
        gettext("95 times in 100 between %(low)s and %(high)s", low=show(figure.ci_low), high=show(figure.ci_high))
    )
