"""Where the recording of a call lies, if a browser may be sent there. Pure."""

from urllib.parse import urlsplit

_LINKED = frozenset({"http", "https"})


def safe_link(address: str | None) -> str | None:
    """Return the address if it leads to a web page and nowhere else, or None: it came from another system."""
    if not address or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme.lower() in _LINKED and parts.hostname else None
