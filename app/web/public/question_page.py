"""How the page of the question is put together; staff see the same one as a preview."""

from flask import url_for

from app.surveys.definition import Definition
from app.touchpoints.service import LiveTouchpoint
from app.web import edge
from app.web.public.questions import read_value, show_question
from app.web.public.shell import render


def render_question(
    touchpoint: LiveTouchpoint,
    definition: Definition,
    token: str,
    *,
    marked: str | None,
    problem: str = "",
    counted: bool = True,
) -> str:
    """Return the page in the current language; `marked` is an answer shown as chosen, if it is one.

    It reports that it was seen unless it says a problem (then it was seen before) or is not `counted`.
    """
    language = edge.current_language()
    value = read_value(marked)
    chosen = value if value is not None and definition.first.accepts(value) else None
    return render(
        "public/survey.html",
        definition.languages,
        action=url_for("survey.show", code=touchpoint.code, lang=language.value),
        token=token,
        place=touchpoint.unit_name,
        address=touchpoint.unit_address,
        question=show_question(definition.first, language, edge.desk().company, [str(chosen)]),
        preselected=None if chosen is None or problem else definition.first.label(chosen, language),
        problem=problem,
        counted=counted and not problem,
    )
