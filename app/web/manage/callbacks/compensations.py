"""Compensation: proposed on the page of a case, approved by a leader with one tap, summed up by unit and month."""

import csv
import io
import re
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.analytics.csv_form import guard
from app.callbacks.compensation.amounts import read_amount
from app.callbacks.compensation.giving import decide_compensation, propose_compensation, withdraw_compensation
from app.callbacks.compensation.totals import Total, list_given, list_pending, sum_given
from app.kit.errors import ConflictError, InvalidInputError
from app.organisation.models import Unit
from app.organisation.service import get_unit
from app.web import access, edge
from app.web.manage.callbacks import compensation_words as words
from app.web.manage.callbacks.case import acts_as, work

HOME = "/manage/compensations"
compensations = Blueprint("compensations", __name__)
access.gate(compensations, access.Gate.STAFF, writing=access.Gate.MANAGER)
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Asked:
    """A month by the company's clock, and the unit that it is narrowed to."""

    month: date
    since: datetime
    until: datetime
    unit: Unit | None


@compensations.get(HOME)
def show() -> str:
    """What waits for the reader's approval, and what was given in a month by unit."""
    session, rules, actor, asked = edge.db(), edge.wiring().case_rules, access.staff().actor, _read_asked()
    within = asked.unit.id if asked.unit else None
    scope = access.scope()
    totals = sum_given(session, scope, since=asked.since, until=asked.until, unit_id=within)
    by_unit: dict[uuid.UUID, list[Total]] = defaultdict(list)
    for total in totals:
        by_unit[total.unit_id].append(total)
    sums: dict[str, int] = defaultdict(int)
    for total in totals:
        sums[total.currency] += total.amount
    return render_template(
        "manage/compensations/list.html",
        pending=list_pending(session, actor=actor, rules=rules) if actor.may(Permission.APPROVE_COMPENSATION) else [],
        by_unit=sorted(by_unit.values(), key=lambda rows: -sum(row.amount for row in rows)),
        sums=sums,
        given=list_given(session, scope, since=asked.since, until=asked.until, unit_id=within),
        asked=asked,
        rules=rules.compensation,
        words=words,
        zone=edge.desk().zone,
    )


@compensations.get(f"{HOME}.csv")
def download() -> Response:
    """The totals of the month as a table: amounts in the currency, with a point."""
    asked = _read_asked()
    within = asked.unit.id if asked.unit else None
    rows = sum_given(edge.db(), access.scope(), since=asked.since, until=asked.until, unit_id=within)
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["month", "unit", "unit_name", "kind", "count", "amount", "currency"])
    month = f"{asked.month:%Y-%m}"
    for row in rows:
        amount = f"{row.amount // 100}.{row.amount % 100:02}"
        writer.writerow(
            [month, guard(row.unit_code), guard(row.unit_name), guard(row.kind), row.count, amount, row.currency]
        )
    return Response(
        table.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="compensations-{month}.csv"'},
    )


@compensations.post("/manage/callbacks/<uuid:case_id>/compensations")
def propose(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Give something, or ask for an approval, from the page of the case."""
    form, rules = request.form, edge.wiring().case_rules

    def act() -> None:
        given = propose_compensation(
            edge.db(),
            case_id,
            **acts_as(),
            rules=rules,
            kind=form.get("kind", ""),
            amount=read_amount(form.get("amount", "")),
            note=form.get("note"),
        )
        amount = words.say_amount(given.amount, given.currency)
        if given.decided_at is None:
            flash(gettext("%(amount)s waits for an approval.", amount=amount), "good")
        else:
            flash(gettext("%(amount)s is given.", amount=amount), "good")

    return work(case_id, "compensation", act)


@compensations.post(f"{HOME}/<uuid:compensation_id>/approve")
def approve(compensation_id: uuid.UUID) -> Response:
    """One tap of a leader."""
    return _decide(compensation_id, approve=True)


@compensations.post(f"{HOME}/<uuid:compensation_id>/decline")
def decline(compensation_id: uuid.UUID) -> Response:
    """The other tap."""
    return _decide(compensation_id, approve=False)


@compensations.post(f"{HOME}/<uuid:compensation_id>/withdraw")
def withdraw(compensation_id: uuid.UUID) -> Response:
    """Take back what waits."""
    done = gettext("It is taken back.")
    return _do(lambda: withdraw_compensation(edge.db(), compensation_id, **acts_as()), done)


def _decide(compensation_id: uuid.UUID, *, approve: bool) -> Response:
    def act() -> object:
        return decide_compensation(
            edge.db(),
            compensation_id,
            **acts_as(),
            rules=edge.wiring().case_rules,
            approve=approve,
            note=request.form.get("note"),
        )

    return _do(act, gettext("It is approved.") if approve else gettext("It is declined."))


def _do(act: Callable[[], object], done: str) -> Response:
    """Do it and lead back to where the button stood; a refusal is told there."""
    back = access.local_path(request.form.get("back")) or HOME
    try:
        act()
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        flash(words.say_refusal(error) or error.message, "bad")
    else:
        flash(done, "good")
    return redirect(back, 303)


def _read_asked() -> Asked:
    """Return the month and unit of the address; a month that is none is this one."""
    zone = edge.desk().zone
    today = edge.now().astimezone(zone).date()
    found = _MONTH.fullmatch(request.args.get("month", ""))
    first = date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    code = request.args.get("unit", "")
    unit = get_unit(edge.db(), code if code.isprintable() else "", access.scope()) if code else None
    since, until = (datetime(day.year, day.month, 1, tzinfo=zone).astimezone(UTC) for day in (first, after))
    return Asked(first, since, until, unit)
