"""The story of sending: what waits, what arrived, what failed and why; each message; the switch that stops it all."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.analytics.periods import start_of
from app.invitations.links import find_interaction_id
from app.kit.errors import ConflictError, InvalidInputError
from app.messaging.content import NothingToSayError
from app.messaging.figures import count_sent, count_waiting, read_gateways
from app.messaging.listing import list_about, list_messages, read_message
from app.messaging.models import MessagePurpose, MessagingChannel
from app.messaging.pausing import MAX_REASON, endable, pause, resume, standing_pauses
from app.messaging.resending import RESENDABLE, resend_failed, resend_message
from app.messaging.segments import measure
from app.web import access, edge
from app.web.manage import words
from app.web.manage.messages import words as message_words
from app.web.manage.messages.query import MessageQuery, read_message_query
from app.web.manage.noted import note
from app.web.manage.unit_choice import UnitChoice, choose_unit, usual_unit

HOME = "/manage/messages"
messages = Blueprint("messages", __name__, url_prefix=HOME)
access.gate(messages, access.Gate.STAFF, writing=access.Gate.ADMIN)
# What is given up is offered to be sent again for as long as it may still be of use.
_AGAIN_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A gateway of a channel with how it fares; `news` is None as long as it was never used."""

    name: str
    per_second: float
    news: Any


@messages.get("")
def show_overview() -> str:
    """Queue, gateways, what became of the messages of today and of seven days, failures, and the switch."""
    return _overview()


@messages.get("/list")
def show_list() -> tuple[str, int]:
    """The list; a filter that cannot be read is shown again with what is wrong, and 422."""
    query = read_message_query(edge.db(), request.args, scope=access.scope(), zone=edge.desk().zone)
    page = None
    if not query.problems:
        before = request.args.get("before") or None
        page = list_messages(edge.db(), edge.wiring().vault, query.wanted, scope=access.scope(), cursor=before)
    shown = render_template(
        "manage/messages/list.html",
        query=query,
        page=page,
        gateways=_gateway_names(),
        older=_address(query, before=page.older) if page and page.older else None,
        newest=_address(query) if request.args.get("before") else None,
    )
    return shown, 422 if query.problems else 200


@messages.get("/<uuid:message_id>")
def show_one(message_id: uuid.UUID) -> str:
    """One message: 404 also where it lies outside the user's units."""
    return _sheet(message_id)


@messages.post("/<uuid:message_id>/resend")
def resend(message_id: uuid.UUID) -> Response:
    """Have one message that was not sent wait again."""
    user_id, scope = access.staff().user.id, access.scope()
    try:
        resend_message(edge.db(), message_id, user_id=user_id, scope=scope, now=edge.now())
        flash(gettext("It will be sent again within a few seconds."), "good")
    except ConflictError:
        edge.roll_back()
        flash(gettext("This message is not waiting to be sent again."), "warn")
    return redirect(url_for(".show_one", message_id=message_id), 303)


@messages.post("/<uuid:message_id>/text")
def show_text(message_id: uuid.UUID) -> str:
    """Compose the message and show it, once: it holds the link, so who looked is written down."""
    read_message(edge.db(), edge.wiring().vault, message_id, scope=access.scope())
    note("message.text", "message", message_id)
    return _sheet(message_id, with_text=True)


@messages.post("/resend")
def resend_many() -> Response:
    """Have what was given up within seven days wait again, of one reason if the form names it."""
    failure = "".join(letter for letter in request.form.get("failure", "") if letter.isprintable())[:60] or None
    again = resend_failed(
        edge.db(),
        since=edge.now() - _AGAIN_WITHIN,
        failure=failure,
        user_id=access.staff().user.id,
        scope=access.scope(),
        now=edge.now(),
    )
    if again:
        flash(ngettext("%(num)s message will be sent again.", "%(num)s messages will be sent again.", again), "good")
    else:
        flash(gettext("There is nothing to send again."), "warn")
    return redirect(url_for(".show_overview"), 303)


@messages.post("/pauses")
def stop() -> Response | tuple[str, int]:
    """Stop sending at a unit and below it."""
    form = request.form
    where = choose_unit(edge.db(), form, "unit", access.scope())
    errors: dict[str, str] = {}
    unit = where.unit
    if unit is not None:
        try:
            pause(edge.db(), unit.id, reason=form.get("reason", ""), user_id=access.staff().user.id, now=edge.now())
        except InvalidInputError as error:
            errors["reason"] = str(message_words.REFUSALS[error.code]) % error.details
        except ConflictError as error:
            where = UnitChoice(where.typed, problem=str(message_words.REFUSALS[error.code]))
        else:
            flash(gettext("Sending is stopped at %(unit)s. Messages wait.", unit=unit.name), "good")
            return redirect(url_for(".show_overview"), 303)
    edge.roll_back()
    return _overview(typed=form, errors=errors, where=where), 422


@messages.post("/pauses/<uuid:pause_id>/end")
def begin_again(pause_id: uuid.UUID) -> Response:
    """End a stop."""
    resume(edge.db(), pause_id, user_id=access.staff().user.id, scope=access.scope(), now=edge.now())
    flash(gettext("Sending goes on. What waits is sent within a few minutes."), "good")
    return redirect(url_for(".show_overview"), 303)


@messages.app_template_global()
def company_pause() -> Any:
    """Return the stop that holds for the whole company, or None: every staff page tells of it."""
    return next((each for each in standing_pauses(edge.db()) if each.whole_company), None)


@messages.context_processor
def _words() -> dict[str, object]:
    return {"words": message_words, "show_time": words.show_time, "zone": edge.desk().zone, "now": edge.now()}


def _overview(
    typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, where: UnitChoice | None = None
) -> str:
    session, scope, now, wiring = edge.db(), access.scope(access.Gate.STAFF), edge.now(), edge.wiring()
    today = start_of(now.astimezone(edge.desk().zone).date(), edge.desk().zone)
    week = today - timedelta(days=6)
    waiting = count_waiting(session, scope=scope, now=now)
    sent_today = count_sent(session, scope=scope, since=today)
    sent_week = count_sent(session, scope=scope, since=week)
    news = read_gateways(session, now=now)
    carriers = {
        channel: [
            Carrier(each.name, each.per_second, news.get(each.name)) for each in wiring.gateways.carriers(channel)
        ]
        for channel in MessagingChannel
    }
    pauses, is_admin = standing_pauses(session, scope), access.may(access.Gate.ADMIN)
    used = {channel for channel, _ in sent_week.by_gateway} | set(waiting)
    return render_template(
        "manage/messages/overview.html",
        waiting=waiting,
        today=sent_today,
        week=sent_week,
        since=week,
        carriers=carriers,
        shown=[channel for channel in MessagingChannel if channel in used],
        idle=[channel for channel in MessagingChannel if channel not in used and carriers[channel]],
        currency=wiring.ask.policy.currency,
        pauses=pauses,
        endable=endable(session, pauses, access.scope(access.Gate.ADMIN)) if is_admin else frozenset(),
        is_admin=is_admin,
        typed=typed or {},
        errors=errors or {},
        where=where or UnitChoice(usual_unit(session, access.scope(access.Gate.ADMIN)) if is_admin else ""),
        max_reason=MAX_REASON,
    )


def _sheet(message_id: uuid.UUID, *, with_text: bool = False) -> str:
    session, wiring = edge.db(), edge.wiring()
    sheet = read_message(session, wiring.vault, message_id, scope=access.scope())
    message = sheet.line.message
    content, nothing = None, None
    if with_text:
        try:
            content = wiring.compose(session, message, edge.now())
        except NothingToSayError as error:
            nothing = error.code
    about = message.purpose in (MessagePurpose.INVITATION, MessagePurpose.REMINDER)
    return render_template(
        "manage/messages/one.html",
        sheet=sheet,
        message=message,
        others=[
            each for each in list_about(session, message.subject_id, scope=access.scope()) if each.id != message_id
        ],
        interaction_id=find_interaction_id(session, message.subject_id) if about else None,
        content=content,
        nothing=nothing,
        size=measure(content.text) if content and message.channel == MessagingChannel.SMS else None,
        may_resend=message.state in RESENDABLE and access.may(access.Gate.ADMIN),
        may_look=access.may(access.Gate.ADMIN),
        currency=wiring.ask.policy.currency,
    )


def _gateway_names() -> list[str]:
    gateways = edge.wiring().gateways
    return sorted({each.name for channel in MessagingChannel for each in gateways.carriers(channel)})


def _address(query: MessageQuery, **more: str) -> str:
    values: dict[str, Any] = {**query.typed, **more}
    return url_for(".show_list", **values)
