"""Words of wishes and improvements for what is stored as keys."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.callbacks.improvements.models import ImprovementState, Untold
from app.kit.errors import OtklikError
from app.kit.i18n import Language

STATES: Mapping[str, LazyString] = {
    ImprovementState.PROPOSED: lazy_gettext("Proposed"),
    ImprovementState.PLANNED: lazy_gettext("Planned"),
    ImprovementState.IN_PROGRESS: lazy_gettext("In progress"),
    ImprovementState.DONE: lazy_gettext("Done"),
    ImprovementState.DECLINED: lazy_gettext("Declined"),
}
# How a state is coloured.
TONES: Mapping[str, str] = {ImprovementState.DONE: "good", ImprovementState.DECLINED: "warn"}
UNTOLD: Mapping[str, LazyString] = {
    Untold.ANONYMOUS: lazy_gettext("answered anonymously"),
    Untold.FOR_A_CALL: lazy_gettext("complained and left a number for a call only"),
    Untold.NO_ADDRESS: lazy_gettext("their address has been deleted by now"),
    Untold.NO_CHANNEL: lazy_gettext("no channel of ours reaches them"),
    Untold.OPTED_OUT: lazy_gettext("do not want any messages"),
    Untold.STAFF: lazy_gettext("are staff"),
    Untold.NO_WORDS: lazy_gettext("it is not said in their language"),
}
# In which language the words for customers are.
IN_LANGUAGE: Mapping[Language, LazyString] = {
    Language.KK: lazy_gettext("In Kazakh"),
    Language.RU: lazy_gettext("In Russian"),
    Language.UK: lazy_gettext("In Ukrainian"),
    Language.EN: lazy_gettext("In English"),
}
_REFUSALS: Mapping[str, LazyString] = {
    "title_missing": lazy_gettext("Say in a few words what is to be improved."),
    "title_too_long": lazy_gettext("This is too long; 120 characters fit."),
    "done_too_long": lazy_gettext("This is too long for a message; 120 characters fit."),
    "text_too_long": lazy_gettext("This text is too long; 2,000 characters fit."),
    "unreadable_text": lazy_gettext("This text has characters that cannot be kept. Please write it anew."),
    "unknown_owner": lazy_gettext("Choose somebody who works for this unit."),
    "wish_missing": lazy_gettext("Choose at least one wish."),
    "too_many": lazy_gettext("So many at once do not fit; choose fewer."),
    "wish_elsewhere": lazy_gettext(
        "These wishes and the improvement do not belong to one part of the company. Choose wishes of the same unit."
    ),
    "not_done": lazy_gettext("Set it to “Done” and say it in at least one language first."),
    "already_wish": lazy_gettext("It stands among the wishes already."),
    "no_words": lazy_gettext("There are no words in it that could be a wish."),
}


def say_refusal(error: OtklikError) -> str:
    """Return in the reader's language why something could not be done."""
    return str(_REFUSALS.get(error.code) or gettext("This could not be done."))
