"""A report of a unit and a period in words: blocks that the press draws, by the words of the pages.

Knows no request: the worker composes with it too, under the language of whoever the report is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, gettext
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.paper.sheet import Block, Cards, Heading, Paper, Paragraph
from app.analytics.report import Report, read_report
from app.analytics.wanted import Wanted
from app.kit.i18n import Language
from app.surveys.definition import Metric
from app.web.manage import words
from app.web.manage.figures.drawing import OF_CUSTOMERS
from app.web.manage.figures.report_cards import first_request_cards, headline_card, rate_cards
from app.web.manage.figures.report_chapters import tell_cases, tell_contacts, tell_metric, tell_topics


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
        yield Cards(tuple(headline_card(metric, view) for metric, view in report.metrics))
        yield Paragraph(
            gettext(
                "Every range holds the true figure 95 times in 100. A change is said only where it is more than chance."
                " Figures of fewer than 10 answers are not shown."
            ),
            soft=True,
        )
    for place, (metric, view) in enumerate(report.metrics):
        yield from tell_metric(metric, view, asked.language, leads=place == 0)
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
