"""Strict JSON and query strings to models; whatever is unclear is refused, never guessed."""

import json
import math
from typing import Any, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from app.web.api.problems import FieldError, RefusedError, refuse_fields

MEDIA_TYPE = "application/json"
_BRAND = "otk_"
# Names under which other services take a key in the address.
_KEY_NAMES = frozenset({"access_token", "api_key", "api-key", "apikey", "authorization", "key", "token"})
_ModelT = TypeVar("_ModelT", bound=BaseModel)


def refuse_key_in_address() -> None:
    """Refuse a request whose address holds a key: addresses get into logs, histories and referrers."""
    for name, value in request.args.items(multi=True):
        if name.lower() in _KEY_NAMES or value.startswith(_BRAND):
            raise RefusedError(
                400,
                "key_in_address",
                "send the key in the header Authorization; revoke one that was sent in an address",
            )


def read_query(model: type[_ModelT]) -> _ModelT:
    """Return the query string as the model; raises RefusedError that names each parameter that cannot be taken."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        found = [FieldError(name, "repeated", "give it once") for name in repeated]
        raise RefusedError(422, "invalid_input", "a parameter is given more than once", found)
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise refuse_fields(error) from None


def refuse_query() -> None:
    """Refuse parameters where a call takes none: they would be ignored without a word."""
    if request.args:
        found = [FieldError(name, "extra_forbidden", "this call takes no parameters") for name in request.args]
        raise RefusedError(422, "invalid_input", "this call takes no parameters", found)


def read_body(model: type[_ModelT]) -> _ModelT:
    """Return the body as the model; raises RefusedError that names each field that cannot be taken."""
    try:
        return model.model_validate(read_json())
    except ValidationError as error:
        raise refuse_fields(error) from None


def read_json() -> Any:
    """Return the body's JSON; raises RefusedError 415 for another kind and 400 for what is no plain JSON in UTF-8.

    Python's own reader takes more than JSON is: NaN, numbers without bounds, a name twice (of which the last wins),
    half of a surrogate pair in the bytes.
    """
    if request.mimetype != MEDIA_TYPE or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise RefusedError(
            415, "unsupported_media_type", "send JSON in UTF-8 with the header Content-Type: application/json"
        )
    raw = request.get_data(cache=True)
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_number
        )
    except RecursionError:
        raise RefusedError(400, "bad_json", "the JSON is nested too deeply") from None
    except ValueError as error:  # also bytes that are no UTF-8, and whole numbers of thousands of digits
        raise RefusedError(400, "bad_json", f"the body is no JSON: {_first_words(error)}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _first_words(error: ValueError) -> str:
    """Return what is wrong without what was sent: it may hold a number to ring."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
