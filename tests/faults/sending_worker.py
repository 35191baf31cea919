"""A worker that does nothing but send SMS, as a process that may be killed: `python -m tests.faults.sending_worker`.

Its lease is short, so that a test need not wait a minute for what a dead worker held.
"""

import argparse
import signal
import threading
from datetime import timedelta

from app.jobs.dispatch import ChannelLoop
from app.jobs.lanes import run_source
from app.jobs.worker import worker_name
from app.kit.clock import utc_now
from app.kit.db import Database
from app.messaging.models import MessagingChannel
from app.messaging.smsc import Smsc
from tests.jobs.sending import sender

# More than a message takes, and little enough to wait for.
LEASE_SECONDS = 3.0
PER_SECOND = 30.0


def main() -> None:
    """Send until told to stop."""
    options = argparse.ArgumentParser()
    options.add_argument("--database", required=True)
    options.add_argument("--gateway", required=True)
    chosen = options.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    gateway = Smsc((chosen.gateway,), login="company", password="smsc-password", per_second=PER_SECOND)
    loop = ChannelLoop(
        Database(chosen.database),
        utc_now,
        worker_name(),
        sender(gateway),
        MessagingChannel.SMS,
        lease=timedelta(seconds=LEASE_SECONDS),
    )
    run_source(loop, stop)


if __name__ == "__main__":
    main()
