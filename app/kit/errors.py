"""Errors as nouns of the business: raised low with a stable code, translated once at the faces."""

from collections.abc import Mapping


class OtklikError(Exception):
    """What went wrong and what to do about it, in plain English for logs and the command line.

    `code` is stable and machine-readable; the faces choose status and wording by it. `details` are plain values that
    the wording may use (`%(name)s`), never personal data.
    """

    code = "error"

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or self.code)
        self.message = message or self.code
        self.details: Mapping[str, object] = details


class NotFoundError(OtklikError):
    """There is no such thing, or the asker may not know of it: the two are told alike."""

    code = "not_found"


class InvalidInputError(OtklikError):
    """What was sent cannot be taken; `field` names the place, `code` the reason."""

    code = "invalid_input"

    def __init__(self, message: str = "", *, field: str | None = None, code: str | None = None, **details: object):
        super().__init__(message, **details)
        self.field = field
        if code is not None:
            self.code = code


class ConflictError(OtklikError):
    """Somebody else was first; `details` say who or what stands there now."""

    code = "conflict"


class ConfigurationError(OtklikError):
    """The installation is set up wrongly; the message lists everything found, each with its cure."""

    code = "configuration"
