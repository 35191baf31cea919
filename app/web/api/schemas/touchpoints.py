"""What the calls of touchpoints take and give."""

import uuid
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.touchpoints.models import Channel
from app.touchpoints.service import PLACEMENT_LENGTH
from app.web.api.schemas.fields import Code, Given, Instant, Taken

_Placement = Annotated[str, StringConstraints(max_length=PLACEMENT_LENGTH, pattern=r"^[^\x00-\x1f\x7f]*$")]


class TouchpointQuery(Taken):
    """Which touchpoints."""

    state: Annotated[Literal["live", "all"], Field(description="Only those in use, or withdrawn ones too.")] = "live"
    cursor: Annotated[uuid.UUID | None, Field(description="`next_cursor` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many at most.")] = 50


class TouchpointIn(Taken):
    """Where a code stands and what it asks. Asked for again, it is the same code."""

    unit: Annotated[Code, Field(description="The unit's code.")]
    survey: Annotated[Code, Field(description="The survey's key.")]
    placement: Annotated[_Placement, Field(description="Where it is, such as `receipt`.")] = ""
    channel: Annotated[Channel, Field(description="How the company was contacted; one that exists keeps its own.")] = (
        Channel.VISIT
    )


class TouchpointOut(Given):
    """A code and its addresses."""

    code: str
    """Eight letters and digits; they never change."""
    unit: str
    """The unit's code."""
    unit_name: str
    """The unit's name."""
    survey: str
    """The survey's key."""
    placement: str
    """Where it is."""
    channel: Channel
    """How the company was contacted."""
    created_at: Instant
    """When it was made."""
    revoked_at: Instant | None
    """When it was withdrawn; in use until then."""
    url: str
    """Its page, for links."""
    qr_content: str
    """What its QR code holds: the same address in capitals, which makes a smaller code."""
    qr_svg: str
    """Its QR code as SVG, for signed-in staff."""
    qr_png: str
    """Its QR code as PNG, for signed-in staff."""


class TouchpointsOut(Given):
    """A page of touchpoints, the newest first."""

    items: list[TouchpointOut]
    """The touchpoints."""
    next_cursor: uuid.UUID | None
    """For the page after this one; null at the end."""
