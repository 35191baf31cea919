"""Words of the figures of callbacks: what each is, how sure it is, and times as people say them."""

from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.analytics.case_times import Quantile
from app.analytics.metrics import Figure, Reason
from app.analytics.recovery_counts import Which
from app.analytics.suppression import MINIMUM
from app.callbacks.rules.case_rules import CaseRules
from app.web import edge
from app.web.manage.words import show_range, show_share

PERIODS: Mapping[str, LazyString] = {
    "week": lazy_gettext("7 days"),
    "month": lazy_gettext("30 days"),
    "quarter": lazy_gettext("90 days"),
    "year": lazy_gettext("365 days"),
}
_WHICH: Mapping[Which, LazyString] = {
    Which.OPENED: lazy_gettext("Cases opened"),
    Which.LATE_ATTEMPT: lazy_gettext("Cases tried too late"),
    Which.LATE_SETTLEMENT: lazy_gettext("Cases settled too late"),
    Which.REOPENED: lazy_gettext("Cases opened again"),
    Which.SETTLED: lazy_gettext("Cases that the customer calls settled"),
    Which.NOT_SETTLED: lazy_gettext("Cases that the customer calls not settled"),
    Which.RECOVERED: lazy_gettext("Customers won back"),
}
_MINUTES_A_DAY = 24 * 60


def say_which(which: Which, outcome: str, cause: str, rules: CaseRules) -> str:
    """Return which cases a list has."""
    language = edge.current_language()
    parts = [str(_WHICH[which])]
    if outcome:
        parts.append(rules.say_outcome(outcome, language))
    if cause:
        parts.append(rules.say_cause(cause, language))
    return " · ".join(parts)


def say_bars(field: str) -> str:
    """Return what stands above the bars."""
    return str(gettext("How cases ended") if field == "outcome" else gettext("What lay behind them"))


def explain(figure: Figure) -> str:
    """Return in words how sure a share is, or why it is hidden."""
    if figure.reason is Reason.NO_ANSWERS:
        return str(gettext("Nothing to count yet."))
    if figure.reason is Reason.TOO_FEW:
        return str(gettext("Too few: shown from %(least)s on, fewer would be chance.", least=MINIMUM))
    if figure.reason is Reason.PROTECTS_ANOTHER:
        return str(gettext("Hidden, so that a unit with few cases cannot be worked out."))
    return str(gettext("95 times in 100 between %(range)s", range=show_range(figure, show_share)))


def short(figure: Figure) -> str:
    """Return a share for a table, or a dash."""
    return show_share(figure.value) if figure.value is not None else "–"


def say_time(point: Quantile | None) -> str:
    """Return a median or percentile as people say times; a lower bound says so."""
    if point is None:
        return "–"
    said = say_span(point.value)
    return str(gettext("at least %(time)s", time=said)) if point.at_least else said


def say_span(span: timedelta) -> str:
    """Return "2 h 15 min", "3 d 4 h" or "under a minute"."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return str(gettext("under a minute"))
    if minutes < 60:
        return str(gettext("%(minutes)s min", minutes=minutes))
    if minutes < 2 * _MINUTES_A_DAY:
        return str(gettext("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60))
    days, rest = divmod(minutes, _MINUTES_A_DAY)
    return str(gettext("%(days)s d %(hours)s h", days=days, hours=rest // 60))
