"""What the gateway does with the next requests.

Written as `500*3, 429:7, slow:2, ok*`: a step's name, after a colon its argument, after a star how many times (alone:
for ever). After the last step everything is accepted.

ok            accepts
slow:SECONDS  accepts, and answers after so long
late:SECONDS  waits so long, then accepts and answers
hang          takes the request and never answers (until the server stops)
drip:SECONDS  answers a byte at a time, so far apart
reset         closes the connection without an answer
429:SECONDS   refuses, with Retry-After (a date if the argument is `date`; nothing without argument)
500 502 503   fails (any status)
garbage       200 with what is no JSON
huge          200 with 50 MB
redirect      302 to another address
error:CODE    the provider's own refusal, with its status and code
lie           accepts, and tells later that it failed
"""

import threading
from dataclasses import dataclass

FOR_EVER = 10**9


@dataclass(frozen=True)
class Step:
    """One thing to do, with its argument."""

    name: str
    argument: str = ""

    @property
    def seconds(self) -> float:
        """The argument as seconds, 1 if there is none."""
        return float(self.argument or 1)


OK = Step("ok")


class Script:
    """Steps, taken one a request by any number of threads."""

    def __init__(self, text: str = "") -> None:
        self._lock = threading.Lock()
        self._steps: list[tuple[Step, int]] = [
            _read(part.strip()) for part in text.replace("\n", ",").split(",") if part.strip()
        ]

    def next(self) -> Step:
        """Return what to do with this request."""
        with self._lock:
            while self._steps:
                step, left = self._steps[0]
                if left > 0:
                    self._steps[0] = (step, left - 1)
                    return step
                self._steps.pop(0)
        return OK


def _read(text: str) -> tuple[Step, int]:
    text, star, times = text.partition("*")
    name, _, argument = text.partition(":")
    return Step(name.strip(), argument.strip()), (int(times) if times else FOR_EVER) if star else 1
