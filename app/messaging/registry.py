"""Which gateways carry which channel: the first, and the one to use when it is down. Put together by the factory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.messaging.gateway import Gateway
from app.messaging.models import MessagingChannel

# The gateway that only shows what would be sent: it stands in for every channel of a trial.
CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Gateways:
    """The installation's gateways by channel, in the order in which they are tried; a channel without any is off."""

    by_channel: Mapping[MessagingChannel, Sequence[Gateway]]

    def carriers(self, channel: MessagingChannel) -> Sequence[Gateway]:
        """Return the gateways of the channel, the first one first; none if the channel is off."""
        return self.by_channel.get(channel, ())

    @property
    def channels(self) -> frozenset[MessagingChannel]:
        """The channels that somebody can be reached by."""
        return frozenset(channel for channel, carriers in self.by_channel.items() if carriers)
