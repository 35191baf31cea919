"""The evidence in words: blocks for the page and for the press, so that both say the same."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from flask_babel import format_date, format_decimal, gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from app.analytics.evidence import AskedSurvey, Evidence, Frame, read_evidence
from app.analytics.metrics import Figure, Method
from app.analytics.paper.sheet import Block, Cards, Facts, Heading, Paper, Paragraph, Table
from app.analytics.response_rate import Disposition
from app.kit.i18n import NAMES
from app.surveys.definition import Metric, Question
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.drawing import OF_CUSTOMERS
from app.web.manage.figures.report_cards import figure_card, first_request_cards, rate_cards
from app.web.manage.figures.report_chapters import tell_cases
from app.web.manage.figures.report_paper import Letterhead, PaperAsked, put_on_paper
from app.web.manage.messages.interaction_words import REASONS
from app.web.manage.messages.words import CHANNELS as SENT_BY
from app.web.manage.words import CHANNELS

_DISPOSITIONS: Mapping[Disposition, LazyString] = {
    Disposition.INTERVIEW: lazy_gettext("Answered all that was asked (I)"),
    Disposition.PARTIAL: lazy_gettext("Rated, and left the rest (P)"),
    Disposition.REFUSAL: lazy_gettext("Said stop, or looked and left (R)"),
    Disposition.NON_CONTACT: lazy_gettext("Reached, no answer (NC)"),
    Disposition.UNKNOWN: lazy_gettext("Unknown whether it arrived (UO)"),
    Disposition.INELIGIBLE: lazy_gettext("Not eligible: no such number, never sent, a machine"),
    Disposition.PENDING: lazy_gettext("May still answer"),
}
_METHODS: Mapping[Method, LazyString] = {
    Method.WILSON: lazy_gettext("Wilson’s score interval"),
    Method.STUDENT_T: lazy_gettext("Student’s t"),
    Method.ADJUSTED_WALD: lazy_gettext("adjusted Wald"),
}


def compose_evidence(
    session: Session, asked: PaperAsked, head: Letterhead, *, employee_minimum: int, now: datetime
) -> Paper:
    """Return the evidence in the language that is forced or the request's."""
    evidence = read_evidence(
        session,
        asked.wanted,
        asked.scope,
        OF_CUSTOMERS,
        repeat_days=head.repeat_days,
        employee_minimum=employee_minimum,
        now=now,
    )
    blocks = tuple(_list_blocks(evidence, asked, head))
    return put_on_paper(gettext("Evidence of how satisfaction is measured"), blocks, asked, head, now=now)


def _list_blocks(evidence: Evidence, asked: PaperAsked, head: Letterhead) -> Iterator[Block]:
    yield Paragraph(
        gettext(
            "This gathers what ISO 10004 and ISO 18295-1 want to be known about how satisfaction is measured."
            " It is no certificate and proves no conformity: whether what is here is enough is for your auditor to say."
        ),
        note=True,
    )
    yield from _tell_surveys(evidence, asked, head)
    yield from _tell_frame(evidence.frame)
    yield from _tell_funnel(evidence)
    yield from _tell_results(evidence)
    if evidence.report.cases is not None:
        yield from tell_cases(evidence.report.cases)
    yield from _tell_first_request(evidence)
    yield Heading(gettext("Employees’ satisfaction"))
    yield Cards((figure_card(str(figure_words.METRICS[Metric.ESAT]), evidence.employees.figure),))
    yield Paragraph(
        gettext("Of whole months that are over, and only where enough employees answered that nobody is found out."),
        soft=True,
    )
    yield from _tell_left_out(evidence)


def _tell_surveys(evidence: Evidence, asked: PaperAsked, head: Letterhead) -> Iterator[Block]:
    yield Heading(gettext("What was asked"))
    if not evidence.surveys:
        yield Paragraph(gettext("Nobody answered in these days."))
    for survey in evidence.surveys:
        yield Paragraph(_name_survey(survey, asked, head))
        yield Table(
            (gettext("Question"), gettext("Language"), gettext("Wording")),
            tuple(
                (
                    _name_question(question) if place == 0 else "",
                    NAMES[language],
                    _say_question(question, survey, place, head),
                )
                for question in survey.definition.questions
                for place, language in enumerate(survey.definition.languages)
            ),
            (2, 1.3, 6),
        )


def _name_survey(survey: AskedSurvey, asked: PaperAsked, head: Letterhead) -> str:
    zone = asked.wanted.period.zone
    first, last = (
        format_date(moment.astimezone(zone), "medium", rebase=False) for moment in (survey.first_at, survey.last_at)
    )
    answers = ngettext("%(num)s answer", "%(num)s answers", survey.answers)
    return str(
        gettext(
            "%(name)s (%(key)s, version %(version)s): %(answers)s, the first on %(first)s, the last on %(last)s",
            name=survey.definition.name(asked.language, head.company),
            key=survey.definition.key,
            version=survey.definition.version,
            answers=answers,
            first=first,
            last=last,
        )
    )


def _name_question(question: Question) -> str:
    if question.metric is None:
        return question.key
    return f"{question.key} · {figure_words.METRICS[question.metric]}"


def _say_question(question: Question, survey: AskedSurvey, place: int, head: Letterhead) -> str:
    language = survey.definition.languages[place]
    options = [question.label(value, language) for value in question.values()]
    said = question.ask(language, head.company)
    return f"{said} [{' / '.join(options)}]" if options else said


def _tell_frame(frame: Frame) -> Iterator[Block]:
    yield Heading(gettext("Who was asked"))
    contacts, invited = sum(frame.contacts.values()), sum(frame.invited.values())
    yield Facts(
        (
            (gettext("Contacts that we were told of"), _number(contacts)),
            (gettext("Asked about"), _number(invited)),
            (gettext("Not asked about"), _number(contacts - invited)),
            (gettext("Codes in use: whoever scans one belongs to no sample"), _number(frame.codes)),
        )
    )
    if contacts:
        yield Table(
            (gettext("Channel"), gettext("Contacts"), gettext("Asked about")),
            tuple(
                (str(CHANNELS.get(channel, channel)), _number(n), _number(frame.invited.get(channel, 0)))
                for channel, n in _most(frame.contacts)
            ),
            (4, 1.5, 1.5),
            (1, 2),
        )
    if frame.left_out:
        yield Table(
            (gettext("Why not asked"), gettext("Contacts")),
            tuple((str(REASONS.get(reason, reason)), _number(n)) for reason, n in _most(frame.left_out)),
            (5.5, 1.5),
            (1,),
        )
    if frame.sent_by:
        yield Table(
            (gettext("How the question was sent"), gettext("People")),
            tuple((str(SENT_BY.get(channel, channel)), _number(n)) for channel, n in _most(frame.sent_by)),
            (5.5, 1.5),
            (1,),
        )


def _tell_funnel(evidence: Evidence) -> Iterator[Block]:
    yield Heading(gettext("What became of the people asked"))
    yield Table(
        (gettext("By AAPOR’s Standard Definitions"), gettext("People")),
        tuple((str(told), _number(evidence.report.dispositions.get(one, 0))) for one, told in _DISPOSITIONS.items()),
        (5.5, 1.5),
        (1,),
    )
    rates = evidence.report.response_rate.parts
    walk_ups = evidence.report.walk_ups
    yield Cards(
        (
            *rate_cards(rates),
            figure_card(gettext("Walk-ups who finished"), rates["walk_up_completion"], gettext("of those who rated")),
        )
    )
    yield Facts(
        (
            (gettext("Codes opened, at least"), _number(evidence.opens)),
            (gettext("Rated there"), _number(walk_ups.rated)),
            (gettext("Finished there"), _number(walk_ups.finished)),
        )
    )


def _tell_results(evidence: Evidence) -> Iterator[Block]:
    yield Heading(gettext("Results"))
    rows = [
        _tell_figure(metric, name, part)
        for metric, view in evidence.report.metrics
        for name, part in view.measured.parts.items()
    ]
    if not rows:
        yield Paragraph(gettext("Nobody answered in these days."))
        return
    yield Table(
        (
            gettext("Figure"),
            gettext("What it is"),
            gettext("Value"),
            gettext("Range"),
            gettext("Answers"),
            gettext("Interval by"),
        ),
        tuple(rows),
        (2.2, 2.8, 1, 1.8, 1.1, 1.8),
        (2, 4),
    )


def _tell_figure(metric: Metric, name: str, part: Figure) -> tuple[str, ...]:
    return (
        str(figure_words.METRICS[metric]),
        str(figure_words.PARTS[name]),
        figure_words.show(part),
        figure_words.explain(part) if part.suppressed else figure_words.show_range(part),
        _number(part.n),
        str(_METHODS[part.method]),
    )


def _tell_first_request(evidence: Evidence) -> Iterator[Block]:
    first = evidence.report.first_request
    if first is None:
        return
    yield Heading(gettext("Resolved the first time"))
    yield Cards(first_request_cards(first))
    yield Facts(
        (
            (gettext("Contacts too young to tell"), _number(first.pending)),
            (gettext("Contacts of nobody we know"), _number(first.unknown)),
        )
    )


def _tell_left_out(evidence: Evidence) -> Iterator[Block]:
    yield Heading(gettext("What was left out"))
    yield Facts(
        (
            (gettext("Answers that do not seem to come from customers"), _number(evidence.suspect)),
            (gettext("Units below that are not told, because too few answered"), _number(evidence.hidden_units)),
        )
    )
    yield Paragraph(
        gettext(
            "Figures of fewer than 10 answers are hidden, and so is whatever would give them away. “Not applicable”"
            " never enters a denominator. Ranges hold the true figure 95 times in 100. A difference is called one where"
            " both sides have 30 answers and its interval leaves zero out; where many units are compared, the false"
            " discovery rate is held at 5 % (Benjamini and Hochberg)."
        ),
        soft=True,
    )


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _number(n: int) -> str:
    return str(format_decimal(n))
