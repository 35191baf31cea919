"""Several answers of one mail opened within seconds: a scanner follows every link. Noted in memory and in the log.

Nothing is written for a GET, and nobody's answer is doubted for it: it only tells staff that a machine was there. Each
process sees its own share of the requests, so that what it knows is a lower bound.
"""

import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import cast

import structlog
from flask import current_app

log = structlog.get_logger(__name__)

_WITHIN = timedelta(seconds=10)
# Somebody may mark an answer, go back and mark another; nobody reads three pages in ten seconds.
_DIFFERENT = 3
_MOST = 10_000
_NAME = "otklik.preselected"


@dataclass(slots=True)
class _Seen:
    since: datetime
    ratings: set[int] = field(default_factory=set)
    scanned: bool = False


@dataclass(slots=True)
class _Memory:
    links: OrderedDict[uuid.UUID, _Seen] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


def note_preselected(invitation_id: uuid.UUID, rating: int, *, now: datetime) -> None:
    """Remember that the link was opened with this answer marked."""
    memory = _memory()
    with memory.lock:
        seen = memory.links.get(invitation_id)
        if seen is None or (not seen.scanned and now - seen.since > _WITHIN):
            seen = memory.links[invitation_id] = _Seen(now)
        seen.ratings.add(rating)
        found = not seen.scanned and len(seen.ratings) >= _DIFFERENT
        seen.scanned = seen.scanned or found
        while len(memory.links) > _MOST:
            memory.links.popitem(last=False)
    if found:
        log.info("link_scanned", invitation_id=str(invitation_id))


def was_scanned(invitation_id: uuid.UUID) -> bool:
    """Tell whether a scanner was seen at the link."""
    seen = _memory().links.get(invitation_id)
    return seen is not None and seen.scanned


def _memory() -> _Memory:
    return cast("_Memory", current_app.extensions.setdefault(_NAME, _Memory()))
