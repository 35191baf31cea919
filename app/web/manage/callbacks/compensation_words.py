"""Words and amounts of compensations."""

import flask_babel
from babel.numbers import format_currency
from flask_babel import gettext, lazy_gettext

from app.callbacks.compensation.giving import AboveAuthorityError
from app.callbacks.compensation.models import CompensationState
from app.callbacks.rules.compensation import CompensationRules
from app.callbacks.rules.phrases import PhraseMoment
from app.kit.errors import OtklikError
from app.kit.i18n import Language, say
from app.web import edge

STATES = {
    CompensationState.PENDING: lazy_gettext("Waits for approval"),
    CompensationState.APPROVED: lazy_gettext("Approved"),
    CompensationState.DECLINED: lazy_gettext("Declined"),
    CompensationState.WITHDRAWN: lazy_gettext("Withdrawn"),
}
MOMENTS = {
    PhraseMoment.OPENING: lazy_gettext("To begin with"),
    PhraseMoment.APOLOGY: lazy_gettext("To apologise"),
    PhraseMoment.PROMISE: lazy_gettext("To promise"),
    PhraseMoment.COMPENSATION: lazy_gettext("To offer something"),
    PhraseMoment.NO_ANSWER: lazy_gettext("When nobody answers"),
    PhraseMoment.GOODBYE: lazy_gettext("To say goodbye"),
}
_REFUSALS = {
    "kind_missing": lazy_gettext("Choose what is given."),
    "invalid_amount": lazy_gettext("Write the amount in digits, such as 5000."),
    "note_too_long": lazy_gettext("This text is too long; 500 characters fit."),
    "case_free": lazy_gettext("Claim the case first."),
    "compensation_decided": lazy_gettext("Somebody has decided about it meanwhile."),
    "own_proposal": lazy_gettext("Somebody else has to decide about what you proposed."),
}


def say_amount(amount: int, currency: str, language: Language | None = None) -> str:
    """Return hundredths as an amount of money, in the reader's language or the one named; whole ones without cents."""
    locale = language.value if language else str(flask_babel.get_locale() or edge.current_language())
    digits = "#,##0" if amount % 100 == 0 else "#,##0.00"
    return format_currency(amount / 100, currency, f"{digits} ¤", locale=locale, currency_digits=False)


def say_kind(rules: CompensationRules, key: str) -> str:
    """Return what is given in the reader's language; the key itself for one that is not on the list any more."""
    found = next((kind for kind in rules.kinds if kind.key == key), None)
    return say(found.label, edge.current_language()) if found else key


def say_refusal(error: OtklikError) -> str | None:
    """Return why a compensation was refused, or None for what is no matter of compensation."""
    if isinstance(error, AboveAuthorityError):
        limit = say_amount(error.limit, error.currency)
        return str(gettext("That is more than may be given: up to %(limit)s.", limit=limit))
    words = _REFUSALS.get(error.code)
    return str(words) if words is not None else None
