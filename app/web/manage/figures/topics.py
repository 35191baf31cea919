"""What customers speak of: topics and reasons of a unit and its days; every number leads to the responses behind it."""

from flask import Blueprint, render_template

from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.analytics.differences import Verdict
from app.analytics.figure_lines import PageLines
from app.analytics.page_lines import list_topics
from app.analytics.topics import ReasonLine, ReasonQuestion, read_reasons, read_topics
from app.kit.i18n import say
from app.responses.topics.catches import is_sorting_anew
from app.responses.topics.rules import ANY_TOPIC, NO_TOPIC
from app.web import access, edge
from app.web.manage import words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query
from app.web.manage.responses import topic_words

figure_topics = Blueprint("figure_topics", __name__, url_prefix="/manage/figures/topics")
access.gate(figure_topics, access.Gate.STAFF)


@figure_topics.get("")
def show() -> str:
    """The topics of one unit, or of all that the user may see."""
    session, scope = edge.db(), access.scope()
    query = read_figure_query(scope)
    before = query.period.before

    def behind(question: ReasonQuestion, line: ReasonLine) -> str:
        return query.answers(survey=question.survey, answer=f"{question.key}:{line.value}")

    return render_template(
        "manage/figures/topics.html",
        **figure_context(query, scope),
        topics=read_topics(session, query.wanted, scope),
        reasons=read_reasons(session, query.wanted, scope),
        about=lambda key, **more: query.answers(topic=key or NO_TOPIC, **more),
        any_topic=ANY_TOPIC,
        days_before={"from": before.first.isoformat(), "to": before.last.isoformat()},
        behind=behind,
        say=lambda text: say(text, edge.current_language()),
        sorting=is_sorting_anew(session, edge.wiring().topics.classifier.fingerprint),
        may_tune=access.staff().actor.may(Permission.READ_TOPIC_RULES),
        survey_names={
            survey.key: survey.name(edge.current_language(), edge.desk().company) for survey in edge.wiring().surveys
        },
        topic_words=topic_words,
        figure_words=figure_words,
        words=words,
        Verdict=Verdict,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's tables."""
    session, language = edge.db(), edge.current_language()
    topics, reasons = read_topics(session, query.wanted, scope), read_reasons(session, query.wanted, scope)
    return list_topics(topics, reasons, lambda text: say(text, language))
