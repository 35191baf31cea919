"""The filter of the audit as it stands in the address: read, and shown again with what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.accounts.audit_search import AuditFilter
from app.analytics.periods import start_of
from app.web.manage.accounts import audit_words
from app.web.manage.filter_fields import read_day

FIELDS = ("who", "action", "type", "object", "address", "from", "to")
LONGEST = 100


@dataclass(slots=True)
class AuditQuery:
    """What was asked for. `problems` are by field, in the reader's words; with any of them nothing is listed."""

    wanted: AuditFilter
    typed: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return what was typed into a field, or an empty text."""
        return self.typed.get(name, "")

    def changed(self, **values: str) -> dict[str, str]:
        """Return the address's values with changes."""
        return {**self.typed, **values}


def read_audit_query(values: MultiDict[str, str], *, zone: ZoneInfo) -> AuditQuery:
    """Return the filter of an address or a form; days are whole ones in `zone`, `to` included."""
    typed = {name: value for name in FIELDS if (value := values.get(name, "").strip())}
    # No name or address that we store holds control characters, half a letter, or so many letters.
    strange = [name for name, value in typed.items() if not value.isprintable() or len(value) > LONGEST]
    query = AuditQuery(
        AuditFilter(),
        {name: value for name, value in typed.items() if name not in strange},
        {name: gettext("Nothing is called that.") for name in strange},
    )
    for name, known in (("action", audit_words.ACTIONS), ("type", audit_words.OBJECTS)):
        if query.value(name) and query.value(name) not in known:
            query.problems[name] = gettext("There is no such choice.")
    first, last = read_day(query, "from"), read_day(query, "to")
    if first and last and first > last:
        query.problems["to"] = gettext("The last day comes before the first.")
    query.wanted = AuditFilter(
        who=query.value("who") or None,
        action=query.value("action") or None,
        object_type=query.value("type") or None,
        object_id=query.value("object") or None,
        address=query.value("address") or None,
        since=start_of(first, zone) if first else None,
        until=start_of(last + timedelta(days=1), zone) if last else None,
    )
    return query
