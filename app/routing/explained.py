"""What each rating of a survey leads to, told by asking the rule itself for every rating there is. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from app.callbacks.deadlines import Deadline
from app.routing.policy import RoutingPolicy
from app.routing.rules import Answer, Lead, NextStep, choose
from app.surveys.definition import Band, Definition


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ratings from `first` to `last` that lead to the same. `deadline` counts once there is a case to settle."""

    first: int
    last: int
    band: Band
    lead: Lead
    opens_case: bool
    deadline: Deadline


def explain_survey(definition: Definition, policy: RoutingPolicy) -> list[Stretch]:
    """Return what the ratings lead to, the best first; nothing for a survey that is not routed."""
    return list(_stretches(definition, policy)) if definition.has_bands else []


def _stretches(definition: Definition, policy: RoutingPolicy) -> Iterator[Stretch]:
    steps = [(value, choose(Answer(definition, value), policy)) for value in reversed(definition.first.values())]
    for _, group in groupby(steps, key=lambda pair: _alike(pair[1])):
        found = list(group)
        step = found[0][1]
        if step.band is None or step.deadline is None:
            raise AssertionError("a survey with bands has a band and a deadline for each rating")
        yield Stretch(found[-1][0], found[0][0], step.band, step.lead, step.case is not None, step.deadline)


def _alike(step: NextStep) -> tuple[object, ...]:
    return step.band, step.lead, step.case, step.deadline
