"""Where a webhook may go: https to machines of the public internet, and to nothing behind our own walls.

Whoever writes an endpoint's address must not be able to make our server knock at its neighbours, at itself or at the
cloud's metadata. The name is therefore resolved once, and the connection goes to an address that was looked at here.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.kit.errors import InvalidInputError, OtklikError

# Returns the addresses of a host as text; raises OSError when there are none.
Resolver = Callable[[str, int], Sequence[str]]
LONGEST_URL = 500
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*", re.ASCII)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
# Global to the registry, or to Python 3.11, but not the public internet.
_CLOSED = tuple(
    ipaddress.ip_network(block)
    for block in (
        "100.64.0.0/10",  # carriers' NAT, and the metadata of Alibaba
        "168.63.129.16/32",  # Azure's own, from inside its machines
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "2001::/23",  # Teredo and other tunnels
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",
    )
)


class WebhookUrlError(InvalidInputError):
    """The address cannot be an endpoint's; the code says why."""

    code = "webhook_url"


class AddressRefusedError(OtklikError):
    """The host has no address on the public internet."""

    code = "address_refused"


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint's address, taken apart. `host` is lower case and ASCII; `local` only where a trial allows it."""

    host: str
    port: int
    secure: bool
    path: str
    local: bool

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def read_target(url: str, *, allow_local: bool = False) -> Target:
    """Return the address taken apart; raises WebhookUrlError.

    `allow_local` is for a trial on one machine: plain http to this very machine, named as such.
    """
    if (
        len(url) > LONGEST_URL
        or not url.isprintable()
        or any(character.isspace() or character == "\\" for character in url)
    ):
        raise _refused("webhook_url", "an address of up to 500 characters, without spaces")
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        raise _refused("webhook_url", "this is no address") from None
    if parts.scheme not in ("https", "http") or not name or parts.username is not None or parts.fragment or port == 0:
        raise _refused("webhook_url", "an address such as https://crm.example/hooks, without a password in it")
    local = allow_local and name in _LOCAL_NAMES
    if parts.scheme == "http" and not local:
        raise _refused("webhook_url_https", "only https: what is sent is nobody else's to read")
    host = _read_host(name)
    if not local and _is_closed_name(host):
        raise _refused("webhook_url_closed", "this leads to a machine that is not on the public internet")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise _refused("webhook_url", "write letters outside ASCII as %-codes")
    secure = parts.scheme == "https"
    return Target(host, port or (443 if secure else 80), secure, path, local)


def is_trial(public_url: str) -> bool:
    """Tell whether the installation does without https itself: then it may call this very machine by plain http."""
    return urlsplit(public_url).scheme == "http"


def choose_addresses(target: Target, resolve: Resolver, *, is_open: Callable[[str], bool]) -> list[str]:
    """Return the addresses that may be connected to, asking the resolver once; raises AddressRefusedError, OSError."""
    found = list(dict.fromkeys(resolve(target.host, target.port)))
    allowed = [address for address in found if target.local or is_open(address)]
    if not allowed:
        raise AddressRefusedError("the name leads to no address of the public internet")
    return allowed


def is_public(address: str) -> bool:
    """Tell whether the address is one of the public internet, also when it is an IPv4 address in IPv6's clothes."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in _UNICAST:
            return False
    return (
        ip.is_global
        and not ip.is_multicast
        and not any(ip in block for block in _CLOSED if block.version == ip.version)
    )


def resolve_by_system(host: str, port: int) -> list[str]:
    """Return the host's addresses as the system knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _read_host(name: str) -> str:
    if ":" in name:
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            raise _refused("webhook_url", "this is no IPv6 address") from None
    try:
        host = name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise _refused("webhook_url", "this is no name of a machine") from None
    if not _NAME.fullmatch(host):
        raise _refused("webhook_url", "this is no name of a machine")
    return host


def _is_closed_name(host: str) -> bool:
    if ":" in host:
        return not is_public(host)
    try:
        # In every form that the system's resolver understands: 127.1, 0x7f.1, 2130706433.
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))


def _refused(code: str, message: str) -> WebhookUrlError:
    return WebhookUrlError(message, field="url", code=code)
