"""Drawing in a process of its own: what fpdf2 and the fonts take in memory and time goes when it ends.

The child gets the paper on standard input as JSON and gives the PDF on standard output. It gets none of our settings,
so none of our keys either.
"""

import os
import subprocess
import sys
from pathlib import Path

from app.analytics.paper.sheet import Paper, write_paper
from app.kit.errors import OtklikError

_ROOT = Path(__file__).resolve().parents[3]
# A hundred pages take three. With what a mail server may take, it stays below a worker's lease: else it goes twice.
_SECONDS = 20.0


class PaperError(OtklikError):
    """The press ended without a PDF; its own words are in the log, on standard error."""

    code = "printing_failed"


class PaperLateError(PaperError):
    """The press was not ready in time, as on a machine with much else to do; later it may be."""

    code = "printing_late"


def print_paper(paper: Paper, *, seconds: float = _SECONDS) -> bytes:
    """Return the paper as a PDF, within so many seconds; raises PaperError."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.analytics.paper"],
            input=write_paper(paper),
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PaperLateError("the report was not drawn in time") from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        raise PaperError(f"the report was not drawn: the press ended with status {done.returncode}")
    return done.stdout
