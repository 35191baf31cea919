"""/api/openapi.json and /api/docs: the description for programs, and the reference page for people.

The page is in English, like every name in the API and every `detail` of a problem. It needs no key: it says what any
installation says, and nothing of this company but its name and address.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, render_template

from app.accounts.api_keys import ApiScope
from app.web import edge
from app.web.access import Gate, gate
from app.web.api.calls import Call, calls_of
from app.web.api.openapi import describe_api
from app.web.api.reading import MEDIA_TYPE

docs = Blueprint("api_docs", __name__, url_prefix="/api")
gate(docs, Gate.PUBLIC)
# What each scope lets a key do, for whoever makes one.
SCOPES = {
    ApiScope.INTERACTIONS_WRITE: "tell of calls, visits and chats",
    ApiScope.RESPONSES_READ: "read responses and their comments",
    ApiScope.RESPONSES_WRITE: "bring ratings taken elsewhere",
    ApiScope.CALLBACKS_READ: "read the callback list",
    ApiScope.CALLBACKS_WRITE: "bring complaints and work cases",
    ApiScope.TOUCHPOINTS_READ: "read codes and their addresses",
    ApiScope.TOUCHPOINTS_WRITE: "make codes",
    ApiScope.METRICS_READ: "read figures",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body, a query or an answer, as a line of a table."""

    name: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A call as the page shows it."""

    call: Call
    anchor: str
    body: list[Field]
    query: list[Field]
    answer: list[Field]
    statuses: list[tuple[str, str]]
    curl: str


@docs.get("/openapi.json")
def show_description() -> Response:
    """The description of all calls, OpenAPI 3.1."""
    return Response(json.dumps(_description(), ensure_ascii=False, indent=1), mimetype=MEDIA_TYPE)


@docs.get("/docs")
def show_docs() -> str:
    """The reference page."""
    description = _description()
    shown: dict[str, list[Shown]] = {}
    for call in calls_of(current_app):
        shown.setdefault(call.resource, []).append(_show(call, description))
    return render_template("api/docs.html", resources=shown, scopes=SCOPES, base=edge.wiring().public_url.rstrip("/"))


def _description() -> dict[str, Any]:
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]
    return _describe(app)


@lru_cache(maxsize=4)
def _describe(app: Flask) -> dict[str, Any]:
    wiring = cast("edge.Wiring", app.extensions["otklik"])
    return describe_api(calls_of(app), server=wiring.public_url.rstrip("/"), title=wiring.desk.company)


def _show(call: Call, description: dict[str, Any]) -> Shown:
    operation = description["paths"][call.address][call.method.lower()]
    schemas = description["components"]["schemas"]
    return Shown(
        call=call,
        anchor=operation["operationId"],
        body=_fields(schemas[call.takes.__name__], schemas) if call.takes else [],
        query=[
            Field(one["name"], _kind(one["schema"], schemas), one["required"], one.get("description", ""))
            for one in operation["parameters"]
            if one["in"] == "query"
        ],
        answer=_fields(schemas[call.gives.__name__], schemas),
        statuses=[(status, said["description"]) for status, said in operation["responses"].items()],
        curl=_curl(call),
    )


def _fields(schema: dict[str, Any], schemas: dict[str, Any], above: str = "") -> list[Field]:
    """Return the fields with those of the objects in them, by their paths; a list's are written `items[].id`."""
    found = []
    for name, said in schema.get("properties", {}).items():
        path = above + name
        required = name in schema.get("required", [])
        found.append(Field(path, _kind(said, schemas), required, said.get("description", "")))
        inner, many = _inner(said, schemas)
        if inner is not None:
            found += _fields(inner, schemas, f"{path}[]." if many else f"{path}.")
    return found


def _inner(said: dict[str, Any], schemas: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    for one in [said, *said.get("anyOf", [])]:
        many = one.get("type") == "array"
        reference = (one.get("items", {}) if many else one).get("$ref")
        if reference is not None:
            schema = schemas[reference.rpartition("/")[2]]
            if "properties" in schema:
                return schema, many
    return None, False


def _kind(said: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Return what a field holds, in a word or two."""
    if "$ref" in said:
        return _kind(schemas[said["$ref"].rpartition("/")[2]], schemas)
    if "enum" in said:
        return " | ".join(map(str, said["enum"]))
    if "anyOf" in said:
        return " | ".join(dict.fromkeys(_kind(one, schemas) for one in said["anyOf"]))
    if "const" in said:
        return str(said["const"])
    if said.get("type") == "array":
        return f"list of {_kind(said.get('items', {}), schemas)}"
    named = {"date-time": "time", "uuid": "id"}.get(said.get("format", ""))
    return named or str(said.get("type", "any"))


def _curl(call: Call) -> str:
    address = f"{edge.wiring().public_url.rstrip('/')}{call.address}"
    if call.asked_example:
        address = f"{address}?{call.asked_example}"
    lines = [f"curl '{address}'", "-H 'Authorization: Bearer otk_…'"]
    if call.method != "GET":
        lines[0] = f"curl -X {call.method} '{address}'"
    if call.repeatable:
        lines.append("-H 'Idempotency-Key: 8f14e45f-ea5a-4c1b-9a0e-1f2d3c4b5a69'")
    if call.takes is not None:
        body = json.dumps(call.example or {}, ensure_ascii=False, indent=2).replace("'", "'\\''")
        lines += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
    return " \\\n  ".join(lines)
