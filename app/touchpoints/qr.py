"""Addresses and images of codes. Pure; images are kept by address.

Scheme, host and our path are read in any case, so a code carries them in capitals: the QR is then in alphanumeric mode,
5.5 bits a character instead of 8, which makes it smaller at the same size (29 modules for hosts up to 28 characters).
Level Q survives a quarter of the code dirty or torn; the quiet zone is the standard's 4 modules.
"""

import io
from functools import lru_cache
from urllib.parse import urlsplit

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q

BORDER = 4
# 12 pixels a module print sharp at 4 cm and 300 dpi.
_PIXELS = 12


def touchpoint_url(base_url: str, code: str) -> str:
    """Return the address of a code as people read and type it: `https://host/q/7K3M9PXQ`."""
    return f"{base_url.rstrip('/')}/q/{code}"


def qr_address(base_url: str, code: str, *, path: str = "q") -> str:
    """Return the address that a QR code carries: `HTTPS://HOST/Q/7K3M9PXQ`; `base_url` is scheme and host only.

    `path` is what stands before the code: `i` for a single-use link.
    """
    parts = urlsplit(base_url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    return f"{parts.scheme}://{host}/{path}/{code}".upper()


@lru_cache(maxsize=1024)
def qr_modules(address: str, *, small: bool = False) -> tuple[tuple[bool, ...], ...]:
    """Return the code as rows of dark (True) and light modules, the quiet zone included.

    `small` is for codes printed less than 3 cm wide: level M, whose modules are larger on the same space.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M if small else ERROR_CORRECT_Q, border=BORDER)
    code.add_data(address, optimize=0)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


@lru_cache(maxsize=1024)
def qr_svg(address: str) -> bytes:
    """Return the code as an SVG document of one path, a millimetre a module; white behind it, for dark screens."""
    modules = qr_modules(address)
    size = len(modules)
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(modules) for start, length in dark_runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}mm" height="{size}mm" viewBox="0 0 {size} {size}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>\n'
    ).encode()


@lru_cache(maxsize=1024)
def qr_png(address: str) -> bytes:
    """Return the code as a black and white PNG."""
    modules = qr_modules(address)
    size = len(modules)
    image = Image.new("1", (size, size), 1)
    image.putdata([0 if dark else 1 for row in modules for dark in row])
    file = io.BytesIO()
    image.resize((size * _PIXELS, size * _PIXELS), Image.Resampling.NEAREST).save(file, "PNG", optimize=True)
    return file.getvalue()


def dark_runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return where each run of dark modules begins, and its length."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs
