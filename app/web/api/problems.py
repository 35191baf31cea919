"""Everything that is refused below /api, as application/problem+json (RFC 9457) with a stable `code`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus

from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from app.kit.errors import InvalidInputError, OtklikError
from app.kit.log import get_logger
from app.web import edge, errors

PREFIX = "/api/"
_LOG = get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
# Seconds after which whoever met a busy database may come again.
_BUSY = "1"
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "too_many_requests",
    500: "error",
    503: "busy",
}
_DETAILS = {
    404: "there is nothing at this address",
    405: "this address does not take that method",
    413: "the body is larger than this call takes",
    500: "something broke on our side; it has been written down",
    503: "the service is busy for a moment; nothing was changed",
}
# What the library would say with the names of our own classes.
_PLAIN = {"model_type": "write an object: {…}"}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is its path, such as `contact.phone` or `tags.3`."""

    field: str
    code: str
    message: str


class RefusedError(OtklikError):
    """A request that cannot be taken, with its status; for what HTTP itself has a say in."""

    def __init__(self, status: int, code: str, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.errors = status, code, tuple(errors)


def init_problems(app: Flask) -> None:
    """Let whatever goes wrong below /api be told to programs."""
    errors.speak_otherwise(app, PREFIX, show_problem)
    app.register_error_handler(RefusedError, show_refusal)


def show_refusal(error: RefusedError) -> Response:
    """Return the problem of a request that cannot be taken; the log says that it was refused, and why."""
    _LOG.info("refused", code=error.code, why=error.message, method=request.method, path=request.path)
    return show_problem(error, error.status)


def show_problem(error: Exception, status: int) -> Response:
    """Return the problem of an error that no view turned into something better."""
    edge.roll_back()
    body = describe(error, status)
    response = Response(json.dumps(body, ensure_ascii=False), status=int(str(body["status"])), mimetype=MEDIA_TYPE)
    if isinstance(error, HTTPException):
        allowed = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
        response.headers.extend(allowed)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="otklik"'
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = _BUSY
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and isinstance(error, OtklikError):
        response.headers["Retry-After"] = str(error.details.get("retry_after", 60))
    return response


def describe(error: Exception, status: int) -> dict[str, object]:
    """Return the members of the problem: status, title, code, detail, and `errors` where fields are to blame."""
    code, detail, found = _CODES.get(status, "bad_request"), _DETAILS.get(status, ""), list[FieldError]()
    if isinstance(error, RefusedError):
        status, code, detail, found = error.status, error.code, error.message, list(error.errors)
    elif isinstance(error, OtklikError) and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        code, detail = error.code, error.message
        if isinstance(error, InvalidInputError) and error.field:
            found = [FieldError(error.field, error.code, error.message)]
    body: dict[str, object] = {"status": status, "title": HTTPStatus(status).phrase, "code": code}
    body["detail"] = detail or HTTPStatus(status).description or HTTPStatus(status).phrase
    if found:
        body["errors"] = [asdict(one) for one in found]
    return body


def refuse_fields(error: ValidationError) -> RefusedError:
    """Return the refusal that names every field a model does not take; what was sent is not repeated."""
    found = [
        FieldError(".".join(map(str, one["loc"])), one["type"], _PLAIN.get(one["type"], one["msg"]))
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return RefusedError(422, "invalid_input", "some fields cannot be taken as they are", found)


def refuse_field(field: str, code: str, message: str) -> RefusedError:
    """Return the refusal of one field, for what only the database can tell."""
    return RefusedError(422, code, message, [FieldError(field, code, message)])
