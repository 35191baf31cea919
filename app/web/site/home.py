"""GET /: what this is and the way in for staff; in a demo, the codes to scan or tap."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from markupsafe import Markup

from app.demo.service import list_codes
from app.kit.i18n import NAMES, Language, say
from app.touchpoints.qr import qr_address, qr_svg, touchpoint_url
from app.web import edge
from app.web.access import Gate, gate

home = Blueprint("home", __name__)
gate(home, Gate.PUBLIC)


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code of the demo: where, what is asked, its address and its image."""

    place: str
    survey: str
    address: str
    image: Markup


@home.get("/")
def show_home() -> str:
    """Render the first page."""
    return render_template("site/home.html", company=edge.desk().company, codes=_demo_codes(), names=NAMES)


def _demo_codes() -> list[ShownCode]:
    wiring, language = edge.wiring(), edge.current_language()
    return [
        ShownCode(
            code.unit_name,
            _title(code.survey_key, language),
            touchpoint_url(wiring.public_url, code.code),
            # Made by us from an address of ours; nothing anybody typed is in it.
            Markup(qr_svg(qr_address(wiring.public_url, code.code)).decode()),  # noqa: S704
        )
        for code in list_codes(edge.db())
    ]


def _title(survey_key: str, language: Language) -> str:
    surveys = edge.wiring().surveys
    return say(surveys.current(survey_key).title, language) if survey_key in surveys.keys() else survey_key  # noqa: SIM118
