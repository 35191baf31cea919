"""The rules of topics at work: what each catches, what all of them miss, how well they do, and a box to try them in."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.kit.errors import ConfigurationError
from app.organisation.tree import working_times
from app.responses.topics.catches import CaughtComment, is_sorting_anew, list_comments
from app.responses.topics.desk import TopicDesk
from app.responses.topics.measuring import Sorted, measure, measure_all
from app.responses.topics.rules import NO_TOPIC
from app.surveys.answers import MAX_TEXT
from app.web import access, edge
from app.web.manage import words
from app.web.manage.responses import topic_words

LATEST = 30
Piece = tuple[str, bool]
topics = Blueprint("topics", __name__, url_prefix="/manage/topics")
access.gate(topics, access.Gate.STAFF)


@topics.get("")
def show_rules() -> str:
    """All rules, how well each does on the labelled comments, and the latest comments that none catches."""
    return _render_rules()


@topics.post("")
def try_out() -> tuple[str, int]:
    """Sort a comment that somebody typed, and keep nothing of it; one that is too long is shown again, and 422."""
    typed = request.form.get("text", "").strip()
    if len(typed) > MAX_TEXT:
        too_long = gettext("Up to %(limit)s characters; these are %(length)s.", limit=MAX_TEXT, length=len(typed))
        return _render_rules(typed=typed, errors={"text": str(too_long)}), 422
    return _render_rules(typed=typed), 200


@topics.get("/<topic_key>")
def show_rule(topic_key: str) -> str:
    """One rule: its phrases, what it does with the labelled comments, and the latest comments that it catches."""
    scope, desk = _scope(), edge.wiring().topics
    rule = desk.rules.find(topic_key)
    if rule is None:
        raise NotFound
    problem, tuned_on, held_back = _labelled(desk)
    return render_template(
        "manage/topics/one.html",
        rule=rule,
        fits=(measure(tuned_on, topic_key), measure(held_back, topic_key)),
        # Of what was held back nobody is shown the mistakes: whoever mends them has nothing left to measure by.
        wrong=[one.comment for one in tuned_on if topic_key in one.wrong],
        missed=[one.comment for one in tuned_on if topic_key in one.missed],
        problem=problem,
        caught=list_comments(edge.db(), topic_key, scope, limit=LATEST),
        pieces=lambda text: mark_places(text, _places(desk, text, topic_key)),
        **_shared(desk),
    )


def mark_places(text: str, places: Iterable[tuple[int, int]]) -> list[Piece]:
    """Return the text in pieces, each with whether it stands in one of the places; these may overlap."""
    pieces: list[Piece] = []
    at = 0
    for begin, end in sorted(places):
        if end <= at:
            continue
        pieces += [(text[at : max(at, begin)], False), (text[max(at, begin) : end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


def _render_rules(typed: str = "", errors: dict[str, str] | None = None) -> str:
    scope, desk = _scope(), edge.wiring().topics
    problem, tuned_on, held_back = _labelled(desk)
    found = desk.classifier.classify(typed, ()) if typed and not errors else []
    return render_template(
        "manage/topics/rules.html",
        lines=[(rule, measure(tuned_on, rule.key), measure(held_back, rule.key)) for rule in desk.rules.topics],
        whole=(measure_all(tuned_on), measure_all(held_back)),
        sizes=(len(tuned_on), len(held_back)),
        problem=problem,
        missed=list_comments(edge.db(), "", scope, limit=LATEST),
        typed=typed,
        errors=errors or {},
        found=[(one.topic, mark_places(typed, one.places)) for one in found],
        NO_TOPIC=NO_TOPIC,
        MAX_TEXT=MAX_TEXT,
        **_shared(desk),
    )


def _shared(desk: TopicDesk) -> dict[str, Any]:
    return {
        "topic_words": topic_words,
        "words": words,
        "clock": _clock,
        "sorting": is_sorting_anew(edge.db(), desk.classifier.fingerprint),
    }


def _clock(comments: Sequence[CaughtComment]) -> Any:
    """Return what says when a comment was written by its unit's clock; one query for all of them."""
    zones = working_times(edge.db(), {one.unit_id for one in comments}) if comments else {}
    return lambda one: words.show_time(one.answered_at, zones[one.unit_id].time_zone)


def _labelled(desk: TopicDesk) -> tuple[str, Sequence[Sorted], Sequence[Sorted]]:
    """Return what is wrong with the file of labelled comments, or else both its parts as they are sorted."""
    try:
        return "", desk.tuned_on, desk.held_back
    except ConfigurationError as error:
        return str(error), (), ()


def _places(desk: TopicDesk, text: str, key: str) -> tuple[tuple[int, int], ...]:
    return next((one.places for one in desk.classifier.classify(text, ()) if one.topic == key), ())


def _scope() -> Scope:
    return access.staff().actor.scope(Permission.READ_TOPIC_RULES)
