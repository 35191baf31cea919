"""The description of all calls as OpenAPI 3.1, made of what the calls themselves say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from app.accounts.api_keys import ApiScope
from app.web.api.calls import Call
from app.web.api.problems import MEDIA_TYPE as PROBLEM
from app.web.api.reading import MEDIA_TYPE
from app.web.api.repeats import HEADER

VERSION = "1"
_BOUNDS = {"ge": "minimum", "le": "maximum"}
_REF = "#/components/schemas/{model}"
_KEY = "apiKey"
# What any call may answer beside what it says itself.
_ALWAYS = {
    400: "The request cannot be read, or a key stands in its address.",
    401: "No live key was sent.",
    403: "The key lacks the scope.",
    429: "The key called too often; Retry-After says when to come again.",
    503: "The service is busy; nothing was changed. Send it again.",
}
_WITH_BODY = {413: "The body is too large.", 415: "The body is no JSON.", 422: "Some fields cannot be taken."}
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457). `code` is stable; the words may change.",
    "required": ["status", "title", "code", "detail"],
    "properties": {
        "status": {"type": "integer", "description": "The HTTP status."},
        "title": {"type": "string", "description": "The status in words."},
        "code": {"type": "string", "description": "Stable: what programs decide by."},
        "detail": {"type": "string", "description": "What went wrong, for people."},
        "errors": {
            "type": "array",
            "description": "The fields to blame, if any.",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Its path, such as `contact.phone`."},
                    "code": {"type": "string", "description": "Stable."},
                    "message": {"type": "string", "description": "For people."},
                },
            },
        },
    },
}


def describe_api(calls: Sequence[Call], *, server: str, title: str) -> dict[str, Any]:
    """Return the OpenAPI document; `server` is the installation's public address."""
    taken = {call.takes for call in calls if call.takes}
    given = {call.gives for call in calls}
    _, definitions = models_json_schema(
        [*((model, "validation") for model in sorted(taken, key=_name)), *_serialized(given)], ref_template=_REF
    )
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        paths.setdefault(call.address, {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title}: API",
            "version": VERSION,
            "description": "Times are ISO 8601 with a zone, told in UTC. Fields that we do not know are refused. "
            "A key sees the whole company.",
        },
        "servers": [{"url": server}],
        "security": [{_KEY: []}],
        "tags": [{"name": name} for name in dict.fromkeys(call.resource for call in calls)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                _KEY: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A key as `flask apikey add` prints it. Scopes: {' '.join(ApiScope)}.",
                }
            },
            "schemas": {"Problem": _PROBLEM, **_with_bounds(definitions.get("$defs", {}))},
        },
    }


def _with_bounds(schema: Any) -> Any:
    """Return the schema with its bounds in JSON Schema's words: pydantic writes its own behind a validator of ours."""
    if isinstance(schema, list):
        return [_with_bounds(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    words = _BOUNDS if isinstance(schema.get("type"), str) else {}
    return {words.get(name, name): _with_bounds(value) for name, value in schema.items()}


def query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Return the parameters of a query string as OpenAPI describes them; what may be left out is never null there."""
    schema = TypeAdapter(model).json_schema(ref_template=_REF)
    shared = schema.get("$defs", {})
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": said.get("description", ""),
            "schema": _inline(_without_null(said), shared),
        }
        for name, said in schema["properties"].items()
    ]


def _serialized(models: Iterable[type[BaseModel]]) -> list[tuple[type[BaseModel], Any]]:
    return [(model, "serialization") for model in sorted(models, key=_name)]


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _operation(call: Call) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{call.resource.lower()}_{call.name}",
        "tags": [call.resource],
        "summary": call.summary,
        "description": f"{call.description}\n\nScope: `{call.scope}`.",
        "security": [{_KEY: [call.scope.value]}],
        "parameters": _parameters(call),
        "responses": _answers(call),
    }
    if call.takes is not None:
        content: dict[str, Any] = {"schema": {"$ref": _REF.format(model=call.takes.__name__)}}
        if call.example is not None:
            content["example"] = call.example
        operation["requestBody"] = {"required": True, "content": {MEDIA_TYPE: content}}
    return operation


def _parameters(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", call.address)
    ]
    if call.asks is not None:
        found += query_parameters(call.asks)
    if call.repeatable:
        found.append(
            {
                "name": HEADER,
                "in": "header",
                "required": False,
                "description": "A name of your own for this request: sent again under it, it does nothing and is "
                "answered as the first time.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            }
        )
    return found


def _answers(call: Call) -> dict[str, Any]:
    said: dict[int, str] = {**_ALWAYS, **(_WITH_BODY if call.takes else {422: "Some parameters cannot be taken."})}
    said = {**said, **call.also, call.status: call.also.get(call.status, "Done.")}
    answers: dict[str, Any] = {}
    for status in sorted(said):
        done = status < HTTPStatus.BAD_REQUEST
        model = call.gives.__name__ if done else "Problem"
        answers[str(status)] = {
            "description": said[status],
            "content": {MEDIA_TYPE if done else PROBLEM: {"schema": {"$ref": _REF.format(model=model)}}},
        }
    return answers


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in schema.items() if name not in ("title", "description", "default")}
    choices = plain.pop("anyOf", None)
    if choices is not None:
        (only,) = [choice for choice in choices if choice != {"type": "null"}]
        plain.update(only)
    if schema.get("default") is not None:
        plain["default"] = schema["default"]
    return plain


def _inline(schema: dict[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Put in what the schema refers to: a query's enumerations are small."""
    reference = schema.pop("$ref", None)
    if reference is not None:
        schema = {**shared[reference.rpartition("/")[2]], **schema}
        schema.pop("title", None)
        schema.pop("description", None)
    return schema
