"""Why a case is opened, and what its timeline tells of; apart from the tables, because pure rules decide by it."""

from enum import StrEnum


class CaseReason(StrEnum):
    """Why a case was opened."""

    LOW_RATING = "low_rating"
    REQUESTED = "requested"
    # Brought without a rating, by hand or by another system.
    COMPLAINT = "complaint"
    # Somebody who read the response found that it needs a call.
    RAISED = "raised"


class EntryKind(StrEnum):
    """What a line of a case's timeline is about."""

    EVENT = "event"
    CALL = "call"
    RESPONSE = "response"
    CASE = "case"
    MESSAGE = "message"
