"""Everything there is, as a period: from the day of the first answer to today. Read-only."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.analytics.periods import Period
from app.responses.models import SurveyResponse

# Further back lies no history that anybody compares with.
MOST_DAYS = 3660


def all_days(session: Session, *, now: datetime, zone: ZoneInfo) -> Period:
    """Return the days from the first answer to today, at most ten years; today alone without an answer. One query.

    The same for everybody, whatever they may see: it says when the company began to ask.
    """
    today = now.astimezone(zone).date()
    first = session.scalar(select(func.min(SurveyResponse.answered_at)))
    start = today if first is None else min(first.astimezone(zone).date(), today)
    return Period(max(start, today - timedelta(days=MOST_DAYS - 1)), today, zone)
