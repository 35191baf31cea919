"""Surveys as they stand in the files: the list, and each with its wording, what follows an answer, and a preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.analytics.survey_list import SurveyUse, count_uses
from app.kit.i18n import Language, choose_language
from app.routing.bands import ratings_by_band
from app.surveys.definition import Audience, Band, Definition, Metric, Question, QuestionType
from app.surveys.service import list_versions
from app.web import access, edge
from app.web.manage import words

surveys = Blueprint("surveys", __name__, url_prefix="/manage/surveys")
access.gate(surveys, access.Gate.STAFF)

_AUDIENCES: Mapping[str, LazyString] = {
    Audience.CUSTOMERS: lazy_gettext("Customers"),
    Audience.EMPLOYEES: lazy_gettext("Employees"),
}
_TYPES: Mapping[str, LazyString] = {
    QuestionType.RATING5: lazy_gettext("Five faces"),
    QuestionType.NPS: lazy_gettext("From 0 to 10"),
    QuestionType.CES7: lazy_gettext("From 1 to 7"),
    QuestionType.PMF: lazy_gettext("Four fixed answers"),
    QuestionType.YES_NO: lazy_gettext("Yes or no"),
    QuestionType.CHOICE: lazy_gettext("A choice"),
    QuestionType.TEXT: lazy_gettext("Words of one’s own"),
}
_METRICS: Mapping[str, LazyString] = {
    Metric.CSAT: lazy_gettext("satisfaction (CSAT)"),
    Metric.AGENT_CSAT: lazy_gettext("satisfaction with the employee"),
    Metric.ESAT: lazy_gettext("satisfaction of employees"),
    Metric.NPS: lazy_gettext("recommendation (NPS)"),
    Metric.ENPS: lazy_gettext("recommendation by employees"),
    Metric.CES: lazy_gettext("effort (CES)"),
    Metric.PMF: lazy_gettext("need of the product (PMF)"),
    Metric.FCR: lazy_gettext("settled at the first request"),
    Metric.ACQUISITION: lazy_gettext("how customers found the company"),
}
_LEADS: Mapping[str, LazyString] = {
    Band.HAPPY: lazy_gettext("The page leads with the review sites of the office; a call is offered below."),
    Band.NEUTRAL: lazy_gettext("The page asks what would have made it better; the review sites stand below."),
    Band.UNHAPPY: lazy_gettext(
        "The page leads with the offer to call back, and a case is opened; the same review sites stand below."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One survey of the list; without a definition its file is gone, and only what was answered is left."""

    key: str
    definition: Definition | None
    use: SurveyUse
    versions: Sequence[tuple[int, datetime]]


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page of the preview."""

    name: str
    title: str


@surveys.get("")
def show_list() -> str:
    """Every survey that there is a file of, and those that were asked before."""
    library, uses, versions = edge.wiring().surveys, count_uses(edge.db(), scope=access.scope()), _versions()
    gone = sorted((uses.keys() | versions.keys()) - set(library.keys()))
    return render_template(
        "manage/surveys/list.html",
        lines=[
            Line(
                key,
                library.current(key) if key in library else None,
                uses.get(key, SurveyUse()),
                versions.get(key, []),
            )
            for key in (*library.keys(), *gone)
        ],
        audiences=_AUDIENCES,
        show_time=words.show_time,
        zone=edge.desk().zone,
    )


@surveys.get("/<survey_key>")
def show_one(survey_key: str) -> str:
    """One survey: its preview in one language, and its words in all of them."""
    definition = edge.wiring().surveys.current(survey_key)
    language = choose_language(
        request.args.get("preview"), [edge.current_language().value], definition.languages, Language.RU
    )
    edge.allow_frames()
    bands = ratings_by_band(definition, edge.desk().policy)
    return render_template(
        "manage/surveys/one.html",
        definition=definition,
        language=language,
        pages=_pages(bands),
        bands=[(band, _say_values(values, definition.first), _LEADS[band]) for band, values in bands.items()],
        band_names=words.BANDS,
        use=count_uses(edge.db(), scope=access.scope()).get(survey_key, SurveyUse()),
        versions=_versions().get(survey_key, []),
        audiences=_AUDIENCES,
        types=_TYPES,
        metrics=_METRICS,
        conditions={question.key: _say_condition(definition, question) for question in definition.later},
        show_time=words.show_time,
        zone=edge.desk().zone,
    )


def _versions() -> dict[str, list[tuple[int, datetime]]]:
    versions: dict[str, list[tuple[int, datetime]]] = {}
    for key, version, stored_at in list_versions(edge.db()):
        versions.setdefault(key, []).append((version, stored_at))
    return versions


def _pages(bands: Mapping[Band, tuple[int, ...]]) -> list[ShownPage]:
    after = [ShownPage(band.value, str(words.BANDS[band])) for band in bands]
    return [ShownPage("rate", gettext("The question")), *(after or [ShownPage("after", gettext("After the tap"))])]


def _say_values(values: Sequence[int], question: Question) -> str:
    """Return neighbouring values as people say them: `4 and 5`, `0 to 6`; faces also by their words."""
    if len(values) == 1:
        said = str(values[0])
    elif len(values) == 2:
        said = str(gettext("%(first)s and %(second)s", first=values[0], second=values[1]))
    else:
        said = str(gettext("%(first)s to %(last)s", first=values[0], last=values[-1]))
    if question.type is not QuestionType.RATING5:
        return said
    labels = ", ".join(question.label(value, edge.current_language()) for value in values)
    return f"{said} ({labels})"


def _say_condition(definition: Definition, question: Question) -> str:
    """Return when a later question is shown."""
    condition = question.show_if
    if condition is None:
        return ""
    if condition.question is None:
        return ", ".join(str(words.BANDS[band]) for band in condition.band)
    earlier = definition.question(condition.question)
    language, company = edge.current_language(), edge.desk().company
    answers = ", ".join(earlier.label(value, language) for value in condition.values)
    return f"{earlier.ask(language, company)} {answers}"
