"""Who answers: how far the people asked came, the rates by AAPOR, and how walk-ups went on, apart from them.

Every count leads to the contacts that it is of, or to the answers.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.accounts.scope import Scope
from app.analytics.figure_lines import PageLines
from app.analytics.funnel import Funnel, read_funnel
from app.analytics.measured import Measured
from app.analytics.metrics import Figure
from app.analytics.page_lines import list_asked
from app.analytics.response_rate import (
    RATE_OUTCOMES,
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
from app.web.manage.messages.interaction_words import OUTCOMES, REASONS, STEPS
from app.web.manage.messages.words import CHANNELS

figure_funnel = Blueprint("figure_funnel", __name__, url_prefix="/manage/figures/who-answers")
access.gate(figure_funnel, access.Gate.STAFF)

RATES: Mapping[str, LazyString] = {
    "rr1": lazy_gettext("RR1: finished, of all who may have been reached"),
    "rr2": lazy_gettext("RR2: rated, of all who may have been reached"),
    "contact": lazy_gettext("CON1: known to have been reached"),
    "cooperation": lazy_gettext("COOP3: finished, of those who rated or said no"),
    "refusal": lazy_gettext("REF1: said no or broke off"),
}


@dataclass(frozen=True, slots=True)
class _WhoAnswers:
    """What the page tells; `opened` is how often people opened the pages of codes."""

    funnel: Funnel
    rates: Measured
    outcomes: Counter[Disposition]
    walk_ups: WalkUps
    opened: int


@figure_funnel.get("")
def show() -> str:
    """The people of one unit who were asked, or of all that the user may see."""
    scope = access.scope()
    query = read_figure_query(scope)
    found = _read(query, scope)
    return render_template(
        "manage/figures/funnel.html",
        **figure_context(query, scope),
        funnel=found.funnel,
        rates=[(told, found.rates.parts[name], *_behind(name)) for name, told in RATES.items()],
        outcomes=[(each, told, found.outcomes[each]) for each, told in OUTCOMES.items() if found.outcomes[each]],
        walk_ups=found.walk_ups,
        completion=found.rates.parts["walk_up_completion"],
        opened=found.opened,
        steps=STEPS,
        reasons=REASONS,
        say=_say,
        explain=_explain,
        contacts=query.contacts,
        message_channels=CHANNELS,
        figure_words=figure_words,
        words=words,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's tables."""
    found = _read(query, scope)
    return list_asked(found.funnel, found.rates, found.outcomes, found.walk_ups, found.opened)


def _read(query: FigureQuery, scope: Scope) -> _WhoAnswers:
    query.metric, session = Metric.CSAT, edge.db()
    outcomes = count_dispositions(session, query.wanted, scope, now=edge.now()).get(None, Counter())
    walk_ups = count_walk_ups(session, query.wanted, scope).get(None, WalkUps(rated=0, finished=0))
    return _WhoAnswers(
        funnel=read_funnel(session, query.wanted, scope),
        rates=measure_response_rate(outcomes, walk_ups),
        outcomes=outcomes,
        walk_ups=walk_ups,
        opened=count_opens(session, query.wanted, scope),
    )


def _behind(rate: str) -> tuple[str, str]:
    """Return the outcomes of those a rate counts, and of all whom it is the share of, as they stand in an address."""
    some, everybody = RATE_OUTCOMES[rate]
    return ",".join(some), ",".join(everybody)


def _say(figure: Figure | None) -> str:
    return "" if figure is None else figure_words.show(figure)


def _explain(figure: Figure) -> str:
    if not figure.n:
        return str(gettext("Nobody was asked, or all of them still have time to answer."))
    return words.explain_share(figure)
