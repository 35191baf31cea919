"""The respondent's pages as staff preview them: the very same pages, filled with made-up facts, storing nothing.

They stand in frames of `/manage/surveys/<key>`. Their forms lead nowhere: the page's policy says so to the browser.
"""

import uuid

from flask import Blueprint, request, url_for
from flask_babel import gettext

from app.kit.i18n import Language
from app.responses.models import SurveyResponse, Via
from app.review_sites.audience import find_reason
from app.review_sites.service import Offer
from app.routing.additions import AnswerPage
from app.routing.bands import ratings_by_band
from app.routing.rules import Answer, choose
from app.surveys.definition import Band, Definition
from app.web import edge
from app.web.access import Gate, gate
from app.web.public.answer_page import Typed, render_answer
from app.web.public.question_page import Meeting, render_question
from app.web.public.shell import speak

preview = Blueprint("preview", __name__, url_prefix="/manage/surveys")
gate(preview, Gate.STAFF)

# Stand for the code and the key that a real page has in its address.
_CODE, _KEY, _ID = "PREV1EW0", "preview", uuid.UUID(int=0)


@preview.get("/<survey_key>/preview")
def show_preview(survey_key: str) -> str:
    """One page: `page` is `rate` (the question), a band's name, or `after` what follows where there are no bands."""
    definition = edge.wiring().surveys.current(survey_key)
    language = speak(definition.languages, asked=request.args.get("lang"))
    edge.show_as_preview()
    asked = request.args.get("page", "rate")
    if asked == "rate":
        return render_question(_made_up_meeting(language), definition, "", marked=None, counted=False)
    ratings = ratings_by_band(definition, edge.desk().policy)
    band = Band(asked) if asked in list(Band) else next(iter(ratings), None)
    values = ratings.get(band) if band else None
    # The ends of the scale are the plainest: five faces up, one face down.
    rating = (values[0] if band is Band.UNHAPPY else values[-1]) if values else definition.first.values()[0]
    return render_answer(_KEY, _made_up_answer(definition, rating, language), Typed())


def _made_up_meeting(language: Language) -> Meeting:
    action = url_for("survey.show", code=_CODE, lang=language.value)
    return Meeting(action, gettext("Name of the office"), gettext("Its address"))


def _made_up_answer(definition: Definition, rating: int, language: Language) -> AnswerPage:
    """Return a page as right after the tap; its response is never added to a session."""
    step = choose(Answer(definition, rating), edge.desk().policy)
    return AnswerPage(
        response=SurveyResponse(rating=rating, comment=None, touchpoint_id=None, language=language, via=Via.PAGE),
        definition=definition,
        unit_name=gettext("Name of the office"),
        step=step,
        offers=_made_up_offers(step.band) if step.routed else [],
        answers=[],
        open_for_additions=True,
        number_left=False,
        call_window=None,
    )


def _made_up_offers(band: Band | None) -> list[Offer]:
    """Return every site that an office with a page on each of them would offer after a visit."""
    return [
        Offer(site, rules.name, f"https://{rules.hosts[0]}/", rules.hosts[0], _ID)
        for site, rules in edge.desk().catalogue.enabled()
        if find_reason(rules, f"https://{rules.hosts[0]}/", band=band, at_the_office=True) is None
    ]
