"""What stands in the way of telling, acknowledging and keeping the roster."""

from app.kit.errors import ConflictError, InvalidInputError, NotFoundError


class EscalationNotFoundError(NotFoundError):
    """Nobody was told of that, or it is another office's."""

    code = "unknown_escalation"


class EscalationNotYoursError(ConflictError):
    """Somebody else was told; `details` say who (`name`)."""

    code = "escalation_not_yours"


class DutyNotFoundError(NotFoundError):
    """There is no such duty, or it is another office's."""

    code = "unknown_duty"


class InvalidDutyError(InvalidInputError):
    """A duty or an owner that cannot be taken; `field` says which part, a finer `code` why."""

    code = "invalid_duty"
