"""Drawing in a process of its own: what fpdf2 and the fonts take in memory and time goes when it ends.

The child gets its job on standard input as JSON and says on standard output, a line each, how many posters are drawn,
then what it could not print, then the PDF itself. It gets none of our settings, so none of our keys either.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from app.kit.errors import OtklikError
from app.touchpoints.posters.sheet import Look, Poster, PosterSize

_ROOT = Path(__file__).resolve().parents[3]


class PrintingError(OtklikError):
    """The press ended without a PDF; its own words are in the log, on standard error."""

    code = "printing_failed"


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF, and the letters in its texts that no font of ours has: they are question marks in it."""

    content: bytes
    missing: str


@dataclass(frozen=True, slots=True)
class Job:
    """What the child draws."""

    posters: tuple[Poster, ...]
    size: PosterSize
    look: Look


def print_posters(
    posters: Sequence[Poster], *, size: PosterSize, look: Look, on_progress: Callable[[int], None] | None = None
) -> Printed:
    """Return the posters as one PDF, a page each in their order, with what could not be printed.

    `on_progress` hears how many are drawn, after each; if it raises, the press is stopped. Raises PrintingError.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "app.touchpoints.posters"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")},
    )
    said_to, said_by = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
    try:
        with said_to as job:
            job.write(write_job(Job(tuple(posters), size, look)))
        while line := said_by.readline():
            said = json.loads(line)
            if isinstance(said, int):
                if on_progress is not None:
                    on_progress(said)
            else:
                content = said_by.read(said["length"])
                if child.wait() == 0 and len(content) == said["length"]:
                    return Printed(content, said["missing"])
                break
        raise PrintingError(f"the posters were not drawn: the press ended with status {child.wait()}")
    except BrokenPipeError as error:
        raise PrintingError(f"the posters were not drawn: the press ended with status {child.wait()}") from error
    finally:
        child.kill()
        child.wait()
        for pipe in (said_to, said_by):
            with suppress(BrokenPipeError):  # what is left in its buffer is for nobody
                pipe.close()


def write_job(job: Job) -> bytes:
    """Return the job as JSON."""
    logo = job.look.logo
    look = {**asdict(job.look), "logo": None if logo is None else base64.b64encode(logo).decode()}
    return json.dumps({"posters": [asdict(poster) for poster in job.posters], "size": job.size, "look": look}).encode()


def read_job(text: bytes) -> Job:
    """Return the job that `write_job` wrote."""
    values: Mapping[str, Any] = json.loads(text)
    look = values["look"]
    return Job(
        tuple(
            Poster(**{**poster, "languages": tuple(poster["languages"]), "questions": tuple(poster["questions"])})
            for poster in values["posters"]
        ),
        PosterSize(values["size"]),
        Look(**{**look, "logo": None if look["logo"] is None else base64.b64decode(look["logo"])}),
    )
