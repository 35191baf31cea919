"""The images of a touchpoint's code, for whoever prints it."""

from flask import Blueprint, Response

from app.kit.errors import NotFoundError
from app.touchpoints.qr import qr_address, qr_png, qr_svg
from app.touchpoints.service import get_touchpoint
from app.web import access, edge

touchpoints = Blueprint("touchpoints", __name__, url_prefix="/touchpoints")
access.gate(touchpoints, access.Gate.STAFF)


@touchpoints.get("/<code>/qr.svg")
def show_qr_svg(code: str) -> Response:
    """The code as SVG, to be stored: opened as a page it would be a document of ours."""
    stored, address = _find(code)
    return _as_file(qr_svg(address), f"{stored}.svg", "image/svg+xml")


@touchpoints.get("/<code>/qr.png")
def show_qr_png(code: str) -> Response:
    """The code as PNG."""
    stored, address = _find(code)
    return _as_file(qr_png(address), f"{stored}.png", "image/png")


def _find(code: str) -> tuple[str, str]:
    touchpoint = get_touchpoint(edge.db(), code, scope=access.scope())
    if touchpoint.revoked_at is not None:  # nobody should print what leads nowhere
        raise NotFoundError("this code has been withdrawn")
    return touchpoint.code, qr_address(edge.wiring().public_url, touchpoint.code)


def _as_file(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
