"""What moves it: which later question goes with the overall rating most, each with its interval."""

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext

from app.accounts.scope import Scope
from app.analytics.cut_points import SATISFIED
from app.analytics.differences import LEAST, Verdict
from app.analytics.drivers import Driver, read_drivers
from app.analytics.figure_lines import PageLines
from app.analytics.hours import MOST_DAYS
from app.analytics.metrics import Method
from app.analytics.page_lines import list_drivers
from app.surveys.definition import Question, QuestionType
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.last_days import keep_last_days
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query

figure_drivers = Blueprint("figure_drivers", __name__, url_prefix="/manage/figures/drivers")
access.gate(figure_drivers, access.Gate.STAFF)


@figure_drivers.get("")
def show() -> str:
    """The later questions of one unit, or of all that the user may see; at most the last 90 days with answers."""
    scope = access.scope()
    query = read_figure_query(scope)
    days = keep_last_days(query, scope)
    drivers = read_drivers(edge.db(), query.wanted, scope)
    ends = [
        end for each in drivers.found if each.difference for end in (each.difference.ci_low, each.difference.ci_high)
    ]
    return render_template(
        "manage/figures/drivers.html",
        **figure_context(query, scope),
        drivers=drivers,
        days=days,
        most_days=MOST_DAYS,
        least=LEAST,
        axis=(min([0.0, *ends]), max([0.0, *ends])),
        ask=lambda driver: _ask(driver.question),
        say_side=say_side,
        behind=lambda driver, **more: _behind(query, driver, driver.values, **more),
        satisfied=list(SATISFIED),
        behind_other=lambda driver, **more: _behind(query, driver, driver.other_values, **more),
        say_difference=lambda difference: figure_words.say_difference(difference, Method.WILSON),
        say_means=lambda difference: figure_words.say_difference(difference, Method.STUDENT_T),
        figure_words=figure_words,
        words=words,
        Verdict=Verdict,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's table."""
    keep_last_days(query, scope)
    return list_drivers(read_drivers(edge.db(), query.wanted, scope), _ask)


def _ask(question: Question) -> str:
    return question.ask(edge.current_language(), edge.desk().company)


def say_side(driver: Driver, *, other: bool = False) -> str:
    """Return who stands on a side: those who chose an option or did not, or an end of a scale."""
    if driver.option is not None:
        return str(gettext("did not choose it") if other else gettext("chose it"))
    language = edge.current_language()
    if driver.question.type is QuestionType.YES_NO:
        return driver.question.label(2 if other else 1, language)
    values = driver.other_values if other else driver.values
    return str(gettext("answered %(first)s to %(last)s", first=values[0], last=values[-1]))


def _behind(query: FigureQuery, driver: Driver, values: tuple[int, ...], **more: Any) -> str:
    """Return the answers of a side; the other side of an option, which has no values, are all who chose others."""
    listed = ",".join(map(str, values)) or f"not-{driver.option}"
    return query.answers(figure="csat", survey=driver.survey, answer=f"{driver.question.key}:{listed}", **more)
