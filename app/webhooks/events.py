"""What other systems can be told of."""

from enum import StrEnum


class WebhookEvent(StrEnum):
    """Names of events, as the outbox and the receivers know them."""

    RESPONSE_CREATED = "response.created"
    RESPONSE_COMPLETED = "response.completed"
    CASE_OPENED = "case.opened"
    CASE_DUE = "case.due"
    CASE_CLOSED = "case.closed"
    CASE_ESCALATED = "case.escalated"
    CASE_HANDED_OVER = "case.handed_over"
    INVITATION_SENT = "invitation.sent"


# Sent by hand, to whoever sets an endpoint up; nobody subscribes to it.
TEST = "webhook.test"
