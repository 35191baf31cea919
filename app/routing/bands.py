"""Which answers of a survey lie in which band; pure."""

from collections.abc import Mapping

from app.routing.policy import RoutingPolicy
from app.surveys.definition import Band, Definition


def ratings_by_band(definition: Definition, policy: RoutingPolicy) -> Mapping[Band, tuple[int, ...]]:
    """Return the values of the first question by band, the happiest first; none for a survey that is not routed.

    A band in which no value lies is left out.
    """
    cut = policy.cut(definition)
    if cut is None:
        return {}
    ratings = {band: tuple(value for value in definition.first.values() if cut.band(value) is band) for band in Band}
    return {band: values for band, values in ratings.items() if values}
