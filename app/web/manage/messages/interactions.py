"""What the contact centre told us of: the list with what was decided and why, and one interaction with its messages."""

import uuid
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import format_decimal, gettext, ngettext

from app.analytics.one_interaction import find_interaction
from app.invitations.listing import MOST_COUNTED, count_interactions, list_interactions
from app.kit.errors import NotFoundError
from app.messaging.listing import list_about
from app.organisation.service import get_unit
from app.responses.service import find_answer_id
from app.web import access, edge
from app.web.manage import words
from app.web.manage.messages import interaction_words
from app.web.manage.messages import words as message_words
from app.web.manage.messages.interaction_query import InteractionQuery, read_interaction_query

interactions = Blueprint("interactions", __name__, url_prefix="/manage/interactions")
access.gate(interactions, access.Gate.STAFF)


@interactions.get("")
def show_list() -> tuple[str, int]:
    """The list; a filter that cannot be read is shown again with what is wrong, and 422."""
    scope, now = access.scope(), edge.now()
    query = read_interaction_query(edge.db(), request.args, scope=scope, zone=edge.desk().zone, now=now)
    page, total, before = None, "", request.args.get("before") or None
    if not query.problems:
        page = list_interactions(edge.db(), query.wanted, scope=scope, further=query.further, cursor=before)
        if query.typed:  # all of them together are a matter of the figures
            total = _say_total(count_interactions(edge.db(), query.wanted, scope=scope, further=query.further))
    shown = render_template(
        "manage/interactions/list.html",
        query=query,
        page=page,
        total=total,
        older=_address(query, before=page.older) if page and page.older else None,
        newest=_address(query) if before else None,
        outcomes=_list_outcomes(query),
    )
    return shown, 422 if query.problems else 200


@interactions.get("/<uuid:interaction_id>")
def show_one(interaction_id: uuid.UUID) -> str:
    """One interaction: 404 also where it lies outside the user's units."""
    session, scope = edge.db(), access.scope()
    about = find_interaction(session, interaction_id, scope=scope, now=edge.now())
    if about is None:
        raise NotFoundError("no such interaction")
    return render_template(
        "manage/interactions/one.html",
        about=about,
        unit=get_unit(session, about.interaction.unit_id),
        messages=list_about(session, about.invitation.id, scope=scope) if about.invitation else [],
        response_id=find_answer_id(session, interaction_id),
        survey=_survey_name(about.invitation.survey_key) if about.invitation else None,
        messages_words=message_words,
        now=edge.now(),
    )


@interactions.context_processor
def _words() -> dict[str, object]:
    return {
        "channels": words.CHANNELS,
        "show_time": words.show_time,
        "zone": edge.desk().zone,
        "decisions": interaction_words.DECISIONS,
        "reasons": interaction_words.REASONS,
        "steps": interaction_words.STEPS,
        "asked_by": [*interaction_words.ASKED_BY.items(), *message_words.CHANNELS.items()],
        "explained": interaction_words.EXPLAINED,
    }


def _survey_name(key: str) -> str:
    surveys = edge.wiring().surveys
    # A survey whose file was taken away is named by its key.
    return surveys.current(key).name(edge.current_language(), edge.desk().company) if key in surveys else key


def _list_outcomes(query: InteractionQuery) -> list[tuple[str, str]]:
    """Return the outcomes to choose from, and the several together that a rate led to."""
    known = [(each.value, str(told)) for each, told in interaction_words.OUTCOMES.items()]
    typed = query.value("outcome")
    if "," not in typed or "outcome" in query.problems:
        return known
    return [*known, (typed, ", ".join(told for each, told in known if each in typed.split(",")))]


def _say_total(found: int | None) -> str:
    if found is None:
        return str(gettext("more than %(most)s contacts", most=format_decimal(MOST_COUNTED)))
    return str(ngettext("%(num)s contact", "%(num)s contacts", found))


def _address(query: InteractionQuery, **more: str) -> str:
    values: dict[str, Any] = {**query.typed, **more}
    return url_for(".show_list", **values)
