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
    happy_at_least: int = Field(description="A rating from here on is happy.")
    unhappy_at_most: int = Field(description="A rating up to here is unhappy; what lies between is neutral.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.unhappy_at_most >= self.happy_at_least:
            raise ValueError("unhappy_at_most must lie below happy_at_least")
        return self


class _Clocks(_Strict):
    first_attempt: Hours = Field(description="Working hours of the office until somebody must have tried to ring.")
    settle: Hours = Field(description="Working hours of the office until the matter must be settled.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_attempt > self.settle:
            raise ValueError("first_attempt must not come after settle")
        return self

    def deadline(self) -> Deadline:
        return Deadline(first_attempt_hours=self.first_attempt, settle_hours=self.settle)


class _Step(_Clocks):
    up_to: int = Field(
        description="The line counts for ratings up to this one, on the survey's own scale; the first that fits counts."
    )


class _BandsByScale(_Strict):
    rating5: _Bands = Field(description="For surveys that begin with a rating from 1 to 5.")
    nps: _Bands = Field(description="For surveys that begin with 0 to 10.")

    @model_validator(mode="after")
    def _on_the_scale(self) -> Self:
        for scale, (low, high) in _SCALES.items():
            bands: _Bands = getattr(self, scale.value)
            if not (low <= bands.unhappy_at_most and bands.happy_at_least <= high):
                raise ValueError(f"{scale}: both bounds must lie between {low} and {high}")
        return self


class _Deadlines(_Strict):
    rating5: Annotated[list[_Step], Field(min_length=1, description="For low ratings from 1 to 5, a line each.")]
    nps: Annotated[list[_Step], Field(min_length=1, description="For low ratings from 0 to 10, a line each.")]
    requested: _Clocks = Field(description="For a call that somebody asked for without a low rating.")

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        for scale in _SCALES:
            steps: list[_Step] = getattr(self, scale.value)
            if [step.up_to for step in steps] != sorted({step.up_to for step in steps}):
                raise ValueError(f"{scale}: the lines must rise by up_to, each once")
        return self


class _Suspect(_Strict):
    answered_within_seconds: float = Field(
        ge=0, le=60, description="Answered so soon after the page was served: faster than a person reads."
    )
    per_address_per_minute: int = Field(ge=1, le=100_000, description="Answers at one code from one address.")
    per_touchpoint_per_minute: int = Field(ge=1, le=100_000, description="Answers at one code from anywhere.")
    form_older_than_hours: float = Field(gt=0, le=8760, description="The page had been served so long before.")


class RoutingPolicy(_Strict):
    """What follows an answer, for surveys that do not say otherwise."""

    bands: _BandsByScale = Field(description="Where happy and unhappy begin; a survey may say otherwise in its file.")
    deadlines: _Deadlines = Field(description="How soon somebody must be rung and the matter settled.")
    change_hours: float = Field(
        gt=0,
        le=168,
        description="For so long the same device changes its answer instead of giving a new one, and a response takes "
        "additions.",
    )
    suspect: _Suspect = Field(description="What is marked as suspect and shown apart; nothing is ever refused for it.")

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
