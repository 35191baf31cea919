"""choose(answer) -> NextStep: what the page leads with and whether a case is opened; pure, tested as a table.

The two tables of docs/routing.md are written down here and nowhere else.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.callbacks.deadlines import Deadline
from app.callbacks.states import CaseReason
from app.routing.policy import RoutingPolicy
from app.surveys.definition import Band, Definition


class Lead(StrEnum):
    """What the page after the rating leads with."""

    REVIEW = "review"
    IMPROVE = "improve"
    CALLBACK = "callback"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known when a step is chosen. `history` is an answer that was imported."""

    definition: Definition
    rating: int
    suspect: bool = False
    has_number: bool = False
    asks_for_call: bool = False
    history: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """The decision. `deadline` is set whenever a case could be opened, `case` says why one is opened now."""

    band: Band | None
    routed: bool
    lead: Lead
    case: CaseReason | None
    deadline: Deadline | None


_LEADS = {Band.HAPPY: Lead.REVIEW, Band.NEUTRAL: Lead.IMPROVE, Band.UNHAPPY: Lead.CALLBACK}


def choose(answer: Answer, policy: RoutingPolicy) -> NextStep:
    """Return what follows the answer."""
    cut = policy.cut(answer.definition)
    if cut is None:
        return NextStep(band=None, routed=False, lead=Lead.THANKS, case=None, deadline=None)
    band = cut.band(answer.rating)
    if answer.history:
        return NextStep(band=band, routed=False, lead=Lead.THANKS, case=None, deadline=None)
    if band == Band.UNHAPPY:
        reason = CaseReason.LOW_RATING
        deadline = policy.deadline(answer.definition.first.type, answer.rating)
        # A burst must not flood the list; a person who leaves a number is worth a call, however odd the answer looked.
        opens = answer.has_number or not answer.suspect
    else:
        reason = CaseReason.REQUESTED
        deadline = policy.requested_deadline()
        opens = answer.asks_for_call and answer.has_number
    return NextStep(band=band, routed=True, lead=_LEADS[band], case=reason if opens else None, deadline=deadline)
