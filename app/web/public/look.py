"""The one stylesheet of the respondent's pages: tokens and rules in one piece, so that a first view is two requests."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, request, url_for

from app.web.access import Gate, gate

look = Blueprint("look", __name__)
gate(look, Gate.PUBLIC)

_PARTS = ("css/tokens.css", "css/public.css")


@look.get("/look.css")
def stylesheet() -> Response:
    """Return the sheet; asked for by the hash of its content, it may be kept for a year."""
    response = Response(_sheet(str(current_app.static_folder)), mimetype="text/css")
    kept = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
    response.headers["Cache-Control"] = kept
    return response


@look.app_template_global()
def respondent_stylesheet() -> str:
    """Return the sheet's address with the hash of its content."""
    return url_for("look.stylesheet", v=_version(str(current_app.static_folder)))


def shrink(css: str) -> str:
    """Return the rules without comments and idle white space; what stands in quotes keeps its single spaces."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", bare)).replace(";}", "}").strip()


@lru_cache(maxsize=4)
def _sheet(folder: str) -> str:
    return "".join(shrink((Path(folder) / part).read_text("utf-8")) for part in _PARTS)


@lru_cache(maxsize=4)
def _version(folder: str) -> str:
    return hashlib.sha256(_sheet(folder).encode()).hexdigest()[:10]
