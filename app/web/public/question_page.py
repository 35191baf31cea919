"""How the page of the question is put together; staff see the same one as a preview."""

from dataclasses import dataclass

from app.surveys.definition import Definition
from app.web import edge
from app.web.public.questions import read_value, show_question
from app.web.public.shell import render


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where somebody is asked: at a code, or by a link about one call, which `remember` calls to mind.

    `action` is where the form goes, the language included.
    """

    action: str
    place: str
    address: str | None = None
    remember: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether nobody can learn who answers."""
        return not self.remember


def render_question(
    meeting: Meeting,
    definition: Definition,
    token: str,
    *,
    marked: str | None,
    problem: str = "",
    counted: bool = True,
) -> str:
    """Return the page in the current language; `marked` is an answer shown as chosen, if it is one.

    What is marked is sent by one large button. The page reports that it was seen unless it says a problem (then it was
    seen before) or is not `counted`.
    """
    language = edge.current_language()
    value = read_value(marked)
    chosen = value if value is not None and definition.first.accepts(value) else None
    return render(
        "public/survey.html",
        definition.languages,
        meeting=meeting,
        token=token,
        question=show_question(definition.first, language, edge.desk().company, [str(chosen)]),
        chosen=chosen,
        preselected=None if chosen is None or problem else definition.first.label(chosen, language),
        problem=problem,
        counted=counted and not problem,
    )
