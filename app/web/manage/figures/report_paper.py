"""A report of a unit and a period in words: blocks that the press draws, by the words of the pages.

Knows no request: the worker composes with it too, under the language of whoever the report is for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, format_decimal, gettext, ngettext
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.centre.view import ContactSummary
from app.analytics.first_request import FirstRequest
from app.analytics.metric_view import MetricView
from app.analytics.metrics import Figure
from app.analytics.paper.sheet import (
    Block,
    Card,
    Cards,
    Chart,
    ChartDot,
    Facts,
    Heading,
    Paper,
    Paragraph,
    Strip,
    Table,
    Whisker,
)
from app.analytics.recovery import Recovery
from app.analytics.report import Report, read_report
from app.analytics.seconds import Seconds
from app.analytics.topics import Topics
from app.analytics.wanted import Wanted
from app.kit.i18n import Language
from app.surveys.definition import Metric
from app.web.manage import words
from app.web.manage.callbacks import figure_words as case_words
from app.web.manage.figures import contact_words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.drawing import OF_CUSTOMERS, axis_of, draw_trend, list_bars
from app.web.manage.responses import topic_words

# More lines are a list and no report; the page has them all.
MOST_UNITS = 60
MOST_TOPICS = 10


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The company's name and colour, and after how many days a repeated contact is a new matter."""

    company: str
    colour: str
    repeat_days: int


@dataclass(frozen=True, slots=True)
class PaperAsked:
    """What a paper is about: `unit` is its name, None for all that may be seen; `narrowed` are further words on it."""

    wanted: Wanted
    scope: Scope
    language: Language
    unit: str | None = None
    narrowed: tuple[str, ...] = ()
    metric: Metric = Metric.CSAT


def compose_report(session: Session, asked: PaperAsked, head: Letterhead, *, now: datetime) -> Paper:
    """Return the report in the language that is forced or the request's; the chosen metric leads."""
    metrics = sorted(OF_CUSTOMERS, key=lambda metric: metric is not asked.metric)
    report = read_report(session, asked.wanted, asked.scope, metrics, repeat_days=head.repeat_days, now=now)
    return put_on_paper(gettext("Report"), list_blocks(report, asked), asked, head, now=now)


def put_on_paper(title: str, blocks: tuple[Block, ...], asked: PaperAsked, head: Letterhead, *, now: datetime) -> Paper:
    """Return the blocks as a paper, with what it is about and as of when."""
    return Paper(
        title=f"{title}: {asked.unit or _say_whole(asked, head)}",
        company=head.company,
        about=" · ".join((say_period(asked), *asked.narrowed)),
        foot=f"{head.company} · {say_as_of(now, asked)}",
        page=str(gettext("Page %(page)s of %(pages)s", page="{page}", pages="{pages}")),
        language=asked.language.value,
        colour=head.colour,
        blocks=blocks,
    )


def _say_whole(asked: PaperAsked, head: Letterhead) -> str:
    """Return what a paper without a unit is about: the company only for whoever may see all of it."""
    return head.company if asked.scope.everything else str(gettext("All that the reader may see"))


def say_period(asked: PaperAsked) -> str:
    """Return the days it is about."""
    first, last = (
        format_date(day, "medium", rebase=False) for day in (asked.wanted.period.first, asked.wanted.period.last)
    )
    return str(gettext("%(first)s to %(last)s", first=first, last=last))


def say_as_of(now: datetime, asked: PaperAsked) -> str:
    """Return when it was counted, by the company's clock."""
    return str(gettext("As of %(when)s", when=words.show_time(now, asked.wanted.period.zone)))


def list_blocks(report: Report, asked: PaperAsked) -> tuple[Block, ...]:
    """Return the report's blocks, from the headlines down."""
    return tuple(_list_blocks(report, asked))


def _list_blocks(report: Report, asked: PaperAsked) -> Iterator[Block]:
    if not report.metrics:
        yield Paragraph(gettext("Nobody answered in these days."), note=True)
    else:
        yield Cards(tuple(_card_of(metric, view) for metric, view in report.metrics))
        yield Paragraph(
            gettext(
                "Every range holds the true figure 95 times in 100. A change is said only where it is more than chance."
                " Figures of fewer than 10 answers are not shown."
            ),
            soft=True,
        )
    for place, (metric, view) in enumerate(report.metrics):
        yield from _tell_metric(metric, view, asked, leads=place == 0)
    if report.response_rate.n:
        yield Heading(gettext("Who answers"))
        yield Cards(rate_cards(report.response_rate.parts))
    if report.cases is not None and report.cases.counts.opened:
        yield from tell_cases(report.cases)
    if report.first_request is not None and (report.first_request.by_survey.n or report.first_request.by_repeat.n):
        yield Heading(gettext("Resolved the first time"))
        yield Cards(first_request_cards(report.first_request))
    if report.contacts.handled.contacts:
        yield from tell_contacts(report.contacts)
    if report.topics.lines:
        yield from tell_topics(report.topics, asked.language)


def _card_of(metric: Metric, view: MetricView) -> Card:
    measured = view.measured
    card = figure_card(str(figure_words.METRICS[metric]), measured.figure, str(figure_words.PARTS[measured.headline]))
    lines = (*card.lines, figure_words.explain_before(view.change, view.before.figure))
    return Card(card.title, card.value, lines)


def figure_card(title: str, figure: Figure, about: str = "", *, counted: str = "") -> Card:
    """Return a figure with how sure it is and of how many: answers, or what `counted` says in words."""
    counted = counted or ngettext("%(num)s answer", "%(num)s answers", figure.n)
    return Card(title, figure_words.show(figure), tuple(filter(None, (about, figure_words.explain(figure), counted))))


def rate_cards(rates: Mapping[str, Figure]) -> tuple[Card, Card]:
    """Return the two response rates of the people who were asked."""
    people = ngettext("%(num)s person asked", "%(num)s people asked", rates["rr1"].n)
    about = gettext("of the people asked, by AAPOR")
    return (
        figure_card(gettext("Response rate (RR1)"), rates["rr1"], about, counted=people),
        figure_card(gettext("Response rate (RR2)"), rates["rr2"], gettext("with those who began"), counted=people),
    )


def first_request_cards(first: FirstRequest) -> tuple[Card, Card]:
    """Return both ways to tell whether something was resolved the first time."""
    again = ngettext("Nobody came again within %(num)s day", "Nobody came again within %(num)s days", first.days)
    contacts = ngettext("%(num)s contact", "%(num)s contacts", first.by_repeat.n)
    return (
        figure_card(gettext("By what people answer"), first.by_survey),
        figure_card(again, first.by_repeat, counted=contacts),
    )


def tell_contacts(contacts: ContactSummary) -> Iterator[Block]:
    """Yield how contacts went: how many were taken and settled, how long people waited, which ways they came by."""
    handled, of = contacts.handled, contacts.handled.contacts
    yield Heading(gettext("Contact centre"))
    yield Cards(
        (
            Card(
                gettext("Contacts"),
                str(format_decimal(of)),
                (gettext("calls, chats and visits that ended in these days"),),
            ),
            _share_of_contacts(gettext("Contacts taken"), handled.answered, gettext("somebody took the contact")),
            _share_of_contacts(
                gettext("Settled at once"),
                handled.resolved,
                gettext("of those taken: settled on the first line"),
            ),
            _seconds_card(gettext("Waiting, mean"), contacts.waiting, gettext("until somebody took it")),
            _seconds_card(gettext("Handling, mean"), contacts.handling, gettext("from taking it to the end")),
        )
    )
    yield Table(
        (gettext("Channel"), "", gettext("Contacts"), gettext("Share")),
        tuple(
            (str(words.CHANNELS.get(channel, channel)), Strip(n / of), str(format_decimal(n)), words.show_share(n / of))
            for channel, n in contacts.by_channel.items()
        ),
        (3, 3.4, 1.9, 1),
        (2, 3),
    )


def _share_of_contacts(title: str, figure: Figure, about: str) -> Card:
    lines = [about, contact_words.explain_contacts(figure)]
    if figure.n:
        lines.append(ngettext("of %(num)s contact", "of %(num)s contacts", figure.n))
    return Card(title, figure_words.show(figure), tuple(lines))


def _seconds_card(title: str, seconds: Seconds, about: str) -> Card:
    lines = [about]
    if seconds.mean.value is None:
        lines.append(words.explain_mean(seconds.mean) if seconds.n else contact_words.explain_contacts(seconds.mean))
    else:
        median, p90 = contact_words.say_point(seconds.median), contact_words.say_point(seconds.p90)
        lines += [
            words.explain_mean(seconds.mean),
            gettext("Half took at most %(median)s, nine of ten at most %(p90)s.", median=median, p90=p90),
        ]
    if seconds.n:
        lines.append(ngettext("of %(num)s contact", "of %(num)s contacts", seconds.n))
    return Card(title, contact_words.say_seconds(seconds.mean.value), tuple(lines))


def tell_topics(topics: Topics, language: Language) -> Iterator[Block]:
    """Yield what was spoken of most, and how satisfied those were who did."""
    yield Heading(gettext("What customers speak of"))
    yield Table(
        (
            gettext("Topic"),
            gettext("Mentions"),
            gettext("Of those who said something"),
            gettext("Satisfied of these"),
            gettext("Range"),
            gettext("Beside the others"),
        ),
        tuple(
            (
                topic_words.say_topic(line.key, language),
                str(format_decimal(line.n)),
                figure_words.show(line.share),
                figure_words.show(line.csat),
                figure_words.show_range(line.csat),
                topic_words.say_against(line.against),
            )
            for line in topics.lines[:MOST_TOPICS]
        ),
        (3, 1.5, 1.8, 1.7, 2.1, 2.2),
        (1, 2, 3, 4),
    )
    left = len(topics.lines) - MOST_TOPICS
    if left > 0:
        more = ngettext(
            "%(num)s more topic is on the page of topics.", "%(num)s more topics are on the page of topics.", left
        )
        yield Paragraph(more, soft=True)
    yield Paragraph(
        gettext("A response may be about several topics. A topic says what was spoken of, not whether it was praised."),
        soft=True,
    )


def _tell_metric(metric: Metric, view: MetricView, asked: PaperAsked, *, leads: bool) -> Iterator[Block]:
    yield Heading(str(figure_words.METRICS[metric]))
    parts = [(name, part) for name, part in view.measured.parts.items() if name != view.measured.headline]
    if parts:
        yield Facts(
            tuple(
                (str(figure_words.PARTS[name]), f"{figure_words.show(part)}  ({figure_words.show_range(part)})")
                for name, part in parts
            )
        )
    if view.siblings is not None:
        yield Paragraph(figure_words.explain_siblings(view.siblings))
    yield from _tell_trend(view)
    bars = list_bars(view, asked.language)
    if bars:
        yield Table(
            (gettext("Rating"), "", gettext("Answers"), gettext("Share")),
            tuple(
                (
                    str(value) if told == str(value) else f"{value} · {told}",
                    Strip(share),
                    str(format_decimal(n)),
                    words.show_share(share),
                )
                for value, told, n, share in bars
            ),
            (3, 4, 1.2, 1),
            (2, 3),
        )
    if leads and view.units:
        yield from _tell_units(metric, view)


def _tell_trend(view: MetricView) -> Iterator[Block]:
    trend = draw_trend(view)
    if trend is None:
        return
    plot = trend.plot
    yield Chart(
        ticks=tuple((plot.axis.y(tick), trend.say(tick)) for tick in plot.axis.ticks),
        labels=tuple((label.x, label.words) for label in trend.labels),
        dots=tuple(ChartDot(dot.index, dot.x, dot.y, dot.low, dot.high) for dot in plot.dots),
        overall=trend.overall,
    )


def _tell_units(metric: Metric, view: MetricView) -> Iterator[Block]:
    low, high = axis_of(view)
    span = high - low if high > low else 1.0

    def on_axis(value: float | None) -> float | None:
        return None if value is None else (value - low) / span

    yield Heading(gettext("The units below it"))
    yield Table(
        (
            gettext("Unit"),
            str(figure_words.METRICS[metric]),
            gettext("Range"),
            "",
            gettext("Answers"),
            gettext("Beside the others"),
        ),
        tuple(
            (
                row.name,
                figure_words.show(row.measured.figure),
                figure_words.show_range(row.measured.figure),
                _place(row.measured.figure, on_axis),
                str(format_decimal(row.measured.n)),
                figure_words.say_against(row.against_others),
            )
            for row in view.units[:MOST_UNITS]
        ),
        (3.2, 1.6, 1.9, 2.4, 1.2, 2.4),
        (1, 4),
    )
    left = len(view.units) - MOST_UNITS
    if left > 0:
        more = ngettext(
            "%(num)s more unit is on the page of figures.", "%(num)s more units are on the page of figures.", left
        )
        yield Paragraph(more, soft=True)
    yield Paragraph(
        gettext(
            "Ranked by the figure alone, which chance moves: only what is called higher or lower than the others can be"
            " told apart from them."
        ),
        soft=True,
    )


def _place(figure: Figure, on_axis: Callable[[float | None], float | None]) -> Whisker:
    return Whisker(on_axis(figure.ci_low), on_axis(figure.value), on_axis(figure.ci_high))


def tell_cases(cases: Recovery) -> Iterator[Block]:
    """Yield what became of the cases opened in the period, and how long people waited."""
    counts, shares = cases.counts, cases.shares
    yield Heading(gettext("Cases and callbacks"))
    yield Facts(
        (
            (gettext("Opened"), str(format_decimal(counts.opened))),
            (gettext("Of these closed"), str(format_decimal(counts.closed))),
            (
                gettext("Median time to the first attempt, in working hours"),
                case_words.say_time(cases.attempt_worked.median),
            ),
            (
                gettext("Median time until somebody was reached, in working hours"),
                case_words.say_time(cases.contact_worked.median),
            ),
        )
    )
    yield Cards(
        tuple(
            Card(
                title,
                case_words.short(figure),
                (about, case_words.explain(figure), ngettext("%(num)s case", "%(num)s cases", figure.n)),
            )
            for title, about, figure in (
                (gettext("Tried in time"), gettext("of the first attempts"), shares.attempt_in_time),
                (gettext("Settled in time"), gettext("of the cases"), shares.settled_in_time),
                (gettext("Won back"), gettext("of those who rated how it was handled"), shares.recovery),
                (gettext("Won back, strictly"), gettext("of all cases opened"), shares.recovery_strict),
            )
        )
    )
