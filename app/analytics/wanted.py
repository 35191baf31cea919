"""Whose answers a figure counts, as a value: what pages, files and the API all ask the counts with."""

import uuid
from dataclasses import dataclass, replace
from enum import StrEnum

from app.analytics.filters import ResponseFilter
from app.analytics.periods import Period


class By(StrEnum):
    """What figures are told apart by; by the hour only within one day, and never counted ahead."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    CHANNEL = "channel"
    CALL_TOPIC = "call_topic"
    EMPLOYEE = "employee"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answers of a period that are not suspect. Whatever is left out does not narrow.

    `unit_id` takes all units below with it. `employee_id` is who served the customer; with `employee_known` answers
    about nobody in particular are left out. `call_topic` is what the other system said that the contact was about.
    """

    period: Period
    unit_id: uuid.UUID | None = None
    employee_id: uuid.UUID | None = None
    employee_known: bool = False
    channel: str | None = None
    call_topic: str | None = None

    @property
    def before(self) -> "Wanted":
        """The same of as many days right before."""
        return replace(self, period=self.period.before)

    def as_filter(self) -> ResponseFilter:
        """Return the filter of the very answers that are counted, for a list of them."""
        return ResponseFilter(
            unit_id=self.unit_id,
            employee_id=self.employee_id,
            has_employee=True if self.employee_known else None,
            channel=self.channel,
            call_topic=self.call_topic,
            suspect=False,
            since=self.period.since,
            until=self.period.until,
        )
