"""The kinds of values that models are made of: strict, bounded, and described so that a schema says what we take.

Python's JSON has given plain values by now. Nothing is turned into another kind: "5" is no number and 1 is not true.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

# RFC 3339 with a zone, in this century: beyond it arithmetic leaves the calendar.
_MOMENT = re.compile(r"20\d\d-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# What a line may not hold: control characters break logs and headers, and PostgreSQL keeps no NUL.
_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00]*$"
_URL = r"^https?://[^\x00-\x20\x7f]+$"
MOMENT_SCHEMA = {"type": "string", "format": "date-time", "pattern": "^20[0-9][0-9]-"}


class Taken(BaseModel):
    """What a request holds; a field that we do not know is refused, since it may be one mistyped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """What an answer holds; every field is always there."""

    model_config = ConfigDict(
        frozen=True, json_schema_serialization_defaults_required=True, use_attribute_docstrings=True
    )


def _read_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    text = value.upper().replace(" ", "T") if isinstance(value, str) and _MOMENT.fullmatch(value) else ""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("moment", "write a time with its zone, such as 2026-03-04T11:02:33+05:00") from None


def _read_whole(value: Any) -> Any:
    """Return 5 for 5.0, which JSON does not tell apart; anything else that is no whole number is refused."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("whole_number", "write a whole number")
    return value


def _write_moment(moment: datetime) -> str:
    """Return ISO 8601 in UTC, to the second unless there is more to say."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


Moment = Annotated[datetime, BeforeValidator(_read_moment), WithJsonSchema(MOMENT_SCHEMA)]
Instant = Annotated[
    datetime,
    PlainSerializer(_write_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Whole = Annotated[int, BeforeValidator(_read_whole)]
Flag = StrictBool
Seconds = Annotated[Whole, Field(ge=0, le=timedelta(days=7) // timedelta(seconds=1))]
Code = Annotated[str, StringConstraints(max_length=64, pattern=_LINE)]
Short = Annotated[str, StringConstraints(max_length=120, pattern=_LINE)]
Key = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
Mail = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00-\x20\x7f@]+@[^\x00-\x20\x7f@]+$")]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=_TEXT)]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=_URL)]
Cursor = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
