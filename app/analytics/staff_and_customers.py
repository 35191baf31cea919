"""Employees' satisfaction beside their customers', and what customers say of single employees. Read-only.

What employees say is told by `employee_figures` alone: whole months that are over, and never of a few.
"""

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.analytics.beside_others import compare_with_others
from app.analytics.counts.cover import month_end
from app.analytics.differences import LEAST, Verdict
from app.analytics.employee_figures import EmployeeAsking, read_employee_figures, whole_months
from app.analytics.histograms import add_up, count_values
from app.analytics.measured import Histogram, Measured, protect_groups
from app.analytics.measures import measure
from app.analytics.metric_figures import Split, list_units
from app.analytics.periods import Period
from app.analytics.series import feeding, list_series
from app.analytics.wanted import By, Wanted
from app.organisation.models import Employee
from app.surveys.definition import Metric, QuestionType

# A table longer than this is read by nobody: the filter by unit leads to the rest.
MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Beside:
    """A unit with what its employees say and what its customers do; `code` None is the whole of them."""

    code: str | None
    name: str | None
    employees: Measured
    customers: Measured


@dataclass(frozen=True, slots=True)
class StaffAndCustomers:
    """The same whole months of both, from the first to the last; None where no whole month is within the period."""

    months: Period | None
    whole: Beside | None
    units: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """Somebody whose work customers rated; `against_others` is TOO_FEW below 30 answers, and such a row has no rank."""

    code: str
    name: str
    measured: Measured
    against_others: Verdict

    @property
    def is_ranked(self) -> bool:
        """Tell whether there are answers enough for a place in a ranking."""
        return self.measured.figure.value is not None and self.measured.n >= LEAST


def compare_staff_and_customers(
    session: Session, wanted: Wanted, scope: Scope, metric: Metric, *, minimum: int, now: datetime
) -> StaffAndCustomers:
    """Return both of a unit of the scope (without one: of the company) and of the units right below it.

    `metric` is ESAT or ENPS. A number of statements that depends on no row.
    """
    months = whole_months(wanted.period, now=now)
    if not months:
        return StaffAndCustomers(None, None, ())
    period = Period(months[0], month_end(months[-1]), wanted.period.zone)
    asking = EmployeeAsking(metric, period, wanted.unit_id, split=Split.UNIT)
    staff = read_employee_figures(session, asking, scope, minimum=minimum, now=now)
    # Neither a channel nor an employee nor a topic narrows what employees say, so none narrows the other side.
    whose = Wanted(period, wanted.unit_id)
    asked = feeding(list_series(session), Metric.CSAT)
    total = add_up(count_values(session, whose, scope, asked).get(None, {}), asked)
    units = list_units(session, wanted.unit_id, scope)
    ids = {label.key: unit_id for unit_id, label in units.items() if isinstance(unit_id, uuid.UUID)}
    found = count_values(session, whose, scope, asked, by=By.UNIT, units=list(ids.values()))
    customers = protect_groups(
        measure(Metric.CSAT, total),
        {key: measure(Metric.CSAT, add_up(found.get(unit_id, {}), asked)) for key, unit_id in ids.items()},
    )
    rows = [
        Beside(group.key, group.name, group.measured, customers[group.key])
        for group in staff.groups
        if group.key in customers and (group.measured.n or customers[group.key].n)
    ]
    return StaffAndCustomers(period, Beside(None, None, staff.whole, measure(Metric.CSAT, total)), tuple(rows))


def read_rated(session: Session, wanted: Wanted, scope: Scope) -> tuple[tuple[Rated, ...], int]:
    """Return those whom most customers rated, first those with a rank, the best first; and how many were left out."""
    wanted = replace(wanted, employee_known=wanted.employee_id is None)
    asked = [
        one for one in feeding(list_series(session), Metric.AGENT_CSAT) if one.question.type is QuestionType.RATING5
    ]
    answers: dict[uuid.UUID, Counter[int]] = {
        person: add_up(counts, asked)
        for person, counts in count_values(session, wanted, scope, asked, by=By.EMPLOYEE).items()
        if isinstance(person, uuid.UUID)
    }
    total: Counter[int] = sum(answers.values(), Counter())
    shown = protect_groups(_rate(total), {person: _rate(each) for person, each in answers.items()})
    verdicts = compare_with_others(_rate, total, answers, shown)
    order = sorted(shown, key=lambda person: -shown[person].n)
    query = select(Employee.id, Employee.code, Employee.name).where(Employee.id.in_(order[:MOST_PEOPLE]))
    rows = [
        Rated(code, name, shown[person], verdicts.get(person, Verdict.TOO_FEW))
        for person, code, name in session.execute(query)
    ]
    rows.sort(key=lambda row: row.name.casefold())
    rows.sort(key=lambda row: (not row.is_ranked, -(row.measured.figure.value or 0.0) if row.is_ranked else 0.0))
    return tuple(rows), max(0, len(order) - MOST_PEOPLE)


def _rate(histogram: Histogram) -> Measured:
    return measure(Metric.AGENT_CSAT, histogram)
