"""Errors of the business to pages: status and words by the error's stable code, in the reader's language.

Below some addresses programs listen, not people: `speak_otherwise` names who answers there.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, current_app, render_template, request
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import HTTPException

from app.kit.errors import OtklikError
from app.kit.log import get_logger
from app.web import edge

_LOG = get_logger(__name__)
_MB = 1024 * 1024
_SPEAKERS = "otklik.speakers"
# What was raised, and the status that a page would have.
Speaker = Callable[[Exception, int], Response]

# By the class's code first; a more special code than these belongs to the page that can say more.
_STATUS = {
    "not_permitted": 403,
    "not_found": 404,
    "invalid_input": 422,
    "conflict": 409,
    "database_busy": 503,
    "printing_late": 503,
}
_TITLES = {
    400: lazy_gettext("This request could not be read"),
    401: lazy_gettext("Please sign in"),
    403: lazy_gettext("This is not yours to do"),
    404: lazy_gettext("Nothing here"),
    405: lazy_gettext("This address does not take that"),
    409: lazy_gettext("Somebody was faster"),
    413: lazy_gettext("That is too much at once"),
    422: lazy_gettext("Something does not fit"),
    429: lazy_gettext("One moment, please"),
    500: lazy_gettext("Something broke on our side"),
    503: lazy_gettext("Busy for a moment"),
}
_CURES = {
    400: lazy_gettext("Go back, reload the page and try once more."),
    401: lazy_gettext("Your sign-in has ended. Sign in again in another tab, then come back and send this once more."),
    403: lazy_gettext("Ask an administrator if you need it."),
    404: lazy_gettext("The address may be mistyped, or what was here has been withdrawn."),
    405: lazy_gettext("Go back and use the buttons of the page."),
    409: lazy_gettext("Go back and reload the page to see how things stand."),
    413: lazy_gettext("Go back and send a shorter text."),
    422: lazy_gettext("Go back and check what you entered."),
    429: lazy_gettext("Too many tries in a short time. Wait a minute and try again."),
    500: lazy_gettext("It has been written down. Try again in a minute."),
    503: lazy_gettext("Nothing is lost. Try again in a few seconds."),
}


def init_errors(app: Flask) -> None:
    """Let every error answer with a page that says what to do."""
    app.register_error_handler(OtklikError, show_business_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(500, show_crash)


def speak_otherwise(app: Flask, prefix: str, speaker: Speaker) -> None:
    """Let errors at every address that begins with the prefix be told by the speaker instead of a page."""
    app.extensions.setdefault(_SPEAKERS, {})[prefix] = speaker


def status_of(error: OtklikError) -> int:
    """Return the HTTP status of a business error, by its own code or that of the nearest class above it."""
    for code in [error.code, *(getattr(kind, "code", "") for kind in type(error).__mro__)]:
        if code in _STATUS:
            return _STATUS[code]
    return 500


def show_business_error(error: OtklikError) -> tuple[str, int] | Response:
    """Render an error that no view turned into something better."""
    status = status_of(error)
    if status == 500:
        _LOG.error("business error without a page", code=error.code, path=request.path, exc_info=error)
    else:  # refused in words; the log still says why, for the day when it should not have been
        _LOG.info("refused", code=error.code, why=error.message, method=request.method, path=request.path)
    return _tell(error, status)


def show_http_error(error: HTTPException) -> tuple[str, int] | Response | HTTPException:
    """Render what Flask and Werkzeug refuse; redirects pass as they are."""
    if error.code is None or error.code < 400:
        return error
    return _tell(error, error.code)


def show_crash(error: HTTPException) -> tuple[str, int] | Response:
    """The last resort: a page without any detail; the details are in the log."""
    original = getattr(error, "original_exception", None)
    _LOG.error("unhandled exception", method=request.method, path=request.path, exc_info=original or error)
    return _tell(error, 500)


def _tell(error: Exception, status: int) -> tuple[str, int] | Response:
    for prefix, speaker in cast("dict[str, Speaker]", current_app.extensions.get(_SPEAKERS, {})).items():
        if request.path.startswith(prefix):
            return speaker(error, status)
    return render_error(status), status


def render_error(status: int) -> str:
    """Return the page for a status."""
    known = status if status in _TITLES else (400 if status < 500 else 500)
    edge.roll_back()
    cure, back = _CURES[known], None
    if known == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and (largest := edge.largest_file()) is not None:
        # Too large even for the gate, which looks for the form's token: the form itself never gets to say so.
        cure = gettext(
            "The file is larger than %(limit)s MB. Split it and send the parts one by one.", limit=largest // _MB
        )
        back = request.path
    return render_template("errors/error.html", status=status, title=_TITLES[known], cure=cure, back=back)
