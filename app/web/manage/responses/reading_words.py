"""Words of the reading list and the coaching list for what is stored as keys."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.kit.errors import OtklikError
from app.responses.reading.models import MarkKind

MARKS: Mapping[str, LazyString] = {
    MarkKind.THANKED: lazy_gettext("thanked the employee"),
    MarkKind.COACHING: lazy_gettext("put it on the coaching list"),
    MarkKind.CASE_RAISED: lazy_gettext("raised a case"),
    MarkKind.SUSPECT: lazy_gettext("marked it as suspect"),
    MarkKind.GENUINE: lazy_gettext("found it genuine"),
}
_ALREADY: Mapping[object, LazyString] = {
    MarkKind.THANKED: lazy_gettext("The employee has been thanked for this already."),
    MarkKind.COACHING: lazy_gettext("It is on the coaching list already."),
    MarkKind.SUSPECT: lazy_gettext("It is marked as suspect already."),
    MarkKind.GENUINE: lazy_gettext("It counts already."),
}
_REFUSALS: Mapping[str, LazyString] = {
    "no_employee": lazy_gettext("Nobody knows which employee this is about."),
    "note_missing": lazy_gettext("Say why in a few words: whoever asks later must be able to understand it."),
    "note_too_long": lazy_gettext("This note is too long; 500 characters fit."),
    "text_too_long": lazy_gettext("This note is too long; 500 characters fit."),
    "unreadable_text": lazy_gettext("This text has characters that cannot be kept. Please write it anew."),
    "coaching_done": lazy_gettext("A colleague has ticked this off already."),
    "already_wish": lazy_gettext("It stands among the wishes already."),
    "no_words": lazy_gettext("There are no words in it that could be a wish."),
}


def say_refusal(error: OtklikError) -> str:
    """Return in the reader's language why something could not be done about a response."""
    if error.code == "already_marked":
        return str(_ALREADY[error.details["kind"]])
    return str(_REFUSALS.get(error.code) or gettext("This could not be done."))
