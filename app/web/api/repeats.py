"""The header Idempotency-Key: the same call again is answered as the first time, and does nothing."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from app.kit.idempotency import LONGEST_KEY, KeptAnswer, find_answer, keep_answer
from app.web import edge
from app.web.api.door import caller
from app.web.api.problems import RefusedError

HEADER = "Idempotency-Key"
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")


@dataclass(frozen=True, slots=True)
class Repeatable:
    """What makes this request the same as another: the caller's own key for it, and what it asks."""

    key: str
    request_hash: bytes


def find_repeatable() -> Repeatable | None:
    """Return what tells this request from others, or None without the header; raises RefusedError for an unfit one."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise RefusedError(
            400, "idempotency_key", f"{HEADER}: 1 to {LONGEST_KEY} visible ASCII characters, such as a UUID"
        )
    asked = f"{request.method} {request.path}\n".encode() + request.get_data(cache=True)
    return Repeatable(key, hashlib.sha256(asked).digest())


def answer_once(same: Repeatable, work: Callable[[], KeptAnswer]) -> KeptAnswer:
    """Return what the first request of this key was answered, having done the work if this is the first.

    The answer is kept in the transaction of the work. Of two at once the second waits at the first one's row, finds
    that its own work was for nothing, and undoes it.
    """
    who = caller().key_id
    kept = find_answer(edge.db(), who, same.key, same.request_hash)
    if kept is not None:
        return kept
    answer = work()
    if keep_answer(edge.db(), who, same.key, same.request_hash, answer, now=edge.now()):
        return answer
    edge.roll_back()
    kept = find_answer(edge.db(), who, same.key, same.request_hash)
    if kept is None:
        raise RefusedError(503, "busy", "the same request is being answered at this moment; send it again")
    return kept
