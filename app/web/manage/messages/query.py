"""The filter of messages as it stands in the address: read, shown again, and linked to from figures."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.accounts.scope import Scope
from app.messaging.listing import MessageFilter
from app.messaging.models import MessagePurpose, MessageState, MessagingChannel
from app.web.manage.filter_fields import TypedFilter, read_known, read_span, read_typed, read_unit

FIELDS = ("state", "channel", "gateway", "purpose", "failure", "unit", "from", "to")


@dataclass(slots=True)
class MessageQuery(TypedFilter):
    """What was asked for."""

    wanted: MessageFilter = field(default_factory=MessageFilter)


def read_message_query(session: Session, args: MultiDict[str, str], *, scope: Scope, zone: ZoneInfo) -> MessageQuery:
    """Return the filter of the address; days are whole ones in `zone`, `to` included."""
    query = MessageQuery(*read_typed(args, FIELDS))
    unit_id = read_unit(session, query, scope)
    since, until = read_span(query, zone)
    query.wanted = MessageFilter(
        state=read_known(query, "state", MessageState),
        channel=read_known(query, "channel", MessagingChannel),
        purpose=read_known(query, "purpose", MessagePurpose),
        gateway=query.value("gateway") or None,
        failure=query.value("failure") or None,
        unit_id=unit_id,
        since=since,
        until=until,
    )
    return query
