"""A figure before and after each event, by the rule that stands in `before_after`. Read-only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.before_after import Change, find_change
from app.analytics.events.listing import EventLine
from app.analytics.events.windows import Timing, Window, shifted_channels, span_of
from app.analytics.histograms import Group, count_values
from app.analytics.measured import Measured, add_counts
from app.analytics.periods import Period
from app.analytics.series import feeding, list_series
from app.analytics.wanted import By, Wanted
from app.analytics.ways import Way, choose_way, merge
from app.surveys.definition import Metric, QuestionType

# Further channels are a few answers, and each is a question to the database.
_MOST_CHANNELS = 5

Days = Mapping[Group, Counter[int]]


@dataclass(frozen=True, slots=True)
class Judged:
    """An event with the figure of the days before and after it; None of these until the days are over.

    `others` are events in the same days, `channels` those that clearly more or fewer answers came by: either may be the
    reason as well.
    """

    event: EventLine
    window: Window
    timing: Timing
    question_type: QuestionType | None
    before: Measured | None
    after: Measured | None
    change: Change | None
    others: tuple[EventLine, ...]
    channels: tuple[str, ...]


def judge_events(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    metric: Metric,
    events: Sequence[EventLine],
    *,
    among: Sequence[EventLine],
    days: int,
    today: date,
) -> list[Judged]:
    """Return each event judged by the answers of what is wanted, `days` before and after; the period is of no matter.

    As many statements for fifty events as for one. `among` are all events that touch what is wanted, also those shortly
    before and after: any of them in the same days may be the reason as well.
    """
    windows = {event.id: Window(event.day, days) for event in events}
    over = [each for each in windows.values() if each.timing(today) is Timing.OVER]
    found = _read(session, wanted, scope, metric, over) if over else None
    judged = []
    for event in events:
        window = windows[event.id]
        timing = window.timing(today)
        others = tuple(each for each in among if each.id != event.id and window.holds(each.day))
        if found is None or timing is not Timing.OVER:
            judged.append(Judged(event, window, timing, None, None, None, None, others, ()))
            continue
        before, after = (found.way.measure(_add(found.by_day, *stretch)) for stretch in (window.before, window.after))
        mixes = [
            {channel: _add(by_day, *stretch).total() for channel, by_day in found.by_channel.items()}
            for stretch in (window.before, window.after)
        ]
        change, shifted = find_change(after, before), shifted_channels(*mixes)
        judged.append(Judged(event, window, timing, found.way.type, before, after, change, others, shifted))
    return judged


@dataclass(frozen=True, slots=True)
class _Found:
    way: Way
    by_day: Days
    by_channel: Mapping[str, Days]


def _read(session: Session, wanted: Wanted, scope: Scope, metric: Metric, windows: Sequence[Window]) -> _Found | None:
    """Return the answers of all the windows by day, and by day and channel; None where nobody is asked this."""
    spanned = replace(wanted, period=Period(*span_of(windows), wanted.period.zone))
    way = choose_way(session, spanned, scope, metric, feeding(list_series(session), metric))
    if way is None:
        return None
    by_day = merge(count_values(session, spanned, scope, way.asked, by=By.DAY), way)
    return _Found(way, by_day, _read_channels(session, spanned, scope, way, by_day))


def _read_channels(session: Session, wanted: Wanted, scope: Scope, way: Way, by_day: Days) -> dict[str, Days]:
    if wanted.channel is not None:
        return {}
    sizes = Counter(
        {
            channel: histogram.total()
            for channel, histogram in merge(count_values(session, wanted, scope, way.asked, by=By.CHANNEL), way).items()
            if isinstance(channel, str)
        }
    )
    if len(sizes) < 2:
        return {}
    listed = [channel for channel, _ in sizes.most_common(_MOST_CHANNELS)]
    found: dict[str, Days] = {}
    for channel in listed:
        counts = count_values(session, replace(wanted, channel=channel), scope, way.asked, by=By.DAY)
        found[channel] = merge(counts, way)
    if len(sizes) > len(listed):
        rest = {
            day: total - add_counts(each.get(day, Counter()) for each in found.values())
            for day, total in by_day.items()
        }
        found["other"] = rest
    return found


def _add(by_day: Days, first: date, last: date) -> Counter[int]:
    return add_counts(n for day, n in by_day.items() if isinstance(day, date) and first <= day <= last)
