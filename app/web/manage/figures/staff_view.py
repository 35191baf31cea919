"""Employees against their customers, a point for each unit that shows both, and what may be said of them together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import format_decimal, gettext

from app.analytics.metrics import Method
from app.analytics.rank_correlation import LEAST_PAIRS, Correlation, rank_correlation
from app.analytics.staff_and_customers import Beside, StaffAndCustomers
from app.web.manage import words
from app.web.manage.charts import ScatterPlot, Spot, plot_scatter
from app.web.manage.figures import words as figure_words

_SHARE, _SHARE_STEPS = (0.0, 1.0), (0.02, 0.05, 0.1, 0.2, 0.25)
_NPS, _NPS_STEPS = (-100.0, 100.0), (5.0, 10.0, 20.0, 50.0)


@dataclass(frozen=True, slots=True)
class StaffDrawing:
    """The points; `numbers` are those of the units by code, as they stand at the points and in the table below."""

    plot: ScatterPlot
    numbers: Mapping[str, int]
    say_across: Callable[[float], str]
    say_up: Callable[[float], str]
    tip: Callable[[Spot], str]
    told: tuple[str, ...]


def draw_staff(both: StaffAndCustomers) -> StaffDrawing | None:
    """Return the drawing, or None with fewer than ten units that show both."""
    shown = [
        (unit, unit.employees.figure.value, unit.customers.figure.value)
        for unit in both.units
        if unit.employees.figure.value is not None and unit.customers.figure.value is not None
    ]
    if len(shown) < LEAST_PAIRS:
        return None
    pairs = [(employees, customers) for _, employees, customers in shown]
    of_nps = shown[0][0].employees.figure.method is Method.ADJUSTED_WALD
    plot = plot_scatter(
        pairs,
        across=(_NPS, _NPS_STEPS) if of_nps else (_SHARE, _SHARE_STEPS),
        up=(_SHARE, _SHARE_STEPS),
    )
    return StaffDrawing(
        plot=plot,
        numbers={unit.code or "": number for number, (unit, _, _) in enumerate(shown, start=1)},
        say_across=words.show_nps if of_nps else words.show_share,
        say_up=words.show_share,
        tip=lambda spot: _tip(shown[spot.index][0]),
        told=say_correlation(rank_correlation(pairs)),
    )


def say_correlation(found: Correlation | None) -> tuple[str, ...]:
    """Return in sentences what the rank correlation tells, the last of them that it tells no cause."""
    if found is None:
        return (str(gettext("All of one side are alike, so nothing can be said of how the two go together.")),)
    low, high = (words.show_signed(each, "0.00") for each in (found.ci_low, found.ci_high))
    rho = words.show_signed(found.rho, "0.00")
    told = gettext(
        "Rank correlation (Spearman) of %(n)s units: %(rho)s, in 95 of 100 cases between %(low)s and %(high)s.",
        n=format_decimal(found.n),
        rho=rho,
        low=low,
        high=high,
    )
    if not found.is_told_apart:
        meant = gettext("It cannot be told apart from none: these units do not show that the two go together.")
    elif found.rho > 0:
        meant = gettext("Where employees are more satisfied, customers are more often satisfied as well.")
    else:
        meant = gettext("Where employees are more satisfied, customers are less often satisfied.")
    cause = gettext("This is no cause: something third, such as the place or the work itself, may move both.")
    return str(told), str(meant), str(cause)


def _tip(unit: Beside) -> str:
    said = [
        f"{figure_words.show(figure)} ({figure_words.show_range(figure)})"
        for figure in (unit.employees.figure, unit.customers.figure)
    ]
    return str(
        gettext(
            "%(unit)s: employees %(employees)s, customers %(customers)s",
            unit=unit.name or "",
            employees=said[0],
            customers=said[1],
        )
    )
