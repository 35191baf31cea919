"""The statements of the hot path, composed once: composing them anew at each tap costs more than running them."""

from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, func, select

from app.invitations.models import Interaction
from app.kit.db import dialect_insert, table_of
from app.responses.models import DeviceAnswer, SurveyResponse
from app.touchpoints.models import Touchpoint

RESPONSE = table_of(SurveyResponse)
DEVICE = table_of(DeviceAnswer)
# A foreign key's column has no type of its own before the table it points at is known; this one has.
_TOUCHPOINT_ID = table_of(Touchpoint).c.id


def _like(name: str, column: ColumnElement[Any]) -> BindParameter[Any]:
    """Return a parameter of the column's type: not every comparison hands its type on."""
    return bindparam(name, type_=column.type)


_KNOWN = select(
    RESPONSE.c.id,
    RESPONSE.c.survey_version_id,
    RESPONSE.c.unit_id,
    RESPONSE.c.rating,
    RESPONSE.c.band,
    RESPONSE.c.suspect,
    RESPONSE.c.suspect_reasons,
    RESPONSE.c.device_hash,
    RESPONSE.c.answered_at,
    RESPONSE.c.finished_at,
    RESPONSE.c.form_hash,
).with_for_update()
# A response as `service.Known` has it, locked against a second tap.
KNOWN_BY_FORM = _KNOWN.where(RESPONSE.c.form_hash == _like("form_hash", RESPONSE.c.form_hash))
KNOWN_BY_ID = _KNOWN.where(RESPONSE.c.id == _like("response_id", RESPONSE.c.id))
KNOWN_BY_INTERACTION = _KNOWN.where(
    RESPONSE.c.interaction_id == bindparam("interaction_id", type_=table_of(Interaction).c.id.type)
)

_recent = (
    select(RESPONSE.c.address_hash)
    .where(
        RESPONSE.c.touchpoint_id == _like("touchpoint_id", _TOUCHPOINT_ID),
        RESPONSE.c.answered_at > _like("since", RESPONSE.c.answered_at),
    )
    .order_by(RESPONSE.c.answered_at.desc())
    .limit(bindparam("limit"))
    .subquery()
)
# All answers at a touchpoint since an instant, and those from one address, counted up to a limit.
COUNT_RECENT = select(
    func.count(), func.sum(case((_recent.c.address_hash == _like("address_hash", RESPONSE.c.address_hash), 1), else_=0))
).select_from(_recent)


@lru_cache(maxsize=2)
def reserve_device(dialect: str) -> Any:
    """Return the upsert that hands out the response a device is giving, or the new one when `since` has passed."""
    statement = dialect_insert(dialect, DEVICE).values({column.name: _like(column.name, column) for column in DEVICE.c})
    still = DEVICE.c.first_answered_at > _like("since", DEVICE.c.first_answered_at)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["device_hash", "touchpoint_id"],
        set_={
            "response_id": case((still, DEVICE.c.response_id), else_=new.response_id),
            "first_answered_at": case((still, DEVICE.c.first_answered_at), else_=new.first_answered_at),
        },
    ).returning(DEVICE.c.response_id)


@lru_cache(maxsize=2)
def insert_once(dialect: str) -> Any:
    """Return the INSERT of a response that does nothing, and returns nothing, if its form has made one already.

    Or if its interaction has been answered: without a conflict target, both unique indexes are heeded.
    """
    return dialect_insert(dialect, RESPONSE).on_conflict_do_nothing().returning(RESPONSE.c.id)
