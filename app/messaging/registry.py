"""Which gateways carry which channel: the first, and the one to use when it is down. Put together by the factory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.messaging.gateway import Accepted, DeliveryError, Gateway, Outgoing
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

    def hand_over(self, outgoing: Outgoing) -> Accepted:
        """Return what the first gateway says that is not down; raises DeliveryError, `channel_off` without any."""
        refused = DeliveryError(code="channel_off", permanent=True)
        for gateway in self.carriers(outgoing.channel):
            try:
                return gateway.send(outgoing)
            except DeliveryError as error:
                refused = error
                if not error.gateway_down:
                    break
        raise refused

    def only_show(self, channel: MessagingChannel) -> bool:
        """Tell whether nothing leaves the house by the channel, so that made-up people can be written to."""
        return all(gateway.name == CONSOLE for gateway in self.carriers(channel))

    @property
    def channels(self) -> frozenset[MessagingChannel]:
        """The channels that somebody can be reached by."""
        return frozenset(channel for channel, carriers in self.by_channel.items() if carriers)
