"""Responses: those taken elsewhere come in, all of them go out."""

import uuid

from app.accounts.api_keys import ApiScope
from app.accounts.scope import EVERYTHING
from app.analytics.filters import ResponseFilter
from app.analytics.response_rows import get_row, list_rows
from app.kit.crypto import digest
from app.organisation.employees import find_employee
from app.organisation.service import find_unit
from app.routing.elsewhere import RatedElsewhere, rate_interaction, rate_touchpoint
from app.routing.service import Taken
from app.web import edge
from app.web.api.calls import Resource
from app.web.api.door import caller
from app.web.api.problems import refuse_field
from app.web.api.repeats import find_repeatable
from app.web.api.schemas.responses import ResponseIn, ResponseMade, ResponseOut, ResponseQuery, ResponsesOut, read_flag

responses = Resource("responses", __name__, title="Responses")


@responses.call(
    "POST",
    "/responses",
    scope=ApiScope.RESPONSES_WRITE,
    summary="Bring a rating that was taken elsewhere",
    takes=ResponseIn,
    gives=ResponseMade,
    status=201,
    also={
        200: "The interaction had been rated: its answer was changed, or stands as it was.",
        409: "It is too late to change the answer, or the Idempotency-Key was used for another body.",
    },
    repeatable=True,
    example={"source": "asterisk", "external_id": "1772600553.1042", "rating": 2, "comment": "Waited half an hour"},
)
def bring(body: ResponseIn) -> tuple[ResponseMade, int]:
    """A key pressed at the end of a call, an app, a clerk's own form. The rating goes the way of every other: a low one
    opens a case. An interaction has one response; a touchpoint takes any number, so send an Idempotency-Key there.
    """
    wiring, now = edge.wiring(), edge.now()
    said = RatedElsewhere(body.rating, body.answers, body.comment, body.language)
    if body.touchpoint:
        same = find_repeatable()
        taken = rate_touchpoint(
            edge.db(),
            wiring.desk,
            wiring.surveys,
            body.touchpoint,
            said,
            same=digest(f"api {caller().key_id} {same.key}") if same else None,
            now=now,
        )
    else:
        taken = rate_interaction(
            edge.db(),
            wiring.desk,
            wiring.surveys,
            wiring.ask.policy,
            source=body.source,
            external_id=body.external_id,
            survey=body.survey,
            said=said,
            now=now,
        )
    return _tell(taken), 201 if taken.created else 200


@responses.call(
    "GET",
    "/responses",
    scope=ApiScope.RESPONSES_READ,
    summary="List responses with their interactions",
    asks=ResponseQuery,
    gives=ResponsesOut,
    asked_example="since=2026-03-01T00:00:00Z&unit=east&limit=100",
)
def show_list(query: ResponseQuery) -> ResponsesOut:
    """One row a response, by time. Go on with `next_cursor` until it is null. To keep up, ask again from a minute
    before the last `answered_at` and pass over the ids that you have: of answers given at one moment any may be seen
    first.
    """
    unit_id = employee_id = None
    if query.unit is not None:
        unit = find_unit(edge.db(), query.unit)
        if unit is None:
            raise refuse_field("unit", "unknown_unit", f"there is no unit {query.unit!r}")
        unit_id = unit.id
    if query.employee is not None:
        employee = find_employee(edge.db(), query.employee)
        if employee is None:
            raise refuse_field("employee", "unknown_employee", f"there is no employee {query.employee!r}")
        employee_id = employee.id
    page = list_rows(
        edge.db(),
        ResponseFilter(
            unit_id=unit_id,
            touchpoint=query.touchpoint.upper() if query.touchpoint else None,
            survey=query.survey,
            bands=(query.band,) if query.band else (),
            channel=query.channel,
            via=query.via,
            suspect=read_flag(query.suspect),
            since=query.since,
            until=query.until,
        ),
        scope=EVERYTHING,
        employee_id=employee_id,
        latest_first=query.order == "desc",
        cursor=query.cursor,
        limit=query.limit,
    )
    return ResponsesOut(items=[ResponseOut.of(row) for row in page.rows], next_cursor=page.next_cursor)


@responses.call(
    "GET",
    "/responses/<uuid:response_id>",
    scope=ApiScope.RESPONSES_READ,
    summary="Read one response",
    gives=ResponseOut,
    also={404: "There is no such response."},
)
def show_one(response_id: uuid.UUID) -> ResponseOut:
    """The same row as in the list."""
    return ResponseOut.of(get_row(edge.db(), response_id, scope=EVERYTHING))


def _tell(taken: Taken) -> ResponseMade:
    return ResponseMade(id=taken.response_id, url=f"{edge.wiring().public_url}/r/{taken.key}", created=taken.created)
