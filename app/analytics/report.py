"""What a report of a unit and a period says: the very objects that the pages show, so that it says the same. Read-only.

Cases are told where nothing but unit and days narrows: they have no channel and no topic.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.centre.view import ContactSummary, read_contact_summary
from app.analytics.first_request import FirstRequest, read_first_request
from app.analytics.measured import Measured
from app.analytics.metric_view import MetricView, read_metric
from app.analytics.recovery import Recovery, read_recovery
from app.analytics.response_rate import (
    Disposition,
    WalkUps,
    count_dispositions,
    count_walk_ups,
    measure_response_rate,
)
from app.analytics.topics import Topics, read_topics
from app.analytics.wanted import Wanted
from app.surveys.definition import Metric


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. `metrics` are those with answers, in the order asked for; `dispositions` is what became of the people
    asked. `cases` and `first_request` are None where the report is narrowed by more than unit and days.
    """

    metrics: tuple[tuple[Metric, MetricView], ...]
    dispositions: Mapping[Disposition, int]
    walk_ups: WalkUps
    response_rate: Measured
    cases: Recovery | None
    first_request: FirstRequest | None
    contacts: ContactSummary
    topics: Topics


def read_report(
    session: Session, wanted: Wanted, scope: Scope, metrics: Sequence[Metric], *, repeat_days: int, now: datetime
) -> Report:
    """Return the report; a number of statements that depends on no row."""
    views = [(metric, read_metric(session, wanted_for(metric, wanted), scope, metric)) for metric in metrics]
    is_whole = wanted == Wanted(wanted.period, wanted.unit_id)
    at = {"scope": scope, "unit_id": wanted.unit_id, "period": wanted.period, "now": now}
    asked = count_dispositions(session, wanted, scope, now=now).get(None, Counter())
    walk_ups = count_walk_ups(session, wanted, scope).get(None, WalkUps())
    return Report(
        metrics=tuple((metric, view) for metric, view in views if view is not None and view.measured.n),
        dispositions=asked,
        walk_ups=walk_ups,
        response_rate=measure_response_rate(asked, walk_ups),
        cases=read_recovery(session, **at) if is_whole else None,  # type: ignore[arg-type]
        first_request=read_first_request(session, **at, days=repeat_days) if is_whole else None,  # type: ignore[arg-type]
        contacts=read_contact_summary(session, wanted, scope),
        topics=read_topics(session, wanted, scope),
    )


def wanted_for(metric: Metric, wanted: Wanted) -> Wanted:
    """Return what is counted for the metric: an employee's rating needs an employee."""
    known = metric is Metric.AGENT_CSAT and wanted.employee_id is None
    return replace(wanted, employee_known=known)
