"""The press itself: draws the job on standard input; see press.py, which starts it and reads what it says."""

import json
import os
import sys
import warnings

from app.touchpoints.posters.drawing import draw_sheets
from app.touchpoints.posters.press import read_job

# Behind whoever serves a respondent on the same machine.
_NICE = 10


def main() -> None:
    """Draw, telling each poster; whoever listens no longer ends us by closing the pipe."""
    os.nice(_NICE)
    warnings.simplefilter("ignore")  # fpdf2's hints are for us at our desks, not for the log of a service
    out = sys.stdout.buffer
    job = read_job(sys.stdin.buffer.read())

    def tell(drawn: int) -> None:
        out.write(b"%d\n" % drawn)
        out.flush()

    drawn = draw_sheets(job.posters, size=job.size, look=job.look, on_progress=tell)
    out.write(json.dumps({"length": len(drawn.content), "missing": drawn.missing}).encode() + b"\n" + drawn.content)
    out.flush()


if __name__ == "__main__":
    main()
