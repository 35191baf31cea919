"""The company's logo: a small PNG or JPEG, checked at the start and drawn as it is. No other format is ever opened."""

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

LOGO_FORMATS = ("PNG", "JPEG")
MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 4_000_000
_WRONG = "a logo is a PNG or a JPEG of at most 2 MB and 4 megapixels"


def read_logo(path: Path) -> bytes:
    """Return the file's content once it is known to be a logo; raises ValueError that says what is wrong with it."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)  # one more than is taken, so that a large file is refused unread
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path} is larger than 2 MB; {_WRONG}")
    open_logo(content, str(path))
    return content


def open_logo(content: bytes, name: str = "the logo") -> Image.Image:
    """Return the picture upright, without anything else that the file holds; raises ValueError."""
    try:
        with Image.open(io.BytesIO(content), formats=LOGO_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:  # said by its head, before anything is unpacked
                raise ValueError(f"{name} has {picture.width} by {picture.height} pixels; {_WRONG}")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise ValueError(f"{name} is no picture that can be printed; {_WRONG}") from error
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    plain.info = {}
    return plain
