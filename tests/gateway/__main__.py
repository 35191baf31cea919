"""The scripted gateway as a process: prints its address, then works until SIGTERM or Ctrl-C.

`POST /control` directs it while it runs. With `--receipts` it tells what became of each message to the service whose
settings stand in the environment.
"""

import argparse
import signal
import threading
from pathlib import Path

from app.kit.crypto import Vault
from config.gateways import build_hooks
from config.settings import load_settings
from tests.gateway.server import ScriptedGateway


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser(prog="python -m tests.gateway", description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--ledger", type=Path)
    options.add_argument("--script", default=[], action="append", help="`500*3, ok*`, or `smsc=500*3` for one provider")
    options.add_argument("--per-second", type=float, help="more than so many messages a second get 429")
    options.add_argument("--receipts", default="", help="what is told of each message, such as `delivered read`")
    options.add_argument("--base-url", default="", help="where our service answers; default: its own settings'")
    chosen = options.parse_args()
    hooks, base_url = None, chosen.base_url
    if chosen.receipts or chosen.base_url:
        settings = load_settings()
        hooks, base_url = build_hooks(settings, Vault(settings.encryption_keys)), base_url or settings.public_url
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with ScriptedGateway(
        port=chosen.port,
        ledger=chosen.ledger,
        per_second=chosen.per_second,
        hooks=hooks,
        base_url=base_url,
        receipts=chosen.receipts,
    ) as gateway:
        for text in filter(None, chosen.script):
            name, is_one, script = text.partition("=")
            gateway.play(script if is_one else text, name if is_one else "")
        print(gateway.url, flush=True)  # noqa: T201 -- what was asked for
        stop.wait()


if __name__ == "__main__":
    main()
