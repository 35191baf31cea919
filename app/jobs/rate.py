"""How fast a gateway may be called: a bucket that fills with tokens, one for each message. Pure; time is handed in."""

from dataclasses import dataclass, field

# How much of a second's tokens may be spent at once: a contract counts by the second, and so do gateways.
_BURST = 0.1


@dataclass(slots=True)
class TokenBucket:
    """One worker's share of a gateway's time: `per_second` messages, in seconds of a monotonic clock."""

    per_second: float
    _tokens: float = field(default=1.0, init=False)
    _filled_at: float | None = field(default=None, init=False)

    @property
    def holds(self) -> float:
        """How many tokens it can hold: at least one, or nothing would ever be sent."""
        return max(1.0, self.per_second * _BURST)

    def available(self, now: float) -> int:
        """Return how many messages may be sent at once at `now`."""
        if self._filled_at is not None:
            self._tokens = min(self.holds, self._tokens + (now - self._filled_at) * self.per_second)
        self._filled_at = now
        return int(self._tokens + 1e-9)  # what floats lose in adding up

    def take(self, count: int) -> None:
        """Spend tokens; below nothing is possible, where somebody could not wait."""
        self._tokens -= count

    def seconds_to_fill(self) -> float:
        """Return after how many seconds it is worth looking again."""
        return max(0.0, self.holds - self._tokens) / self.per_second
