"""The press itself: draws the paper on standard input; see press.py, which starts it."""

import os
import sys
import warnings

from app.analytics.paper.drawing import draw_paper
from app.analytics.paper.sheet import read_paper

# Behind whoever serves a respondent on the same machine.
_NICE = 10


def main() -> None:
    """Draw."""
    os.nice(_NICE)
    warnings.simplefilter("ignore")  # fpdf2's hints are for us at our desks, not for the log of a service
    sys.stdout.buffer.write(draw_paper(read_paper(sys.stdin.buffer.read())))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
