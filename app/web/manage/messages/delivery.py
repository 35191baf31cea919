"""Who is asked, in words, and what this policy or another would have done with the last days. Nothing is changed here.

The policy is a file that the start reads; a page that changed it would be undone by the next deployment.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, render_template, request
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from app.invitations.desk import check_surveys
from app.invitations.places import find_places_by_id
from app.invitations.rules import DeliveryPolicy, read_delivery
from app.invitations.trial import Trial, top_units, try_policy
from app.kit.errors import ConfigurationError
from app.kit.yaml_files import MAX_BYTES, YamlFileError
from app.organisation.models import Unit
from app.web import access, edge
from app.web.manage.messages import delivery_words, interaction_words
from app.web.manage.messages import words as message_words

DAYS = (7, 30, 90)
# More would keep the reader waiting; the command line plays them all.
_MOST = 10_000
_MOST_UNITS = 20

delivery = Blueprint("delivery", __name__, url_prefix="/manage/settings/delivery")
access.gate(delivery, access.Gate.ADMIN)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A unit that has something otherwise; `name` is None where no unit has the code."""

    code: str
    name: str | None
    sentences: list[str]


@delivery.get("")
def show_delivery() -> str:
    """The policy in words; with `?days=` also what it would have done with the interactions of so many days."""
    _check_whole_company()
    days = _read_days(request.args.get("days", ""))
    trial = _try(edge.db(), edge.wiring().ask.policy, days) if days else None
    # Trying begins with what is in force: a policy is a whole file.
    return _page(edge.wiring().ask.policy, trial, days, text=_file_in_force())


def try_other() -> tuple[str, int]:
    """What another policy, a file or text, would have done; it is not kept. Mistakes with their lines, and 422."""
    _check_whole_company()
    days = _read_days(request.form.get("days", "")) or 30
    upload, text = request.files.get("file"), request.form.get("text", "")
    content = upload.stream.read(MAX_BYTES + 1) if upload is not None and upload.filename else text.encode()
    shown = content.decode("utf-8", "replace").replace("\0", "\ufffd")
    try:
        if not content.strip():
            raise YamlFileError([gettext("Choose a file or put its text in.")])
        policy = read_delivery(content, "delivery.yaml")
        check_surveys(policy, edge.wiring().surveys)
    except YamlFileError as error:
        return _page(edge.wiring().ask.policy, None, days, text=shown, mistakes=error.mistakes), 422
    except ConfigurationError as error:
        return _page(edge.wiring().ask.policy, None, days, text=shown, mistakes=[error.message]), 422
    # Reading alone: playing thousands of interactions through must keep no respondent waiting for the one writer.
    edge.roll_back()
    with edge.wiring().database.reading() as session:
        trial = _try(session, policy, days)
    return _page(policy, trial, days, text=shown, other=True), 200


delivery.add_url_rule("", "try_other", edge.takes_file(try_other, MAX_BYTES + 4096, as_text=True), methods=["POST"])


def _try(session: Session, policy: DeliveryPolicy, days: int) -> Trial:
    now = edge.now()
    return try_policy(session, edge.wiring().ask, policy, since=now - timedelta(days=days), until=now, limit=_MOST)


def _page(
    policy: DeliveryPolicy,
    trial: Trial | None,
    days: int | None,
    *,
    text: str = "",
    mistakes: list[str] | None = None,
    other: bool = False,
) -> str:
    session, wiring = edge.db(), edge.wiring()
    root = policy.rules_at(())
    return render_template(
        "manage/delivery/delivery.html",
        policy=policy,
        sentences=[
            *delivery_words.describe_rules(root, wiring.surveys, wiring.ask.phone_region),
            *delivery_words.describe_limits(policy.daily_cap, policy.daily_budget, policy.currency),
        ],
        narrowed=_narrowed(session, policy),
        trial=trial,
        units=list(top_units(trial, _MOST_UNITS)) if trial else [],
        days=days,
        offered_days=DAYS,
        text=text,
        mistakes=mistakes or [],
        other=other,
        config_dir=wiring.installation.values()["OTKLIK_CONFIG_DIR"],
        reasons=interaction_words.REASONS,
        words=message_words,
    )


def _narrowed(session: Session, policy: DeliveryPolicy) -> list[Narrowed]:
    wiring = edge.wiring()
    found = {
        code: (unit_id, name)
        for unit_id, code, name in session.execute(
            select(Unit.id, Unit.code, Unit.name).where(Unit.code.in_(list(policy.units)))
        )
    }
    places = find_places_by_id(session, [unit_id for unit_id, _ in found.values()])
    told = []
    for code, narrowing in policy.units.items():
        path = places[found[code][0]].path if code in found else (code,)
        sentences = delivery_words.describe_narrowing(
            narrowing, policy.rules_at(path), wiring.surveys, wiring.ask.phone_region, policy
        )
        told.append(Narrowed(code, found[code][1] if code in found else None, sentences))
    return told


def _file_in_force() -> str:
    """Return the text of delivery.yaml as it lies there, or nothing if it cannot be read any more."""
    try:
        return (Path(edge.wiring().installation.values()["OTKLIK_CONFIG_DIR"] or "") / "delivery.yaml").read_text(
            "utf-8"
        )
    except (OSError, UnicodeDecodeError):
        return ""


def _read_days(typed: str) -> int | None:
    return next((days for days in DAYS if str(days) == typed), None)


def _check_whole_company() -> None:
    if not access.scope(access.Gate.ADMIN).everything:
        raise Forbidden
