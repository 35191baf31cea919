"""The filter of the audit as it stands in the address: read, and shown again with what is wrong."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.accounts.audit_search import AuditFilter
from app.web.manage.accounts import audit_words
from app.web.manage.filter_fields import TypedFilter, read_span, read_typed

FIELDS = ("who", "action", "type", "object", "address", "from", "to")
LONGEST = 100


@dataclass(slots=True)
class AuditQuery(TypedFilter):
    """What was asked for."""

    wanted: AuditFilter = field(default_factory=AuditFilter)


def read_audit_query(values: MultiDict[str, str], *, zone: ZoneInfo) -> AuditQuery:
    """Return the filter of an address or a form; days are whole ones in `zone`, `to` included."""
    query = AuditQuery(*read_typed(values, FIELDS, longest=LONGEST, problem=gettext("Nothing is called that.")))
    for name, known in (("action", audit_words.ACTIONS), ("type", audit_words.OBJECTS)):
        if query.value(name) and query.value(name) not in known:
            query.problems[name] = gettext("There is no such choice.")
    since, until = read_span(query, zone)
    query.wanted = AuditFilter(
        who=query.value("who") or None,
        action=query.value("action") or None,
        object_type=query.value("type") or None,
        object_id=query.value("object") or None,
        address=query.value("address") or None,
        since=since,
        until=until,
    )
    return query
