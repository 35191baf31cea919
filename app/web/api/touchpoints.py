"""Touchpoints: codes for receipts, screens and posts that another system prints."""

from app.accounts.api_keys import ApiScope
from app.accounts.scope import EVERYTHING
from app.organisation.service import find_unit, get_unit
from app.touchpoints.adding import add_codes, choose_units
from app.touchpoints.models import Channel, Touchpoint
from app.touchpoints.qr import qr_address, touchpoint_url
from app.touchpoints.service import TouchpointRow, get_touchpoint, list_touchpoints
from app.web import edge
from app.web.api.calls import Resource
from app.web.api.problems import refuse_field
from app.web.api.schemas.touchpoints import TouchpointIn, TouchpointOut, TouchpointQuery, TouchpointsOut

touchpoints = Resource("touchpoints", __name__, title="Touchpoints")


@touchpoints.call(
    "GET",
    "/touchpoints",
    scope=ApiScope.TOUCHPOINTS_READ,
    summary="List codes",
    asks=TouchpointQuery,
    gives=TouchpointsOut,
    asked_example="limit=100",
)
def show_list(query: TouchpointQuery) -> TouchpointsOut:
    """The newest first, with the addresses of their pages and QR codes."""
    rows = list_touchpoints(
        edge.db(), scope=EVERYTHING, live=query.state == "live", after=query.cursor, limit=query.limit + 1
    )
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return TouchpointsOut(items=[_tell(row) for row in shown], next_cursor=shown[-1].id if more else None)


@touchpoints.call(
    "POST",
    "/touchpoints",
    scope=ApiScope.TOUCHPOINTS_WRITE,
    summary="Have a code for a unit",
    takes=TouchpointIn,
    gives=TouchpointOut,
    status=201,
    also={200: "There was such a code: the same is answered.", 409: "The unit is closed."},
    example={"unit": "support-line", "survey": "call-follow-up", "placement": "receipt", "channel": "call"},
)
def add(body: TouchpointIn) -> tuple[TouchpointOut, int]:
    """One live code for a unit, survey and placement: asked for again, it is the same code."""
    if body.survey not in edge.wiring().surveys:
        known = ", ".join(edge.wiring().surveys.keys())
        raise refuse_field("survey", "unknown_survey", f"no survey {body.survey!r}; there are: {known}")
    unit = find_unit(edge.db(), body.unit)
    if unit is None:
        raise refuse_field("unit", "unknown_unit", f"there is no unit {body.unit!r}")
    units = choose_units(edge.db(), unit, None, scope=EVERYTHING)
    codes, made = add_codes(
        edge.db(), units, survey_key=body.survey, placement=body.placement, channel=body.channel, now=edge.now()
    )
    touchpoint = get_touchpoint(edge.db(), codes[unit.id], scope=EVERYTHING)
    return _tell(_row(touchpoint)), 201 if made else 200


def _row(touchpoint: Touchpoint) -> TouchpointRow:
    unit = get_unit(edge.db(), touchpoint.unit_id)
    return TouchpointRow(
        touchpoint.id,
        touchpoint.code,
        unit.code,
        unit.name,
        touchpoint.survey_key,
        touchpoint.placement,
        Channel(touchpoint.channel),
        touchpoint.created_at,
        touchpoint.revoked_at,
    )


def _tell(row: TouchpointRow) -> TouchpointOut:
    public = edge.wiring().public_url
    images = f"{public.rstrip('/')}/touchpoints/{row.code}/qr"
    return TouchpointOut(
        code=row.code,
        unit=row.unit_code,
        unit_name=row.unit_name,
        survey=row.survey_key,
        placement=row.placement,
        channel=row.channel,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        url=touchpoint_url(public, row.code),
        qr_content=qr_address(public, row.code),
        qr_svg=f"{images}.svg",
        qr_png=f"{images}.png",
    )
