"""A call, the blueprint of a resource, and how a request becomes arguments and a model an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response
from flask.sansio.app import App
from pydantic import BaseModel

from app.accounts.api_keys import ApiScope
from app.kit.idempotency import KeptAnswer
from app.web import edge
from app.web.access import Gate, gate
from app.web.api.door import check_key
from app.web.api.reading import MEDIA_TYPE, read_body, read_query, refuse_query
from app.web.api.repeats import answer_once, find_repeatable

ROOT = "/api/v1"
# A model, or a model and the status where it is another than the usual one.
Told = BaseModel | tuple[BaseModel, int]
View = Callable[..., Told]
_CALLS = "otklik.api_calls"


@dataclass(frozen=True, slots=True)
class Call:
    """One method of one address, with everything there is to say of it.

    `takes` is the model of the body, `asks` of the query string, `gives` of the answer. `also` are statuses beside the
    usual ones, with when. `repeatable` calls heed Idempotency-Key. `example` is a body for the reference page.
    """

    name: str
    resource: str
    method: str
    path: str
    scope: ApiScope
    summary: str
    description: str
    gives: type[BaseModel]
    takes: type[BaseModel] | None = None
    asks: type[BaseModel] | None = None
    status: int = 200
    also: Mapping[int, str] = field(default_factory=dict)
    repeatable: bool = False
    example: Mapping[str, Any] | None = None
    asked_example: str = ""

    @property
    def address(self) -> str:
        """The path with arguments as OpenAPI writes them."""
        return ROOT + self.path.replace("<uuid:", "{").replace("<", "{").replace(">", "}")


class Resource(Blueprint):
    """The blueprint of one resource, behind the gate of the API; `call` adds a view and remembers what it says."""

    def __init__(self, name: str, import_name: str, *, title: str) -> None:
        super().__init__(f"api_{name}", import_name, url_prefix=ROOT)
        self.title = title
        gate(self, Gate.API, keeper=check_key)

    def call(
        self, method: str, path: str, *, scope: ApiScope, summary: str, largest: int | None = None, **said: Any
    ) -> Callable[[View], View]:
        """Serve the decorated view; its docstring is the description. `largest` is a bound of the body's own."""

        def add(view: View) -> View:
            description = " ".join((view.__doc__ or "").split())
            call = Call(view.__name__, self.title, method, path, scope, summary, description, **said)

            def serve(**arguments: Any) -> Response:
                return _serve(call, view, arguments)

            serve.api_scope = scope  # type: ignore[attr-defined]
            if largest is not None:
                edge.takes_file(serve, largest)
            self.add_url_rule(path, view.__name__, serve, methods=[method])
            self.record(lambda state: calls_of(state.app).append(call))
            return view

        return add


def calls_of(app: App) -> list[Call]:
    """Return every call that the application serves, in the order in which they were declared."""
    found: list[Call] = app.extensions.setdefault(_CALLS, [])
    return found


def _serve(call: Call, view: View, arguments: dict[str, Any]) -> Response:
    if call.asks is not None:
        arguments["query"] = read_query(call.asks)
    else:
        refuse_query()
    if call.takes is not None:
        arguments["body"] = read_body(call.takes)
    same = find_repeatable() if call.repeatable else None
    answer = answer_once(same, lambda: _do(call, view, arguments)) if same else _do(call, view, arguments)
    return Response(answer.body, status=answer.status, mimetype=MEDIA_TYPE)


def _do(call: Call, view: View, arguments: dict[str, Any]) -> KeptAnswer:
    told = view(**arguments)
    model, status = told if isinstance(told, tuple) else (told, call.status)
    return KeptAnswer(status, model.model_dump_json())
