"""Words of events on the time line: their kinds, and what may be said of a figure before and after one."""

from collections.abc import Mapping
from datetime import date

from flask_babel import format_date, format_percent, get_locale, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from app.analytics.differences import LEAST, Verdict
from app.analytics.events.judging import Judged
from app.analytics.events.models import EventKind
from app.analytics.events.windows import Timing
from app.analytics.metrics import Figure, Method
from app.kit.errors import InvalidInputError
from app.web.manage.figures import words as figure_words
from app.web.manage.words import CHANNELS

KINDS: Mapping[str, LazyString] = {
    EventKind.SCRIPT: lazy_gettext("Script or wording"),
    EventKind.STAFF: lazy_gettext("People and shifts"),
    EventKind.PROCESS: lazy_gettext("Process"),
    EventKind.PRODUCT: lazy_gettext("Product"),
    EventKind.PRICE: lazy_gettext("Price"),
    EventKind.PLACE: lazy_gettext("Place and equipment"),
    EventKind.CAMPAIGN: lazy_gettext("Campaign"),
    EventKind.OUTAGE: lazy_gettext("Outage"),
    EventKind.OTHER: lazy_gettext("Something else"),
}


def say_verdict(judged: Judged) -> str:
    """Return what may be said of the figure before and after the event."""
    if judged.timing is Timing.TO_COME:
        return str(gettext("still to come"))
    if judged.timing is Timing.TOO_EARLY:
        return str(gettext("too early: judged once %(day)s is over", day=figure_words.say_day(judged.window.last)))
    if judged.change is None or judged.change.verdict is Verdict.TOO_FEW:
        return str(gettext("too few answers: both sides need %(least)s", least=LEAST))
    if judged.change.verdict is Verdict.NO_CLEAR_DIFFERENCE:
        return str(gettext("not distinguishable"))
    return str(gettext("higher after") if judged.change.verdict is Verdict.HIGHER else gettext("lower after"))


def say_confounders(judged: Judged) -> list[str]:
    """Return what else may be the reason, for an event that was judged."""
    said = []
    if judged.others:
        said.append(
            ngettext(
                "%(num)s other event lies in the same days: %(titles)s.",
                "%(num)s other events lie in the same days: %(titles)s.",
                len(judged.others),
                titles=", ".join(each.title for each in judged.others),
            )
        )
    if judged.channels:
        names = ", ".join(str(CHANNELS.get(channel, gettext("Other channels"))) for channel in judged.channels)
        said.append(gettext("Answers came by other channels than before: %(channels)s.", channels=names))
    return [str(each) for each in said]


def say_refusal(error: InvalidInputError) -> str:
    """Return why a field of the form cannot be taken."""
    told = {
        "title_missing": gettext("Say in a few words what happened."),
        "title_too_long": gettext("At most %(limit)s characters.", limit=error.details.get("limit", 0)),
        "text_too_long": gettext("At most %(limit)s characters.", limit=error.details.get("limit", 0)),
        "unreadable_text": gettext("The text has characters that cannot be kept."),
        "day_out_of_range": gettext(
            "Days from %(first)s to %(last)s can be chosen. "
            "What is planned for later is written down within a year of it.",
            first=_say(error.details.get("first")),
            last=_say(error.details.get("last")),
        ),
    }
    return str(told.get(error.code, gettext("This cannot be taken.")))


def show_side(figure: Figure) -> str:
    """Return the value before or after; a share with the decimal that the difference beside it is told with."""
    if figure.value is None or figure.method is not Method.WILSON:
        return figure_words.show(figure)
    whole = get_locale().percent_formats[None].pattern
    return str(format_percent(figure.value, format=whole.replace("0", "0.0", 1)))


def _say(day: object) -> str:
    return str(format_date(day, "medium", rebase=False)) if isinstance(day, date) else ""
