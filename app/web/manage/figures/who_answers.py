"""Who answers: how far the people asked came, the rates by AAPOR, and how walk-ups went on, apart from them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.analytics.funnel import read_funnel
from app.analytics.metrics import Figure
from app.analytics.response_rate import (
    Disposition,
    WalkUps,
    count_dispositions,
    count_opens,
    count_walk_ups,
    measure_response_rate,
)
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query
from app.web.manage.messages.words import CHANNELS

figure_funnel = Blueprint("figure_funnel", __name__, url_prefix="/manage/figures/who-answers")
access.gate(figure_funnel, access.Gate.STAFF)

STEPS: Mapping[str, LazyString] = {
    "invited": lazy_gettext("Invited"),
    "sent": lazy_gettext("Sent"),
    "delivered": lazy_gettext("Delivered"),
    "opened": lazy_gettext("Opened by a person (at least)"),
    "rated": lazy_gettext("Rated"),
    "finished": lazy_gettext("Finished"),
    "reviewed": lazy_gettext("Went to a review site"),
}
RATES: Mapping[str, LazyString] = {
    "rr1": lazy_gettext("RR1: finished, of all who may have been reached"),
    "rr2": lazy_gettext("RR2: rated, of all who may have been reached"),
    "contact": lazy_gettext("CON1: known to have been reached"),
    "cooperation": lazy_gettext("COOP3: finished, of those who rated or said no"),
    "refusal": lazy_gettext("REF1: said no or broke off"),
}
DISPOSITIONS: Mapping[Disposition, LazyString] = {
    Disposition.INTERVIEW: lazy_gettext("finished (I)"),
    Disposition.PARTIAL: lazy_gettext("rated, and left the rest (P)"),
    Disposition.REFUSAL: lazy_gettext("said stop, or looked and left (R)"),
    Disposition.NON_CONTACT: lazy_gettext("received it and kept silent (NC)"),
    Disposition.UNKNOWN: lazy_gettext("nobody knows whether it arrived (UO)"),
    Disposition.INELIGIBLE: lazy_gettext("not asked after all: no such number, not sent, a machine"),
    Disposition.PENDING: lazy_gettext("still has time to answer"),
}


@figure_funnel.get("")
def show() -> str:
    """The people of one unit who were asked, or of all that the user may see."""
    scope, session = access.scope(), edge.db()
    query = read_figure_query(scope)
    query.metric = Metric.CSAT
    dispositions = count_dispositions(session, query.wanted, scope, now=edge.now()).get(None, Counter())
    walk_ups = count_walk_ups(session, query.wanted, scope).get(None, WalkUps(rated=0, finished=0))
    measured = measure_response_rate(dispositions, walk_ups)
    return render_template(
        "manage/figures/funnel.html",
        **figure_context(query, scope),
        funnel=read_funnel(session, query.wanted, scope),
        rates=[(RATES[name], measured.parts[name]) for name in RATES],
        dispositions=[(told, dispositions[each]) for each, told in DISPOSITIONS.items() if dispositions[each]],
        walk_ups=walk_ups,
        completion=measured.parts["walk_up_completion"],
        opened=count_opens(session, query.wanted, scope),
        steps=STEPS,
        say=_say,
        explain=_explain,
        invited=_invited(query),
        message_channels=CHANNELS,
        figure_words=figure_words,
        words=words,
    )


def _say(figure: Figure | None) -> str:
    return "" if figure is None else figure_words.show(figure)


def _explain(figure: Figure) -> str:
    if not figure.n:
        return str(gettext("Nobody was asked, or all of them still have time to answer."))
    return words.explain_share(figure)


def _invited(query: FigureQuery) -> str:
    """Return the address of the contacts that were asked about."""
    values: dict[str, Any] = {
        "unit": query.unit.code if query.unit is not None and query.unit_id is not None else None,
        "from": query.period.first.isoformat(),
        "to": query.period.last.isoformat(),
        "channel": query.channel.value if query.channel else None,
        "employee": query.employee.code if query.employee else None,
        "about": query.call_topic,
        "decision": "invited",
    }
    return url_for("interactions.show_list", **{key: value for key, value in values.items() if value})
