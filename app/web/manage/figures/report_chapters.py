"""The chapters of the report as blocks that the press draws: a metric, the cases, the contacts, the topics."""

from collections.abc import Callable, Iterator

from flask_babel import format_decimal, gettext, ngettext

from app.analytics.centre.view import ContactSummary
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
    Paragraph,
    Strip,
    Table,
    Whisker,
)
from app.analytics.recovery import Recovery
from app.analytics.topics import Topics
from app.kit.i18n import Language
from app.surveys.definition import Metric
from app.web.manage import words
from app.web.manage.callbacks import figure_words as case_words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.drawing import axis_of, draw_trend, list_bars
from app.web.manage.figures.report_cards import contacts_card, seconds_card
from app.web.manage.responses import topic_words

# More lines are a list and no report; the page has them all.
MOST_UNITS = 60
MOST_TOPICS = 10


def tell_metric(metric: Metric, view: MetricView, language: Language, *, leads: bool) -> Iterator[Block]:
    """Yield one metric: its parts, its siblings, its line over time, its ratings; `leads` adds the units below."""
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
    bars = list_bars(view, language)
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
            contacts_card(gettext("Contacts taken"), handled.answered, gettext("somebody took the contact")),
            contacts_card(
                gettext("Settled at once"),
                handled.resolved,
                gettext("of those taken: settled on the first line"),
            ),
            seconds_card(gettext("Waiting, mean"), contacts.waiting, gettext("until somebody took it")),
            seconds_card(gettext("Handling, mean"), contacts.handling, gettext("from taking it to the end")),
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
