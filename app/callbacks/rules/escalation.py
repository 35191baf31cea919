"""When somebody further up hears of a case, and how much one person can work."""

from pydantic import Field

from app.callbacks.rules.words import Strict


class EscalationRules(Strict):
    """Escalation as a whole."""

    warn_at_percent: int = Field(
        default=80, ge=1, le=99, description="So much of a clock is up: whoever works the case, or is on duty, hears."
    )
    remind_daily: bool = Field(default=True, description="Once a working day until somebody acknowledges.")
    remind_at: str = Field(default="09:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="By the unit's clock.")


class LoadRules(Strict):
    """How many open cases are too many."""

    per_person: int = Field(
        default=30, ge=1, le=1000, description="Open cases of one person; above it the load is shown."
    )
    per_person_per_day: int = Field(
        default=20, ge=1, le=1000, description="Cases that one person can work a day: what the forecast reckons with."
    )
    forecast_days: int = Field(default=28, ge=7, le=92, description="Days behind us that the forecast is made from.")
