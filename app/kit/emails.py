"""E-mail addresses as they are stored and compared. Pure."""

from app.kit.errors import InvalidInputError

LONGEST = 254


class InvalidEmailError(InvalidInputError):
    """This cannot be an e-mail address."""

    code = "invalid_email"


def normalise_email(text: str) -> str:
    """Return the e-mail as it is stored and compared: trimmed, in lower case, without what no database takes."""
    return text.strip().lower().encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def read_email(text: str) -> str:
    """Return the normalised e-mail; raises InvalidEmailError if nothing could be sent there."""
    email = normalise_email(text)
    mailbox, at, domain = email.rpartition("@")
    if (
        not (mailbox and at and domain)
        or len(email) > LONGEST
        or "@" in mailbox
        or not email.isprintable()
        or any(character in ' ,;<>()[]"\\' for character in email)
    ):
        raise InvalidEmailError(f"{text!r} is not an e-mail address", field="email")
    return email
