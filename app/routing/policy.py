"""The model of `config/routing.yaml`: bands, deadlines and what is suspect; pure."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.callbacks.deadlines import Deadline
from app.kit.errors import ConfigurationError
from app.kit.yaml_files import parse_yaml, validate_yaml
from app.responses.flags import SuspectLimits
from app.responses.scoring import Cut
from app.surveys.definition import Definition, QuestionType

Hours = Annotated[float, Field(gt=0, le=1000)]
# The scales that can be routed, with their first and last value.
_SCALES = {QuestionType.RATING5: (1, 5), QuestionType.NPS: (0, 10)}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Bands(_Strict):
    happy_at_least: int
    unhappy_at_most: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.unhappy_at_most >= self.happy_at_least:
            raise ValueError("unhappy_at_most must lie below happy_at_least")
        return self


class _Clocks(_Strict):
    first_attempt: Hours
    settle: Hours

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_attempt > self.settle:
            raise ValueError("first_attempt must not come after settle")
        return self

    def deadline(self) -> Deadline:
        return Deadline(first_attempt_hours=self.first_attempt, settle_hours=self.settle)


class _Step(_Clocks):
    up_to: int


class _BandsByScale(_Strict):
    rating5: _Bands
    nps: _Bands

    @model_validator(mode="after")
    def _on_the_scale(self) -> Self:
        for scale, (low, high) in _SCALES.items():
            bands: _Bands = getattr(self, scale.value)
            if not (low <= bands.unhappy_at_most and bands.happy_at_least <= high):
                raise ValueError(f"{scale}: both bounds must lie between {low} and {high}")
        return self


class _Deadlines(_Strict):
    rating5: Annotated[list[_Step], Field(min_length=1)]
    nps: Annotated[list[_Step], Field(min_length=1)]
    requested: _Clocks

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        for scale in _SCALES:
            steps: list[_Step] = getattr(self, scale.value)
            if [step.up_to for step in steps] != sorted({step.up_to for step in steps}):
                raise ValueError(f"{scale}: the lines must rise by up_to, each once")
        return self


class _Suspect(_Strict):
    answered_within_seconds: Annotated[float, Field(ge=0, le=60)]
    per_address_per_minute: Annotated[int, Field(ge=1, le=100_000)]
    per_touchpoint_per_minute: Annotated[int, Field(ge=1, le=100_000)]
    form_older_than_hours: Annotated[float, Field(gt=0, le=8760)]


class RoutingPolicy(_Strict):
    """What follows an answer, for surveys that do not say otherwise."""

    bands: _BandsByScale
    deadlines: _Deadlines
    change_hours: Annotated[float, Field(gt=0, le=168)]
    suspect: _Suspect

    def cut(self, definition: Definition) -> Cut | None:
        """Return where the bands of this survey lie (its own narrowing first), or None if it is not routed."""
        if not definition.has_bands:
            return None
        bands: _Bands = getattr(self.bands, definition.first.type.value)
        own = definition.routing
        if own is None:
            return Cut(bands.happy_at_least, bands.unhappy_at_most)
        return Cut(own.happy_at_least, own.unhappy_at_most)

    def deadline(self, question_type: QuestionType, rating: int) -> Deadline:
        """Return the two clocks of a low rating; one beyond the last line takes the last line's."""
        steps: list[_Step] = getattr(self.deadlines, question_type.value)
        return next((step for step in steps if rating <= step.up_to), steps[-1]).deadline()

    def requested_deadline(self) -> Deadline:
        """Return the two clocks of a call that somebody asked for without a low rating."""
        return self.deadlines.requested.deadline()

    @cached_property
    def limits(self) -> SuspectLimits:
        """Return what counts as suspect."""
        return SuspectLimits(**self.suspect.model_dump())


def load_policy(path: Path) -> RoutingPolicy:
    """Return the policy of the file; raises ConfigurationError that names every mistake with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); it comes with the code") from error
    return validate_yaml(parse_yaml(content, path.name), RoutingPolicy)
