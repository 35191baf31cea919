"""Who saw a question of reasons and chose none: the form was sent, the question was shown, and nothing was ticked.

Whoever left before the end may not have seen it, so they are not among these; nor are answers from a chat, an API or a
file, which had no form. Read-only.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, false, or_

from app.analytics.series import Asked, firsts
from app.responses.models import ResponseAnswer, SurveyResponse, Via
from app.surveys.definition import Question, QuestionType

_ON_A_FORM = (Via.PAGE, Via.KIOSK)


def chose_none(series: Sequence[Asked], question: str, *, survey: str | None = None) -> ColumnElement[bool]:
    """Return the condition over `survey_response`, of a choice by its key, in any survey or in one.

    `series` are all questions there are: a question may be shown by the answer to an earlier one.
    """
    first = {one.series.version_id: one.question.key for one in firsts(series)}
    asked = [one for one in series if one.question.key == question and survey in (None, one.survey)]
    return or_(false(), *_in_each(asked, first))


def _in_each(asked: Iterable[Asked], first: Mapping[uuid.UUID, str]) -> Iterator[ColumnElement[bool]]:
    answer = ResponseAnswer
    for one in asked:
        if one.question.type is QuestionType.CHOICE and not one.series.is_first:
            version_id = one.series.version_id
            chose = exists().where(answer.response_id == SurveyResponse.id, answer.question_key == one.question.key)
            yield and_(
                SurveyResponse.survey_version_id == version_id,
                SurveyResponse.finished_at.is_not(None),
                SurveyResponse.via.in_(_ON_A_FORM),
                *_shown(one.question, first[version_id]),
                ~chose,
            )


def _shown(question: Question, first: str) -> list[ColumnElement[bool]]:
    shown = question.show_if
    if shown is None:
        return []
    if shown.question is None:
        return [SurveyResponse.band.in_(shown.band)]
    if shown.question == first:
        return [SurveyResponse.rating.in_(shown.values)]
    answer = ResponseAnswer
    told = exists().where(answer.response_id == SurveyResponse.id, answer.question_key == shown.question)
    return [told.where(answer.value.in_(shown.values))]
