"""What ISO 10004 wants told beside the figures: what was asked in which words, of whom, when, and what was left out.

Of a unit and a period; read-only, a number of statements that depends on no row. The figures themselves are those of
the pages, read by the same functions.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.counts.question import below
from app.analytics.employee_figures import EmployeeAsking, read_employee_figures
from app.analytics.filters import response_conditions
from app.analytics.measured import Measured
from app.analytics.report import Report, read_report
from app.analytics.response_rate import count_opens
from app.analytics.wanted import Wanted
from app.invitations.models import Decision, Interaction, Invitation
from app.messaging.models import Message, MessagePurpose
from app.responses.models import SurveyResponse
from app.surveys.definition import Definition, Metric
from app.surveys.service import get_definition
from app.touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class AskedSurvey:
    """A version of a survey that was answered in the period: `answers` that count, the first and the last."""

    definition: Definition
    answers: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Frame:
    """The known sample: contacts that ended in the period, by channel of contact, and why some were not asked.

    `invited` of the `contacts` by channel; `sent_by` counts people by the way the question went; `codes` were in use
    at some time of the period: whoever scans one belongs to no sample.
    """

    contacts: Mapping[str, int]
    invited: Mapping[str, int]
    left_out: Mapping[str, int]
    sent_by: Mapping[str, int]
    codes: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of it. `opens` is how often pages of codes were opened, at least; `suspect` answers are left out of figures.

    `employees` is their own satisfaction, by the rules that protect them. `hidden_units` is how many units below are
    not told because too few answered there, of the first metric.
    """

    surveys: tuple[AskedSurvey, ...]
    frame: Frame
    opens: int
    report: Report
    employees: Measured
    suspect: int
    hidden_units: int


def read_evidence(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    metrics: tuple[Metric, ...],
    *,
    repeat_days: int,
    employee_minimum: int,
    now: datetime,
) -> Evidence:
    """Return the evidence of a unit and a period; `wanted` is narrowed by nothing else."""
    report = read_report(session, wanted, scope, metrics, repeat_days=repeat_days, now=now)
    asking = EmployeeAsking(Metric.ESAT, wanted.period, wanted.unit_id)
    units = report.metrics[0][1].units if report.metrics else ()
    return Evidence(
        surveys=_list_surveys(session, wanted, scope),
        frame=_read_frame(session, wanted, scope),
        opens=count_opens(session, wanted, scope),
        report=report,
        employees=read_employee_figures(session, asking, scope, minimum=employee_minimum, now=now).whole,
        suspect=_count_suspect(session, wanted, scope),
        hidden_units=sum(unit.measured.figure.suppressed for unit in units),
    )


def _list_surveys(session: Session, wanted: Wanted, scope: Scope) -> tuple[AskedSurvey, ...]:
    response = SurveyResponse
    rows = session.execute(
        select(response.survey_version_id, func.count(), func.min(response.answered_at), func.max(response.answered_at))
        .where(*response_conditions(session, wanted.as_filter(), scope))
        .group_by(response.survey_version_id)
    )
    found = [AskedSurvey(get_definition(session, version), n, first, last) for version, n, first, last in rows]
    return tuple(sorted(found, key=lambda one: (one.definition.key, one.definition.version)))


def _read_frame(session: Session, wanted: Wanted, scope: Scope) -> Frame:
    conditions = [
        Interaction.ended_at >= wanted.period.since,
        Interaction.ended_at < wanted.period.until,
        scope.where(Interaction.unit_id),
        *([Interaction.unit_id.in_(below([wanted.unit_id]))] if wanted.unit_id is not None else []),
    ]
    contacts: Counter[str] = Counter()
    invited: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for channel, decision, reason, n in session.execute(
        select(Interaction.channel, Interaction.decision, Interaction.reason, func.count())
        .where(*conditions)
        .group_by(Interaction.channel, Interaction.decision, Interaction.reason)
    ):
        contacts[channel] += n
        if decision == Decision.INVITED:
            invited[channel] += n
        else:
            left_out[reason or ""] += n
    sent_by: Counter[str] = Counter()
    for channel, n in session.execute(
        select(Message.channel, func.count(Message.subject_id.distinct()))
        .join(Invitation, Invitation.id == Message.subject_id)
        .join(Interaction, Interaction.id == Invitation.interaction_id)
        .where(Message.purpose == MessagePurpose.INVITATION, *conditions)
        .group_by(Message.channel)
    ):
        sent_by[channel] += n
    return Frame(contacts, invited, left_out, sent_by, _count_codes(session, wanted, scope))


def _count_codes(session: Session, wanted: Wanted, scope: Scope) -> int:
    query = select(func.count()).where(
        Touchpoint.created_at < wanted.period.until,
        or_(Touchpoint.revoked_at.is_(None), Touchpoint.revoked_at >= wanted.period.since),
        scope.where(Touchpoint.unit_id),
    )
    if wanted.unit_id is not None:
        query = query.where(Touchpoint.unit_id.in_(below([wanted.unit_id])))
    return session.scalar(query) or 0


def _count_suspect(session: Session, wanted: Wanted, scope: Scope) -> int:
    conditions = response_conditions(session, replace(wanted.as_filter(), suspect=True), scope)
    return session.scalar(select(func.count()).select_from(SurveyResponse).where(*conditions)) or 0
