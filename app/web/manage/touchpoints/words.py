"""The words of the pages of codes: what is wrong with a form, what the history says, the days behind the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.kit.errors import OtklikError
from app.touchpoints.history import REPOINTED, RESTORED, REVOKED
from app.touchpoints.service import PLACEMENT_LENGTH

_REFUSALS: Mapping[str, LazyString] = {
    "touchpoint_taken": lazy_gettext(
        "The code %(code)s already stands there. Withdraw that one first, or name another placement."
    ),
    "unit_closed": lazy_gettext("This unit is closed and gets no codes. Reopen it first."),
    "employee_elsewhere": lazy_gettext("This employee does not work there. Choose one of those who do, or nobody."),
    "invalid_placement": lazy_gettext(
        "Write where the code is, such as “hall poster”, in at most %(most)s plain characters.", most=PLACEMENT_LENGTH
    ),
    "no_units": lazy_gettext("There is no open unit of this kind there."),
    "unknown_survey": lazy_gettext("Choose a survey."),
    "conflict": lazy_gettext("Somebody has just changed this code. Look at it once more."),
}
ACTIONS: Mapping[str, LazyString] = {
    REPOINTED: lazy_gettext("re-pointed"),
    REVOKED: lazy_gettext("withdrawn"),
    RESTORED: lazy_gettext("taken back into use"),
}
PARTS: Mapping[str, LazyString] = {
    "employee": lazy_gettext("employee"),
    "placement": lazy_gettext("placement"),
    "channel": lazy_gettext("channel"),
}


def say_refusal(error: OtklikError) -> str:
    """Return in the reader's language why a code cannot be changed or added so."""
    words = _REFUSALS.get(error.code)
    if words is None:
        return str(gettext("This cannot be taken. Please check it."))
    return str(words) % error.details if error.details else str(words)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days up to today: on the company's clock for answers, on UTC's for opens, which are kept by day."""

    days: Sequence[date]
    zone: ZoneInfo

    @property
    def first(self) -> date:
        """The first day."""
        return self.days[0]

    @property
    def last(self) -> date:
        """Today."""
        return self.days[-1]

    @property
    def since(self) -> datetime:
        """When it begins."""
        return datetime.combine(self.first, time.min, tzinfo=self.zone)

    def day_of(self, moment: datetime) -> date:
        """Return the day of an instant."""
        return moment.astimezone(self.zone).date()


def last_days(count: int, now: datetime, zone: ZoneInfo) -> Period:
    """Return the period of so many days that ends today."""
    # East of Greenwich today's UTC day may be yesterday's here: it is within the period all the same.
    today = max(now.astimezone(zone).date(), now.astimezone(UTC).date())
    return Period([today - timedelta(days=count - 1 - number) for number in range(count)], zone)
