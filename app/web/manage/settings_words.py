"""Words of the settings page: what each rating leads to, what is kept for how long, what to look at first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Literal
from urllib.parse import urlsplit

from babel.dates import format_timedelta
from flask_babel import format_decimal, get_locale, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from app.kit.installation import PlannedJob
from app.kit.outbox import OutboxStatus
from app.review_sites.catalogue import Audience, Catalogue, Site, Stance
from app.routing.explained import Stretch
from app.routing.rules import Lead
from app.web.manage.review_sites import words as review_words

# A worker shows itself every 5 seconds.
WORKER_IS_LATE = timedelta(seconds=30)
_UNITS: tuple[tuple[int, Literal["day", "hour", "minute", "second"]], ...] = (
    (86_400, "day"),
    (3600, "hour"),
    (60, "minute"),
    (1, "second"),
)
LEADS: Mapping[Lead, LazyString] = {
    Lead.REVIEW: lazy_gettext("The page leads with the review sites of this office."),
    Lead.IMPROVE: lazy_gettext("The page asks what would have made it better; the review links stand below."),
    Lead.CALLBACK: lazy_gettext("The page leads with “May we call you back?”; the same review links stand below."),
    Lead.THANKS: lazy_gettext("The page says thanks."),
}
OFFERED_TO: Mapping[Audience, LazyString] = {
    Audience.EVERYONE: lazy_gettext("everyone"),
    Audience.HAPPY: lazy_gettext("only after a good rating"),
}
STANCES: Mapping[Stance, LazyString] = {
    Stance.FORBIDDEN: lazy_gettext("forbids it"),
    Stance.UNKNOWN: lazy_gettext("does not say"),
    Stance.ALLOWED: lazy_gettext("allows it"),
}
# What switches the asking for a site's stars on.
RATING_KEYS: Mapping[Site, str] = {
    Site.GOOGLE: "OTKLIK_GOOGLE_PLACES_KEY",
    Site.TWOGIS: "OTKLIK_TWOGIS_KEY",
    Site.TRUSTPILOT: "OTKLIK_TRUSTPILOT_KEY",
}
# By the names of the periodic jobs; what is deleted, and counted from when.
_FORGOTTEN: Mapping[str, LazyString] = {
    "forget-numbers": lazy_gettext("Telephone numbers, counted from the day the person's last case was closed"),
    "forget-asked": lazy_gettext(
        "Numbers, e-mail addresses and chats of people we were told of, counted from the day their last link ended"
    ),
    "forget-messages": lazy_gettext("Messages to people, and what gateways told us about them"),
    "forget-repeats": lazy_gettext("Answers to other systems, kept in case they repeat a request"),
    "forget-traces": lazy_gettext("Which device and which network an answer came from, as hashes"),
    "forget-sign-ins": lazy_gettext("Sign-ins of staff that have ended, and links for new passwords"),
    "forget-posters": lazy_gettext("Files of posters that were drawn"),
    "forget-drafts": lazy_gettext("Files that were uploaded to be imported"),
    "forget-webhooks": lazy_gettext("What was sent to webhooks, with the beginning of what they answered"),
    "forget-notices": lazy_gettext("What staff were told"),
    "purge-outbox": lazy_gettext("Work of the queue that is done"),
    "forget-slots": lazy_gettext("Runs of these jobs, and signs of life of the workers"),
}
KEPT = (
    lazy_gettext("Ratings, answers and comments: no personal data is asked for, but people may write some."),
    lazy_gettext("Cases with their outcome, without the number once it is forgotten; consents, which prove calls."),
    lazy_gettext("Taps on review links, and the log of what staff did."),
)


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to look at, and what cures it; `link` leads to more about it."""

    words: str
    cure: str
    link: str | None = None
    grave: bool = False


def say_stretch(stretch: Stretch) -> str:
    """Return the ratings of a stretch, `4–5` or `3`."""
    return str(stretch.first) if stretch.first == stretch.last else f"{stretch.first}–{stretch.last}"


def say_case(stretch: Stretch) -> str:
    """Return when somebody is rung, and until when it must be settled, in the office's working hours."""
    first = _hours(stretch.deadline.first_attempt_hours)
    settle = _hours(stretch.deadline.settle_hours)
    if stretch.opens_case:
        said = gettext(
            "A case is opened: the first call within %(first)s, settled within %(settle)s.", first=first, settle=settle
        )
    else:
        said = gettext(
            "A case only if they ask to be called: the first call within %(first)s, settled within %(settle)s.",
            first=first,
            settle=settle,
        )
    return str(said)


def _hours(hours: float) -> str:
    if hours == int(hours):
        return str(ngettext("%(num)s working hour", "%(num)s working hours", int(hours)))
    return str(gettext("%(num)s working hours", num=format_decimal(hours)))


def say_forgotten(job: PlannedJob) -> str:
    """Return what the job deletes; its own name where nobody has said it in words."""
    return str(_FORGOTTEN.get(job.name, job.name))


def say_span(span: timedelta) -> str:
    """Return a stretch of time in the reader's language, in the largest unit that it fills: `30 days`, `1 hour`."""
    seconds = max(int(span.total_seconds()), 0)
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    # Not babel.units.format_unit: it finds no Kazakh word for a day and prints the name of its pattern instead.
    whole = timedelta(seconds=seconds // size * size)
    return format_timedelta(whole, granularity=unit, threshold=inf, locale=get_locale())


def say_size(count: int) -> str:
    """Return a size in megabytes."""
    return str(gettext("%(size)s MB", size=format_decimal(round(count / 1_000_000, 1))))


def list_concerns(
    catalogue: Catalogue,
    *,
    public_url: str,
    worker_seen_at: datetime | None,
    queue: OutboxStatus,
    now: datetime,
) -> Iterator[Concern]:
    """Yield what an administrator should look at first, the gravest first."""
    for warning in catalogue.policy_warnings():
        yield Concern(
            review_words.say_warning(warning),
            gettext("Write offer_to: everyone for it in config/review_sites.yaml, unless the company takes the risk."),
            link=warning.policy_url,
            grave=True,
        )
    parts = urlsplit(public_url)
    if parts.hostname in ("localhost", "127.0.0.1", "::1"):
        yield Concern(
            gettext("Codes and links lead to %(address)s, which only this machine can reach.", address=public_url),
            gettext("Set OTKLIK_BASE_URL before the first poster is printed: a printed code cannot be changed."),
            grave=True,
        )
    elif parts.scheme != "https":
        yield Concern(
            gettext("%(address)s is plain http: good for a trial only.", address=public_url),
            gettext("Put a proxy with a certificate in front and set OTKLIK_BASE_URL to its https address."),
            grave=True,
        )
    if worker_seen_at is None or now - worker_seen_at > WORKER_IS_LATE:
        yield Concern(
            gettext("No worker is running: nothing is sent, drawn or forgotten meanwhile."),
            gettext("Start one: flask --app wsgi worker."),
            grave=True,
        )
    if queue.dead:
        yield Concern(
            ngettext(
                "%(num)s piece of work was given up after many tries.",
                "%(num)s pieces of work were given up after many tries.",
                queue.dead,
            ),
            gettext("The log says why each of them failed."),
        )
