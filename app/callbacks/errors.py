"""What can stand in the way of working a case."""

from app.kit.errors import ConflictError, InvalidInputError, NotFoundError


class CaseNotFoundError(NotFoundError):
    """There is no such case, or it is another office's."""

    code = "unknown_case"


class CaseTakenError(ConflictError):
    """Somebody else works the case; `details` say who (`name`) and since when (`at`)."""

    code = "case_taken"


class CaseClosedError(ConflictError):
    """The case is closed and stays as it was; `details` say since when (`at`)."""

    code = "case_closed"


class NoNumberError(ConflictError):
    """There is no number to ring: none was left, or the consent to be called was withdrawn."""

    code = "no_number"


class TooManyRevealsError(ConflictError):
    """Somebody reads more numbers than a person can ring."""

    code = "too_many_reveals"


class InvalidWorkError(InvalidInputError):
    """What was written about an attempt or a settlement cannot be taken; `field` says which."""

    code = "invalid_work"


class PromiseNotFoundError(NotFoundError):
    """There is no such promise, or its case is another office's."""

    code = "unknown_promise"


class PromiseOpenError(ConflictError):
    """Something promised is still to be kept; `details` say what (`promise`, `promise_id`) and by when (`at`)."""

    code = "promise_open"


class PromiseOverError(ConflictError):
    """The promise was kept or taken back before; `details` say when (`at`)."""

    code = "promise_over"
