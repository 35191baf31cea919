"""The figures of callbacks: who was won back, how long people waited, what was resolved at once; each a way to its
cases."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.analytics.csv_form import guard
from app.analytics.first_request import read_first_request
from app.analytics.metrics import Figure
from app.analytics.periods import Period, last_days
from app.analytics.recovery import Recovery, UnitRecovery, read_recovery
from app.analytics.recovery_counts import Cohort, Which, select_cases
from app.callbacks.case_rows import read_rows
from app.callbacks.models import CallbackCase
from app.organisation.models import Unit
from app.organisation.service import get_unit
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage.callbacks import figure_words as words
from app.web.manage.callbacks import words as case_words
from app.web.manage.responses.query import list_choices
from app.web.manage.table import read_table
from app.web.manage.unit_choice import UnitChoice, seek_unit

PERIODS = {"week": 7, "month": 30, "quarter": 90, "year": 365}
USUAL = "month"
callback_figures = Blueprint("callback_figures", __name__, url_prefix="/manage/callbacks/figures")
access.gate(callback_figures, access.Gate.STAFF)

# The columns of the file, in the order in which it has them: name, and what of a line it is.
_COUNTS = ("opened", "closed", "reopened", "asked", "answered", "settled", "rated", "recovered")
_SHARES = (
    "recovery",
    "recovery_strict",
    "settled",
    "reopened",
    "attempt_in_time",
    "settled_in_time",
)
# Counts that say a share that is hidden.
_TOLD_BY = {"settled": "settled", "recovered": "recovery", "reopened": "reopened"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which unit and days the address names."""

    unit: Unit | None
    chosen: str
    period: Period

    @property
    def unit_id(self) -> uuid.UUID | None:
        return self.unit.id if self.unit else None


@callback_figures.get("")
def show() -> str | AnyResponse:
    """The figures of one unit, or of all that the user may see."""
    session, scope, now = edge.db(), _scope(), edge.now()
    sought = _printable(request.args.get("find", "")).strip()
    choice = seek_unit(session, sought, scope) if sought else UnitChoice("")
    if choice.unit is not None:
        return redirect(_address(unit=choice.unit.code), 303)
    asked = _read_asked(scope)
    figures = read_recovery(session, scope=scope, unit_id=asked.unit_id, period=asked.period, now=now)
    first = read_first_request(
        session,
        scope=scope,
        unit_id=asked.unit_id,
        period=asked.period,
        days=edge.wiring().case_rules.figures.repeat_within_days,
        now=now,
    )
    shown = figures.path[-1] if figures.path else None
    return render_template(
        "manage/callbacks/figures.html",
        figures=figures,
        first=first,
        unit=None if shown is None or shown.is_company else asked.unit or shown,
        path=figures.path[:-1],
        period=asked.period,
        chosen=asked.chosen,
        periods=PERIODS,
        endings=_bars(figures),
        address=_address,
        behind=partial(_behind, asked),
        answers_of_first=_answers_of_first(asked),
        table={"filters": {"period": asked.chosen} if asked.chosen != USUAL else {}},
        sought=sought,
        suggestions=choice.suggestions,
        choices=list_choices(session, scope),
        words=words,
        Which=Which,
    )


@callback_figures.get("/cases")
def show_cases() -> str:
    """The cases behind a figure, the latest first."""
    session, scope, now = edge.db(), _scope(), edge.now()
    asked, rules = _read_asked(scope), edge.wiring().case_rules
    which = next((one for one in Which if one.value == request.args.get("which")), Which.OPENED)
    outcome, cause = (_printable(request.args.get(name, ""))[:40] for name in ("outcome", "cause"))
    table = read_table(
        request.args,
        sorts=["opened"],
        default="-opened",
        filters={
            "unit": [asked.unit.code] if asked.unit else [],
            "period": [name for name in PERIODS if name != USUAL],
            "which": [one.value for one in Which],
            "outcome": [outcome],
            "cause": [cause],
        },
    )
    cohort = Cohort(scope, asked.unit_id, asked.period, now)
    found = select_cases(session, cohort, which, outcome=outcome, cause=cause)
    order = (CallbackCase.opened_at.desc(), CallbackCase.id.desc())
    page = found.order_by(*order).offset(table.offset).limit(table.per_page + 1).subquery()
    rows = read_rows(session, page, order, work_scope=_works(), now=now)
    return render_template(
        "manage/callbacks/figure_cases.html",
        rows=rows[: table.per_page],
        more=len(rows) > table.per_page,
        table=table,
        title=words.say_which(which, outcome, cause, rules),
        period=asked.period,
        unit=asked.unit,
        back=_address(unit=asked.unit.code if asked.unit else None),
        rules=rules,
        words=words,
        case_words=case_words,
        language=edge.current_language(),
    )


@callback_figures.get("/units.csv")
def download() -> Response:
    """The table of units as a file, with the whole as its last line; what is hidden on the page is empty here."""
    scope = _scope()
    asked = _read_asked(scope)
    figures = read_recovery(edge.db(), scope=scope, unit_id=asked.unit_id, period=asked.period, now=edge.now())
    name = f"callbacks-{asked.period.first.isoformat()}-{asked.period.last.isoformat()}.csv"
    return Response(
        "".join(_write(figures)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _write(figures: Recovery) -> Iterable[str]:
    shares = [part for name in _SHARES for part in (name, f"{name}_n", f"{name}_low", f"{name}_high")]
    columns = ["unit", "unit_name", *_COUNTS, *shares, "attempt_median_minutes", "attempt_p90_minutes"]
    yield "\ufeff" + ",".join(columns) + "\r\n"  # without the mark a spreadsheet takes it for another alphabet
    for line in figures.units:
        yield _line(line.place.code, line.place.name, line)
    yield _line("", "", figures)


def _line(code: str, name: str, line: UnitRecovery | Recovery) -> str:
    attempt = line.attempt_worked if isinstance(line, Recovery) else line.attempt
    hidden = {count for count, share in _TOLD_BY.items() if getattr(line.shares, share).suppressed}
    counts = ("" if count in hidden else str(getattr(line.counts, count)) for count in _COUNTS)
    cells = [_quote(code), _quote(name), *counts]
    for share in _SHARES:
        figure: Figure = getattr(line.shares, share)
        cells += [_number(figure.value), str(figure.n), _number(figure.ci_low), _number(figure.ci_high)]
    for point in (attempt.median, attempt.p90):
        cells.append(str(round(point.value.total_seconds() / 60)) if point else "")
    return ",".join(cells) + "\r\n"


def _quote(text: str) -> str:
    return '"' + guard(text).replace('"', '""') + '"' if text else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _bars(figures: Recovery) -> list[tuple[str, str, list[tuple[str, str, int, float]]]]:
    """Return what is counted, the field that narrows to one, and each key with its words, count and share."""
    rules, language = edge.wiring().case_rules, edge.current_language()
    outcomes = [(key, rules.say_outcome(key, language), n) for key, n in figures.outcomes]
    causes = [(key, rules.say_cause(key, language), n) for key, n in figures.causes]
    return [
        (title, field, [(key, label, n, n / sum(each[2] for each in counted)) for key, label, n in counted])
        for title, field, counted in (
            (words.say_bars("outcome"), "outcome", outcomes),
            (words.say_bars("cause"), "cause", causes),
        )
        if counted
    ]


def _answers_of_first(asked: _Asked) -> str:
    """Return the address of what people answered when they were asked whether it was resolved at once."""
    values: dict[str, Any] = {
        "figure": Metric.FCR.value,
        "unit": asked.unit.code if asked.unit is not None and asked.unit.parent_id is not None else None,
        "from": asked.period.first.isoformat(),
        "to": asked.period.last.isoformat(),
        "suspect": "no",
    }
    return url_for("responses.show_list", **{key: value for key, value in values.items() if value})


def _read_asked(scope: Scope) -> _Asked:
    code = request.args.get("unit")
    unit = get_unit(edge.db(), _printable(code), scope) if code else None
    chosen = request.args.get("period", USUAL)
    chosen = chosen if chosen in PERIODS else USUAL
    return _Asked(unit, chosen, last_days(PERIODS[chosen], now=edge.now(), zone=edge.desk().zone))


def _address(**changes: str | None) -> str:
    """Return this page for another unit or period; what else stands in the address stays."""
    kept = {name: request.args.get(name) for name in ("unit", "period")}
    values: dict[str, Any] = {**kept, **changes}
    if values.get("period") == USUAL:
        values["period"] = None
    return url_for("callback_figures.show", **{name: value for name, value in values.items() if value})


def _behind(asked: _Asked, which: Which = Which.OPENED, **more: str) -> str:
    """Return the address of the cases behind a figure."""
    values: dict[str, Any] = {
        "unit": asked.unit.code if asked.unit else None,
        "period": asked.chosen if asked.chosen != USUAL else None,
        "which": which.value,
        **more,
    }
    return url_for("callback_figures.show_cases", **{name: value for name, value in values.items() if value})


def _scope() -> Scope:
    return access.staff().actor.scope(Permission.READ_CASES)


def _works() -> Scope:
    actor = access.staff().actor
    return actor.scope(Permission.WORK_CASES) if actor.may(Permission.WORK_CASES) else Scope()


def _printable(text: str) -> str:
    return text if text.isprintable() else ""  # PostgreSQL refuses NUL
