"""Norms of a channel, what hurries a case, and when somebody who did not answer is tried again."""

from collections.abc import Collection
from datetime import time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.callbacks.rules.words import Strict

_Minutes = Annotated[int, Field(gt=0, le=60 * 24 * 60)]
_Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class ChannelNorm(Strict):
    """What a channel asks for in place of the clocks by score; what is left out stays as the score has it."""

    first_attempt_minutes: _Minutes | None = Field(
        default=None,
        description="Working minutes of the unit until the first attempt or, in writing, an interim answer.",
    )
    first_attempt_days: int | None = Field(
        default=None,
        ge=1,
        le=30,
        description="In place of minutes: working days of the unit, until the same time of day.",
    )
    settle_hours: float | None = Field(
        default=None, gt=0, le=1000, description="Working hours of the unit until the matter must be settled."
    )
    settle_days: int | None = Field(
        default=None, ge=1, le=365, description="Calendar days after which it must be settled whatever the hours are."
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if self.first_attempt_minutes is not None and self.first_attempt_days is not None:
            raise ValueError("write either first_attempt_minutes or first_attempt_days")
        return self


class Windows(Strict):
    """What the customer's window of the day means, by the unit's clock."""

    morning: tuple[_Hour, _Hour] = Field(default=("09:00", "12:00"), description="From and until.")
    afternoon: tuple[_Hour, _Hour] = Field(default=("12:00", "17:00"), description="From and until.")
    evening: tuple[_Hour, _Hour] = Field(default=("17:00", "21:00"), description="From and until.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("morning", "afternoon", "evening"):
            start, end = getattr(self, name)
            if start >= end:
                raise ValueError(f"{name} must begin before it ends")
        return self

    def span(self, window: str | None) -> tuple[time, time] | None:
        """Return from and until when the customer wants to be rung, or None for any time."""
        if window not in ("morning", "afternoon", "evening"):
            return None
        start, end = getattr(self, window)
        return time.fromisoformat(start), time.fromisoformat(end)


class Hurried(StrEnum):
    """Why a case runs faster."""

    REPEATED = "repeated"
    VIP = "vip"


class Hurry(Strict):
    """By how much both clocks are shortened: 0.5 is half the time. Where two reasons meet, the stronger counts."""

    repeated: float = Field(default=0.5, gt=0, le=1, description="Somebody who was unhappy before.")
    repeated_within_days: int = Field(default=30, ge=1, le=365, description="How long before counts.")
    vip: float = Field(default=0.5, gt=0, le=1, description="The call or visit carries one of the tags below.")
    vip_tags: list[str] = Field(default_factory=lambda: ["vip"], description="Tags of an interaction.")

    def factor(self, hurried_by: Collection[Hurried]) -> float:
        """Return how much of the time is left, 1 where nothing hurries."""
        return min((self.repeated if why is Hurried.REPEATED else self.vip for why in hurried_by), default=1)


class Retries(Strict):
    """When somebody who did not answer is rung again."""

    tries: int = Field(default=3, ge=1, le=10, description="Tries in all before the case is left to a person.")
    at: list[_Hour] = Field(
        default_factory=lambda: ["10:00", "13:30", "17:00"],
        min_length=1,
        description="Hours of the day by the unit's clock; the next try takes one that was not tried.",
    )
    least_hours: float = Field(default=2, gt=0, le=48, description="Hours that lie between two tries at least.")
