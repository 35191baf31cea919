"""The description and the page say what is served, since both are made of it."""

import json
import re
from typing import Any, cast

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from pydantic import TypeAdapter

from app.accounts.api_keys import ApiScope
from app.web.api.calls import Call, calls_of
from app.web.api.docs import SCOPES
from tests.web.api.callers import System


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    """The description as anybody gets it."""
    answer = client.get("/api/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return cast("dict[str, Any]", answer.json)


def test_the_description_is_valid_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(description).validate()


def test_it_has_every_route_below_the_api_and_no_other(app: Flask, description: dict[str, Any]) -> None:
    served = {
        (method.lower(), re.sub(r"<(\w+:)?(\w+)>", r"{\2}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(method, path) for path, methods in description["paths"].items() for method in methods} == served


def test_every_reference_leads_somewhere_and_every_call_says_what_it_is(description: dict[str, Any]) -> None:
    text = json.dumps(description)
    schemas = description["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(schemas)
    for methods in description["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"].strip()
            assert next(iter(operation["security"][0].values()))[0] in list(ApiScope)
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, said in schema.get("properties", {}).items()
        if not said.get("description")
    ]
    assert silent == []


def test_every_example_is_one_that_is_taken(app: Flask) -> None:
    calls = calls_of(app)
    assert [call.name for call in calls if (call.takes is None) != (call.example is None)] == []
    for call in calls:
        if call.takes is not None:
            TypeAdapter(call.takes).validate_python(call.example)


def test_the_page_shows_every_call_with_a_command_that_works(app: Flask, client: FlaskClient, system: System) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "style=" not in page.text
    for call in calls_of(app):
        assert call.summary in page.text
        assert _curl_of(call) in page.text
    assert all(scope in page.text for scope in ApiScope)
    assert set(SCOPES) == set(ApiScope)


def _curl_of(call: Call) -> str:
    command = f"curl &#39;http://localhost:8000{call.address}"
    return command if call.method == "GET" else command.replace("curl", f"curl -X {call.method}")


def test_bounds_are_said_in_the_words_of_json_schema(description: dict[str, Any]) -> None:
    waited = description["components"]["schemas"]["InteractionIn"]["properties"]["wait_seconds"]["anyOf"][0]
    assert (waited["minimum"], waited["maximum"]) == (0, 604_800)
    assert '"ge":' not in json.dumps(description)
