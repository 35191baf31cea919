"""The channel that needs no account: what would be sent is written as one line to standard error, and taken."""

import sys
from dataclasses import dataclass
from typing import TextIO

from app.messaging.gateway import Accepted, Outgoing
from app.messaging.masking import mask_address
from app.messaging.registry import CONSOLE


@dataclass(frozen=True, slots=True)
class Console:
    """Reaches everybody in a trial: whoever reads the console follows the links and taps the buttons."""

    per_second: float = 100
    name: str = CONSOLE

    def send(self, outgoing: Outgoing) -> Accepted:
        """Write the message and take it; what it costs is nothing."""
        _write(describe(outgoing), sys.stderr)
        return Accepted(f"console-{outgoing.message_id}", 0)


def describe(outgoing: Outgoing) -> str:
    """Return the message as one line, the address masked: `[sms] +7 70* *** ** 67 (ru) "…" [😀 5 = r:…:5]`."""
    parts = [f"[{outgoing.channel.value}] to {mask_address(outgoing.channel, outgoing.to)} ({outgoing.language.value})"]
    if outgoing.subject:
        parts.append(f'"{outgoing.subject}":')
    parts.append(f'"{outgoing.text}"')
    parts.extend(f"[{button.label} = {button.payload or button.url}]" for button in outgoing.buttons)
    if outgoing.unsubscribe_url:
        parts.append(f"unsubscribe: {outgoing.unsubscribe_url}")
    return " ".join(" ".join(parts).split())


def _write(line: str, stream: TextIO) -> None:
    # One call a line: lines of several threads do not mix.
    stream.write("".join(sign if sign.isprintable() else "?" for sign in line) + "\n")
    stream.flush()
