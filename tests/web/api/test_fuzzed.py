"""What a fuzzer makes of the description: schemathesis with all its checks, a key in hand, on seeded data.

Bounded in examples and without a random seed, so that a run is as long, and as good, as the one before.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from app.factory import create_app
from app.kit.db import Database
from app.kit.schema import upgrade_database
from app.surveys.loader import load_surveys
from app.surveys.service import store_versions
from app.touchpoints.service import add_touchpoint
from config.settings import ROOT, Settings
from tests.conftest import ENGINES, NOW, new_postgres
from tests.web.api.callers import System, a_call, make_system
from tests.web.staff import email_of, make_company

_EXAMPLES = 12
_HEALTHY = list(HealthCheck)
_Hook = Callable[[Any, Any], Any]


@pytest.fixture(scope="module", params=ENGINES)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system with every scope on a company with calls, responses and cases; one for the whole module."""
    var = tmp_path_factory.mktemp("fuzzed")
    if request.param == "sqlite":
        yield from _seed(f"sqlite:///{var / 'own.db'}", var)
        return
    with new_postgres() as url:
        yield from _seed(url, var)


def _seed(url: str, var: Path) -> Iterator[System]:
    database = Database(url)
    upgrade_database(database)
    settings = Settings(var_dir=var, language="en", database_url=url, api_per_minute=1_000_000)
    app = create_app(settings, clock=lambda: NOW, database=database)
    with database.transaction() as session:
        store_versions(session, load_surveys(ROOT / "surveys"), now=NOW)
        company = make_company(session, now=NOW)
        code = add_touchpoint(session, unit_id=company.east_office, survey_key="office-visit", now=NOW).code
    system = make_system(app, database)
    assert system.post("/interactions", a_call()).status_code == 202
    assert system.post("/responses", {"touchpoint": code, "rating": 1}).status_code == 201
    assert system.get("/callbacks").json["items"]
    yield system
    database.dispose()


@pytest.fixture(params=GenerationMode)
def described(request: pytest.FixtureRequest, seeded: System) -> Any:
    """The served description, bound to the application, for valid requests or for invalid ones."""
    generation = {
        "mode": request.param.value,
        "max-examples": _EXAMPLES,
        "codec": "ascii",
        # The key is ours to send; what happens without one is tried in test_door.py.
        "with-security-parameters": False,
    }
    config = SchemathesisConfig.from_dict({"seed": 1, "generation": generation})
    loaded = schemathesis.openapi.from_wsgi("/api/openapi.json", seeded.client.application, config=config)
    if request.param is GenerationMode.POSITIVE:
        _fill_in(loaded, seeded)
    return request.param, loaded


def _fill_in(loaded: Any, system: System) -> None:
    """Put in what a description cannot say: units and people that there are, a past time, a case that is open."""
    response = system.get("/responses").json["items"][0]
    case = system.get("/callbacks").json["items"][0]
    known: dict[str, object] = {
        "unit": "east-1",
        "survey": "office-visit",
        "touchpoint": response["touchpoint"],
        "source": "asterisk",
        "rating": 2,
        "user": email_of("manager"),
        "outcome": "settled_on_site",
        "cause": "waiting",
        "phone": "+77011234567",
        "email": "somebody@otklik.example",
        "ended_at": "2026-03-04T05:00:00Z",
        "next_attempt_at": "2026-03-05T05:00:00Z",
        "case_id": case["id"],
        "response_id": response["id"],
    }
    hook: Callable[[_Hook], _Hook] = loaded.hook
    # What would have to fit something else.
    unknowable = ("employee", "answers", "cursor")

    def fill(values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        # A complaint may be about an interaction, which would have to be one that there is.
        about = ("source", "external_id") if "text" in values else ()
        kept = {name: fill(value) for name, value in values.items() if name not in (*unknowable, *about)}
        filled = {name: known[name] for name in kept if name in known and kept[name] is not None}
        return {**kept, **filled}

    @hook
    def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
        return fill(path_parameters)

    @hook
    def map_query(context: Any, query: Any) -> Any:
        filled = fill(query)
        if isinstance(filled, dict) and "/metrics/" in context.operation.label:
            # The first day is not after the last, and no survey is asked for that is none.
            days = {"since": "2026-02-01", "until": "2026-03-04"}
            filled = {name: days.get(name, value) for name, value in filled.items()}
        return filled

    @hook
    def map_body(context: Any, body: Any) -> Any:
        filled = fill(body)
        if context.operation.label == "POST /api/v1/responses" and "external_id" in filled:
            filled["external_id"] = a_call()["external_id"]
        if filled.get("result") == "call_later":
            filled["next_attempt_at"] = known["next_attempt_at"]
        return filled


def test_no_call_breaks_or_says_what_it_does_not_describe(described: Any, seeded: System) -> None:
    """Valid requests are taken, others refused, each with a status and a body that the description knows."""
    mode, loaded = described
    for operation in loaded.get_all_operations():

        @settings(
            max_examples=_EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=_HEALTHY
        )
        @given(case=operation.ok().as_strategy(generation_mode=mode))
        def call(case: Any) -> None:
            case.call_and_validate(headers=seeded.headers())

        call()
