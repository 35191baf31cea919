"""Where gateways knock: the secret address of each, and what proves that it is the gateway who knocks."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.messaging.models import MessagingChannel


@dataclass(frozen=True, slots=True)
class Hook:
    """One gateway's door: `/hooks/<gateway>/<slug>`.

    `secret` is what its signatures are checked with: Telegram's secret token, WhatsApp's app secret, the tokens of
    Viber and Twilio, SMSC's word for its md5. Without one only SMSC and Mobizon, which may sign nothing, are let in by
    the slug alone. `verify_token` answers WhatsApp's one question when the hook is set up.
    """

    gateway: str
    channel: MessagingChannel
    slug: str = field(repr=False)
    secret: str = field(default="", repr=False)
    verify_token: str = field(default="", repr=False)

    @property
    def path(self) -> str:
        """The path of its address."""
        return f"/hooks/{self.gateway}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Hooks:
    """The doors of this installation by gateway; one that is not set up has none."""

    by_gateway: Mapping[str, Hook] = field(default_factory=dict)

    def find(self, gateway: str, slug: str) -> Hook | None:
        """Return the gateway's hook if the slug is right, or None; takes as long for a wrong one as for a right one."""
        hook = self.by_gateway.get(gateway)
        right = hook.slug if hook is not None else "no such gateway"
        same = hmac.compare_digest(right.encode(), slug.encode("utf-8", "surrogatepass"))
        return hook if same and hook is not None and hook.slug else None
