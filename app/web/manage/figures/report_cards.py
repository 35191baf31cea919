"""A figure on a card of the report: in words, how sure it is, and of how many."""

from collections.abc import Mapping

from flask_babel import gettext, ngettext

from app.analytics.first_request import FirstRequest
from app.analytics.metric_view import MetricView
from app.analytics.metrics import Figure
from app.analytics.paper.sheet import (
    Card,
)
from app.analytics.seconds import Seconds
from app.surveys.definition import Metric
from app.web.manage import words
from app.web.manage.figures import contact_words
from app.web.manage.figures import words as figure_words


def headline_card(metric: Metric, view: MetricView) -> Card:
    """Return the headline of a metric, with what it is a share of and how it stood before."""
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


def contacts_card(title: str, figure: Figure, about: str) -> Card:
    """Return a share of contacts, with how sure it is and of how many."""
    lines = [about, contact_words.explain_contacts(figure)]
    if figure.n:
        lines.append(ngettext("of %(num)s contact", "of %(num)s contacts", figure.n))
    return Card(title, figure_words.show(figure), tuple(lines))


def seconds_card(title: str, seconds: Seconds, about: str) -> Card:
    """Return a mean of seconds, with what half and nine in ten took at most."""
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
