"""The contact centre: which ways people come by, how long they wait, what is settled, and how satisfied they are."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import format_decimal, gettext

from app.accounts.scope import Scope
from app.analytics.centre.lines import list_centre
from app.analytics.centre.mix import Mix
from app.analytics.centre.view import ContactCentre, read_contact_centre
from app.analytics.figure_lines import PageLines
from app.analytics.metrics import Figure
from app.surveys.definition import Metric
from app.web import access, edge
from app.web.manage import words
from app.web.manage.charts import Part, StackPlot, label_places, middle_of, plot_stacks
from app.web.manage.figures import contact_words
from app.web.manage.figures import words as figure_words
from app.web.manage.figures.query import FigureQuery, figure_context, read_figure_query
from app.web.manage.trend_view import Label

figure_contacts = Blueprint("figure_contacts", __name__, url_prefix="/manage/figures/contact-centre")
access.gate(figure_contacts, access.Gate.STAFF)

# As many colours as can be told apart; the rest is one more.
_MOST_KINDS = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """A channel of the mix, or all the further ones together (`channel` None)."""

    channel: str | None
    name: str
    contacts: int


@dataclass(frozen=True, slots=True)
class MixDrawing:
    """Stacked columns with their legend; `columns` are all channels of the table, the most used first."""

    plot: StackPlot
    kinds: tuple[Kind, ...]
    columns: tuple[Kind, ...]
    labels: tuple[Label, ...]
    tip: Callable[[Part], str]
    say: Callable[[float], str]


@figure_contacts.get("")
def show() -> str:
    """The contact centre of one unit, or of all that the user may see."""
    scope = access.scope()
    query = read_figure_query(scope)
    centre = _read(query, scope)
    return render_template(
        "manage/figures/contacts.html",
        **figure_context(query, scope),
        centre=centre,
        mix=_draw(centre.mix) if centre.handled.contacts else None,
        contacts=query.contacts,
        axis=_axis([each.measured.figure for each in (*centre.by_waiting, *centre.by_handling)]),
        people_axis=_axis([row.csat for row in centre.people]),
        has_answers=_has_answers(centre),
        say_band=contact_words.say_band,
        say_shorter=contact_words.say_shorter,
        explain=contact_words.explain_contacts,
        say_seconds=contact_words.say_seconds,
        say_point=contact_words.say_point,
        figure_words=figure_words,
        words=words,
    )


def list_table(query: FigureQuery, scope: Scope) -> PageLines:
    """Return the page's tables."""
    return list_centre(_read(query, scope))


def _read(query: FigureQuery, scope: Scope) -> ContactCentre:
    query.metric = Metric.CSAT
    return read_contact_centre(edge.db(), query.wanted, scope)


def _draw(mix: Sequence[Mix]) -> MixDrawing:
    totals: Counter[str] = Counter()
    for stretch in mix:
        totals.update(stretch.by_channel)
    columns = tuple(Kind(channel, str(words.CHANNELS.get(channel, channel)), n) for channel, n in totals.most_common())
    alone = columns if len(columns) <= _MOST_KINDS + 1 else columns[:_MOST_KINDS]
    rest = sum(kind.contacts for kind in columns[len(alone) :])
    kinds = (*alone, Kind(None, str(gettext("Other channels")), rest)) if rest else alone
    counts = [_parts(stretch, alone, with_rest=bool(rest)) for stretch in mix]
    days = [figure_words.say_days(stretch.first, stretch.last) for stretch in mix]
    return MixDrawing(
        plot=plot_stacks(counts),
        kinds=kinds,
        columns=columns,
        labels=tuple(
            Label(middle_of(place, len(mix)), figure_words.say_day(mix[place].first))
            for place in label_places(len(mix))
        ),
        tip=lambda part: f"{days[part.index]}: {kinds[part.kind].name} {format_decimal(counts[part.index][part.kind])}",
        say=lambda value: str(format_decimal(round(value))),
    )


def _parts(stretch: Mix, alone: Sequence[Kind], *, with_rest: bool) -> list[int]:
    counts = [stretch.by_channel.get(kind.channel or "", 0) for kind in alone]
    return [*counts, sum(stretch.by_channel.values()) - sum(counts)] if with_rest else counts


def _axis(figures: Sequence[Figure]) -> tuple[float, float]:
    """Return the ends of the axis that all whiskers stand on: no wider than they are."""
    ends = [end for each in figures for end in (each.ci_low, each.ci_high, each.value) if end is not None]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)


def _has_answers(centre: ContactCentre) -> bool:
    return any(each.measured.n for each in (*centre.by_waiting, *centre.by_handling))
