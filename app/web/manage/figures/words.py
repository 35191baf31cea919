"""Words of the pages of figures: metrics and their parts, how sure they are, what may be said of a difference."""

from collections.abc import Callable, Mapping
from datetime import date

from flask_babel import format_date, gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.analytics import cut_points as cut
from app.analytics.before_after import Change
from app.analytics.differences import LEAST, Difference, Verdict
from app.analytics.metrics import Figure, Method
from app.surveys.definition import Metric, QuestionType
from app.web import edge
from app.web.manage import words

METRICS: Mapping[Metric, LazyString] = {
    Metric.CSAT: lazy_gettext("Satisfaction (CSAT)"),
    Metric.NPS: lazy_gettext("Recommendation (NPS)"),
    Metric.CES: lazy_gettext("Ease (CES)"),
    Metric.PMF: lazy_gettext("Would miss it (PMF)"),
    Metric.AGENT_CSAT: lazy_gettext("Satisfaction with the employee"),
    Metric.FCR: lazy_gettext("Resolved the first time (FCR)"),
    Metric.ACQUISITION: lazy_gettext("Came by reviews"),
    Metric.ESAT: lazy_gettext("Employees’ satisfaction (ESAT)"),
    Metric.ENPS: lazy_gettext("Employees’ recommendation (eNPS)"),
}
# What each part of a metric is, as a line under its number.
PARTS: Mapping[str, LazyString] = {
    "top_2": lazy_gettext("chose 4 or 5"),
    "bottom_2": lazy_gettext("chose 1 or 2"),
    "mean": lazy_gettext("the mean"),
    "nps": lazy_gettext("on a scale from −100 to 100"),
    "promoters": lazy_gettext("promoters, 9 or 10"),
    "passives": lazy_gettext("passives, 7 or 8"),
    "detractors": lazy_gettext("detractors, 0 to 6"),
    "easy": lazy_gettext("found it easy, 5 to 7"),
    "hard": lazy_gettext("found it hard, 1 to 3"),
    "little_effort": lazy_gettext("took little effort, 1 or 2"),
    "much_effort": lazy_gettext("took much effort, 4 or 5"),
    "very_disappointed": lazy_gettext("would be very disappointed without it"),
    "somewhat_disappointed": lazy_gettext("would be somewhat disappointed"),
    "not_disappointed": lazy_gettext("would not be disappointed"),
    "resolved": lazy_gettext("say that their question was resolved the first time"),
    "by_reviews": lazy_gettext("of new customers chose by reviews"),
}
# The values behind each part that is a share, for a way to their answers.
VALUES: Mapping[str, tuple[int, ...]] = {
    "top_2": cut.SATISFIED,
    "bottom_2": cut.DISSATISFIED,
    "promoters": cut.PROMOTERS,
    "passives": cut.PASSIVES,
    "detractors": cut.DETRACTORS,
    "easy": cut.EASY,
    "hard": cut.HARD,
    "little_effort": cut.LITTLE_EFFORT,
    "much_effort": cut.MUCH_EFFORT,
    "very_disappointed": (cut.VERY_DISAPPOINTED,),
    "somewhat_disappointed": (cut.SOMEWHAT_DISAPPOINTED,),
    "not_disappointed": (cut.NOT_DISAPPOINTED,),
    "resolved": cut.SETTLED_AT_ONCE,
}


def shower(figure: Figure) -> Callable[[float], str]:
    """Return how values of such a figure are said: a share in percent, a mean with decimals, an NPS with its sign."""
    return {Method.WILSON: words.show_share, Method.ADJUSTED_WALD: words.show_nps}.get(figure.method, words.show_mean)


def show(figure: Figure) -> str:
    """Return the value, or a dash where it is hidden."""
    return "–" if figure.value is None else shower(figure)(figure.value)


def show_range(figure: Figure) -> str:
    """Return the interval in the few letters that a table has room for, or a dash."""
    return words.show_range(figure, shower(figure))


def explain(figure: Figure) -> str:
    """Return in words how sure the figure is, or why it is hidden."""
    told = {Method.WILSON: words.explain_share, Method.ADJUSTED_WALD: words.explain_nps}
    return told.get(figure.method, words.explain_mean)(figure)


def mood(verdict: Verdict, kind: QuestionType, metric: Metric) -> str:
    """Return `good`, `bad`, or nothing where no difference may be said; of effort on five points less is good."""
    if verdict not in (Verdict.HIGHER, Verdict.LOWER):
        return ""
    less_is_good = metric is Metric.CES and kind is QuestionType.RATING5
    return "good" if (verdict is Verdict.HIGHER) is not less_is_good else "bad"


def arrow(verdict: Verdict) -> str:
    """Return an arrow beside words; there is none without a difference."""
    return {Verdict.HIGHER: "▲", Verdict.LOWER: "▼"}.get(verdict, "")


def explain_before(change: Change, before: Figure) -> str:
    """Return in words how the figure stands to the one of as many days before."""
    then = show(before)
    match change.verdict:
        case Verdict.TOO_FEW:
            return str(gettext("Too few answers to compare with the time before: both need %(least)s.", least=LEAST))
        case Verdict.HIGHER:
            return str(gettext("Higher than before (%(then)s): %(by)s", then=then, by=show_difference(change, before)))
        case Verdict.LOWER:
            return str(gettext("Lower than before (%(then)s): %(by)s", then=then, by=show_difference(change, before)))
        case _:
            return str(gettext("Not distinguishable from before (%(then)s)", then=then))


def explain_siblings(change: Change) -> str:
    """Return in words how the unit stands to the others of its parent together."""
    match change.verdict:
        case Verdict.TOO_FEW:
            return str(gettext("Too few answers to compare with its neighbours: both need %(least)s.", least=LEAST))
        case Verdict.HIGHER:
            return str(gettext("Higher than its neighbours together"))
        case Verdict.LOWER:
            return str(gettext("Lower than its neighbours together"))
        case _:
            return str(gettext("Not distinguishable from its neighbours together"))


def say_against(verdict: Verdict) -> str:
    """Return in a word or two how a unit stands to all others of the list."""
    return str(
        {
            Verdict.HIGHER: gettext("higher than the others"),
            Verdict.LOWER: gettext("lower than the others"),
            Verdict.NO_CLEAR_DIFFERENCE: gettext("not distinguishable"),
            Verdict.TOO_FEW: gettext("too few answers"),
        }[verdict]
    )


def show_difference(change: Change, like: Figure) -> str:
    """Return the difference with its interval: of shares in percentage points, else in the figure's own units."""
    return "–" if change.difference is None else say_difference(change.difference, like.method)


def say_difference(difference: Difference, method: Method) -> str:
    """Return a difference with its interval in the units of figures of this method."""
    scale, pattern = (100, "0.0") if method is Method.WILSON else (1, "0.00")
    if method is Method.ADJUSTED_WALD:
        pattern = "0"
    value, low, high = (
        words.show_signed(each * scale, pattern) for each in (difference.value, difference.ci_low, difference.ci_high)
    )
    if method is Method.WILSON:
        return str(gettext("%(value)s percentage points (%(low)s to %(high)s)", value=value, low=low, high=high))
    return str(gettext("%(value)s (%(low)s to %(high)s)", value=value, low=low, high=high))


def say_days(first: date, last: date) -> str:
    """Return a stretch of days as short as it can be told."""
    if first == last:
        return say_day(first)
    return str(gettext("%(first)s to %(last)s", first=say_day(first), last=say_day(last)))


def say_day(day: date) -> str:
    """Return a day, with its year where that is not this one: on a line of several years a day alone tells nothing."""
    this_year = day.year == edge.now().astimezone(edge.desk().zone).year
    return str(format_date(day, "d MMM" if this_year else "d MMM y", rebase=False))
