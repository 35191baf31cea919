"""What every page of the respondent has: the company's name, the languages it can be read in, and "not in use"."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import render_template, request

from app.kit.i18n import NAMES, Language, choose_language
from app.web import edge
from app.web.errors import render_error
from app.web.rates import is_too_often

_MISSES = 30


@dataclass(frozen=True, slots=True)
class SwitchEntry:
    """One link of the language switch."""

    language: Language
    name: str
    address: str
    current: bool


def speak(offered: Collection[Language], *, asked: str | None, known: Language | None = None) -> Language:
    """Show this page in one of the offered languages and return it.

    Asked for wins, then the one the person is known to use, then the browser's, then the company's.
    """
    accepted = (known.value,) if known else edge.accepted_tags()
    language = choose_language(asked, accepted, offered, edge.wiring().language)
    edge.use_language(language)
    return language


def render(template: str, offered: Collection[Language], **context: object) -> str:
    """Return the page with what all of them share; a switch only where there is something to switch to."""
    return render_template(
        template,
        company=edge.desk().company,
        switch=_switch(offered) if len(offered) > 1 else [],
        **context,
    )


def answer_gone() -> tuple[str, int]:
    """Return the page for unknown, withdrawn and expired codes and keys; it is the same for all of them.

    Whoever tries many of them is guessing and is told to wait; a code that works is shown to that address all the same.
    """
    if is_too_often("unknown link", per_minute=_MISSES):
        return render_error(429), 429
    return render("public/gone.html", list(Language)), 404


def _switch(offered: Collection[Language]) -> list[SwitchEntry]:
    """Links that keep the preselected answer (a preview: its page), that it is to be changed, and a scanner's trap.

    Never a note such as "saved", which is said once.
    """
    current = edge.current_language()
    kept = {name: request.args[name] for name in ("rating", "page", "change", "trap") if name in request.args}
    return [
        SwitchEntry(language, NAMES[language], "?" + urlencode({"lang": language.value, **kept}), language == current)
        for language in Language
        if language in offered
    ]
