"""Words of what the audit keeps beside an action: a test reads every detail that is ever recorded off the code."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.web.manage.accounts.words import say_method
from app.web.manage.words import CHANNELS

DETAILS: Mapping[str, LazyString] = {
    "active": lazy_gettext("works here"),
    "added": lazy_gettext("new"),
    "amount": lazy_gettext("amount"),
    "by": lazy_gettext("by"),
    "cases": lazy_gettext("cases"),
    "changed": lazy_gettext("changed"),
    "channel": lazy_gettext("channel"),
    "code": lazy_gettext("why not"),
    "count": lazy_gettext("how many"),
    "currency": lazy_gettext("currency"),
    "day": lazy_gettext("day"),
    "deliveries": lazy_gettext("deliveries"),
    "ended": lazy_gettext("sign-ins ended"),
    "events": lazy_gettext("events"),
    "every": lazy_gettext("how often"),
    "failure": lazy_gettext("why they had failed"),
    "fields": lazy_gettext("changed"),
    "filters": lazy_gettext("filtered by"),
    "first": lazy_gettext("first password"),
    "format": lazy_gettext("format"),
    "from": lazy_gettext("before"),
    "from_on": lazy_gettext("from"),
    "gateway": lazy_gettext("gateway"),
    "hours": lazy_gettext("hours"),
    "how": lazy_gettext("how"),
    "key": lazy_gettext("API key"),
    "kind": lazy_gettext("kind"),
    "link": lazy_gettext("link"),
    "made_at": lazy_gettext("made"),
    "messages": lazy_gettext("messages"),
    "method": lazy_gettext("how"),
    "moved": lazy_gettext("another address"),
    "only_happy": lazy_gettext("review sites"),
    "parent": lazy_gettext("unit above"),
    "posters": lazy_gettext("posters"),
    "prefix": lazy_gettext("begins with"),
    "reason": lazy_gettext("reason"),
    "repeated": lazy_gettext("there already"),
    "responses": lazy_gettext("answers"),
    "revision": lazy_gettext("release of the database"),
    "rows": lazy_gettext("rows"),
    "same": lazy_gettext("as before"),
    "scopes": lazy_gettext("permissions"),
    "shown": lazy_gettext("shown to customers"),
    "site": lazy_gettext("review site"),
    "size": lazy_gettext("size"),
    "stars": lazy_gettext("stars"),
    "step": lazy_gettext("step"),
    "survey": lazy_gettext("survey"),
    "taken": lazy_gettext("taken in"),
    "to": lazy_gettext("now"),
    "unit": lazy_gettext("unit"),
    "units": lazy_gettext("units"),
    "until_on": lazy_gettext("until"),
    "user_id": lazy_gettext("user"),
}
# By what a case showed its number.
_SHOWN_BY: Mapping[str, LazyString] = {
    "added": lazy_gettext("The respondent left a number"),
    "claim": lazy_gettext("Claimed"),
    "handed_over": lazy_gettext("Handed over"),
    "reopened": lazy_gettext("Opened again"),
}
# Told in words of their own, or of no use to a reader; the file has them all.
NOT_TOLD = frozenset({"unit_id", "case_id", "role", "pause_id"})


def list_details(details: Mapping[str, Any]) -> list[str]:
    """Return what is known beside the action, each with its word; what an older release kept goes by its key."""
    return [
        f"{DETAILS.get(key, key)}: {_say(key, value)}"
        for key, value in details.items()
        if key not in NOT_TOLD and value is not None
    ]


def _say(key: str, value: object) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, list):
        # What changed is told by the names of details; all else by what it was called then.
        return ", ".join(str(DETAILS.get(each, each)) if isinstance(each, str) else str(each) for each in value)
    if key == "channel":
        return str(CHANNELS.get(str(value), value))
    if key == "method":
        return say_method(str(value))
    if key == "how":
        return str(_SHOWN_BY.get(str(value), value))
    return str(value)
