"""Words for contacts: seconds and bands of them, and how sure a share of contacts is."""

from flask_babel import format_decimal, gettext

from app.analytics.differences import Verdict
from app.analytics.metrics import Figure
from app.analytics.seconds import Band
from app.web.manage import words


def say_seconds(seconds: float | None) -> str:
    """Return a time in seconds with two decimals, or a dash."""
    return "–" if seconds is None else str(gettext("%(seconds)s s", seconds=words.show_mean(seconds)))


def say_point(seconds: float | None) -> str:
    """Return a median or a percentile, which is nearly always a whole second."""
    return "–" if seconds is None else str(gettext("%(seconds)s s", seconds=format_decimal(seconds, "#,##0.#")))


def say_band(band: Band) -> str:
    """Return a band of seconds."""
    if band.until is None:
        return str(gettext("%(first)s s and longer", first=format_decimal(band.first)))
    return str(gettext("%(first)s–%(until)s s", first=format_decimal(band.first), until=format_decimal(band.until)))


def say_shorter(verdict: Verdict | None) -> str:
    """Return how a band stands to the next shorter one."""
    if verdict is None:
        return "–"
    return str(
        {
            Verdict.HIGHER: gettext("higher than the shorter"),
            Verdict.LOWER: gettext("lower than the shorter"),
            Verdict.NO_CLEAR_DIFFERENCE: gettext("not distinguishable from the shorter"),
            Verdict.TOO_FEW: gettext("too few answers"),
        }[verdict]
    )


def explain_contacts(figure: Figure) -> str:
    """Return in words how sure a share of contacts is, or why there is none."""
    if not figure.n:
        return str(gettext("The other system has not told this of any contact."))
    return words.explain_share(figure)
