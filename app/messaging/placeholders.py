"""What may stand in braces in the words of a message, by key, and how it is filled in; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.kit.errors import InvalidInputError

ANY = "any"
# Telegram takes 4,096 letters, WhatsApp 1,024 in the body of a list; a survey's question and a link come on top.
MAX_TEXT = 800
MAX_SUBJECT = 150
MAX_BUTTON = 20
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a text may and must name, how long it may be, and whether it is one line."""

    allowed: tuple[str, ...]
    required: tuple[str, ...] = ()
    limit: int = MAX_TEXT
    one_line: bool = False


_PEOPLE = ("company", "place", "employee", "date")
_ASKING = (*_PEOPLE, "question", "scale", "link")
# What a reply can name beside the company and the place.
_IN_REPLIES: Mapping[str, tuple[str, ...]] = {
    "thanks": ("link", "rating"),
    "ask_call": ("link", "rating"),
    "ask_comment": ("link", "rating"),
    "review": ("link", "rating"),
    "help_rate": ("link", "scale"),
    "back_yes": ("link", "scale"),
    "back_no": ("link", "scale"),
    "back_help": ("link",),
}
_ASKING_BACK = ("company", "place", "date")
_BY_ENDING: Mapping[str, Rule] = {
    "subject": Rule((*_PEOPLE, "question"), limit=MAX_SUBJECT, one_line=True),
    "button": Rule((), limit=MAX_BUTTON, one_line=True),
    "template": Rule((*_PEOPLE, "link")),
    "stop": Rule(("company", "link"), required=("link",)),
    "answer": Rule(("company",)),
}


def rule_for(key: str, channel: str) -> Rule:
    """Return what holds for the texts of the key in the channel."""
    family, _, ending = key.partition(".")
    if ending.endswith("_button"):
        return _BY_ENDING["button"]
    if family == "reply":
        return Rule(
            ("company", "place", *_IN_REPLIES.get(ending, ())), required=("link",) if ending == "review" else ()
        )
    if family == "asked_back" and ending != "answer":
        if ending == "subject":
            return Rule(_ASKING_BACK, limit=MAX_SUBJECT, one_line=True)
        return Rule((*_ASKING_BACK, "link"), required=() if channel == "email" else ("link",))
    if family == "improvement":
        told = ("company", "place", "done")
        if ending == "subject":
            return Rule(told, limit=MAX_SUBJECT, one_line=True)
        return Rule(told, required=("done",))
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    # An e-mail has a link of its own for each rating below the words.
    return Rule(_ASKING, required=() if channel == "email" else ("link",))


def check_text(key: str, channel: str, text: str) -> str:
    """Return the text as it is kept: trimmed, line ends as `\\n`.

    Raises InvalidInputError with `field` "text" and a code of `missing`, `too_long`, `unreadable_text`, `one_line`,
    `unknown_placeholder` or `placeholder_missing`; `name` in its details is the placeholder.
    """
    rule = rule_for(key, channel)
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not kept:
        raise _refuse("the text is empty", "missing")
    if _CONTROL.search(kept):
        raise _refuse("the text has characters that cannot be sent", "unreadable_text")
    if rule.one_line and "\n" in kept:
        raise _refuse("the text must be one line", "one_line")
    if len(kept) > rule.limit:
        raise _refuse(f"{len(kept)} characters; at most {rule.limit}", "too_long", limit=rule.limit)
    for found in _BRACES.findall(kept):
        if found[1:-1] not in rule.allowed or len(found) == 1:
            names = ", ".join(f"{{{name}}}" for name in rule.allowed) or "none"
            raise _refuse(f"{found} cannot be filled in; allowed: {names}", "unknown_placeholder", name=found)
    for name in rule.required:
        if f"{{{name}}}" not in kept:
            raise _refuse(f"the text must name {{{name}}}", "placeholder_missing", name=f"{{{name}}}")
    return kept


def render_text(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the values in their places, each in one line; one that is not given leaves nothing.

    A name that somebody typed must neither break a header nor bring a placeholder of its own.
    """
    return _PLACEHOLDER.sub(lambda found: " ".join(values.get(found.group(1), "").split()), text)


def _refuse(message: str, code: str, **details: object) -> InvalidInputError:
    return InvalidInputError(message, field="text", code=code, **details)
