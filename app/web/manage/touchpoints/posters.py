"""Posters: one code's as a file at once, or a unit's and all below it, drawn by the worker and fetched from here."""

import re
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_decimal, gettext, lazy_gettext
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from app.kit.errors import ConflictError, InvalidInputError, OtklikError
from app.kit.i18n import Language
from app.organisation.listing import places_of
from app.organisation.models import Unit
from app.organisation.places import Place, tell_apart
from app.organisation.service import search_units
from app.touchpoints.posters.batches import (
    BatchRow,
    ask_for_batch,
    get_batch,
    get_content,
    list_batches,
    remove_batch,
)
from app.touchpoints.posters.choice import NothingToPrintError, get_poster
from app.touchpoints.posters.languages import MOST_LANGUAGES, InvalidLanguagesError, read_languages
from app.touchpoints.posters.press import print_posters
from app.touchpoints.posters.sheet import InvalidSizeError, PosterSize, read_size
from app.web import access, edge
from app.web.manage.unit_choice import UnitChoice, seek_unit, usual_unit
from app.web.manage.words import show_time

# A list to choose from up to here; beyond, a field to type a name or code into.
MOST_UNITS = 200
SIZE_WORDS = {
    PosterSize.A4: lazy_gettext("A4, for a wall"),
    PosterSize.A5: lazy_gettext("A5, for a counter"),
    PosterSize.A6: lazy_gettext("A6, for a desk"),
    PosterSize.STICKER: lazy_gettext("Sticker, 50 × 50 mm"),
}
# Each draws in a process of its own for a second: more of them at once would take what respondents are served with.
_PRESSES = threading.BoundedSemaphore(2)
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")
posters = Blueprint("posters", __name__)
access.gate(posters, access.Gate.STAFF, writing=access.Gate.MANAGER)


@dataclass(slots=True)
class PosterForm:
    """What was asked for, as typed, and what is wrong with it."""

    unit: str = ""
    size: str = PosterSize.A4.value
    survey: str = ""
    languages: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    suggestions: Sequence[Place] = ()
    chosen: Unit | None = None


@posters.get("/touchpoints/<code>/poster.pdf")
def show_poster(code: str) -> Response | tuple[str, int]:
    """One code's poster, to be kept: opened as a page it would be a document of ours."""
    workshop = edge.wiring().workshop
    try:
        size = read_size(request.args.get("size", PosterSize.A4))
        languages = read_languages(request.args.get("lang", ""))
        poster = get_poster(edge.db(), code, languages, workshop, scope=access.scope(), now=edge.now())
    except InvalidInputError as error:
        return render_template("manage/posters/refused.html", error=error, sizes=PosterSize, code=code), 422
    edge.roll_back()  # nothing is held while it is drawn
    if not _PRESSES.acquire(blocking=False):
        raise ServiceUnavailable
    try:
        printed = print_posters([poster], size=size, look=workshop.look)
    finally:
        _PRESSES.release()
    return _as_file(printed.content, f"{poster.code}-{size}.pdf")


@posters.get("/manage/posters")
def show_list() -> str:
    """The form, and the user's own batches with how far they are."""
    form = PosterForm(
        unit=_printable(request.args.get("unit", "")),
        size=_known(request.args.get("size", ""), PosterSize.A4.value),
        survey=_printable(request.args.get("survey", "")),
        languages=[language for language in request.args.getlist("lang") if language in set(Language)],
    )
    form.unit = form.unit or usual_unit(edge.db(), access.scope())
    _find_unit(form)
    return _show(form)


@posters.post("/manage/posters")
def ask() -> AnyResponse | tuple[str, int]:
    """Ask for the posters of a unit and all below it."""
    form = PosterForm(
        unit=_printable(request.form.get("unit", "")),
        size=request.form.get("size", ""),
        survey=_printable(request.form.get("survey", "")),
        languages=request.form.getlist("lang"),
    )
    size, languages = _read_size(form), _read_languages(form)
    if form.survey and form.survey not in edge.wiring().surveys:
        form.errors["survey"] = gettext("There is no such choice.")
    _find_unit(form)
    if form.errors or form.chosen is None or size is None:
        return _show(form), 422
    try:
        batch_id = ask_for_batch(
            edge.db(),
            user_id=access.staff().user.id,
            unit_id=form.chosen.id,
            size=size,
            languages=languages,
            survey_key=form.survey or None,
            scope=access.scope(),
            now=edge.now(),
        )
    except (NothingToPrintError, InvalidInputError, ConflictError) as error:
        form.errors["unit"] = _explain(error)
        return _show(form), 422
    flash(gettext("The posters are being drawn. You may leave this page; the file will wait for you here."), "good")
    return redirect(url_for(".show_list", _anchor=f"batch-{batch_id}"), 303)


@posters.get("/manage/posters/progress")
def show_progress() -> Response:
    """How far the user's own batches are, by id: what the bar on the page asks for."""
    found = list_batches(edge.db(), user_id=access.staff().user.id, scope=access.scope())
    return jsonify(
        {
            str(batch.id): {
                "done": batch.done,
                "total": batch.total,
                "finished": batch.finished,
                "words": _say_progress(batch),
            }
            for batch in found
        }
    )


@posters.get("/manage/posters/<uuid:batch_id>.pdf")
def download(batch_id: uuid.UUID) -> Response:
    """The file of one of the user's own batches."""
    batch = get_batch(edge.db(), batch_id, user_id=access.staff().user.id, scope=access.scope())
    return _as_file(get_content(edge.db(), batch), f"posters-{batch.unit_code}-{batch.size}.pdf")


@posters.post("/manage/posters/<uuid:batch_id>/remove")
def remove(batch_id: uuid.UUID) -> AnyResponse:
    """Remove one of the user's own batches, drawn or not."""
    batch = remove_batch(edge.db(), batch_id, user_id=access.staff().user.id, scope=access.scope(), now=edge.now())
    flash(gettext("The file is removed.") if batch.finished else gettext("The drawing is stopped."), "good")
    return redirect(url_for(".show_list"), 303)


def _show(form: PosterForm) -> str:
    scope = access.scope(access.Gate.STAFF)
    found = list_batches(edge.db(), user_id=access.staff().user.id, scope=scope)
    return render_template(
        "manage/posters/list.html",
        form=form,
        batches=found,
        working=any(not batch.finished for batch in found),
        units=_units(),
        surveys=[
            (survey.key, survey.name(edge.current_language(), edge.desk().company)) for survey in edge.wiring().surveys
        ],
        sizes=[(size.value, words) for size, words in SIZE_WORDS.items()],
        size_words=SIZE_WORDS,
        most_languages=MOST_LANGUAGES,
        say_progress=_say_progress,
        explain=_explain_failure,
        zone=edge.desk().zone,
        show_time=show_time,
    )


def _find_unit(form: PosterForm) -> None:
    """Set the unit that was typed, or what it may have meant."""
    choice = seek_unit(edge.db(), form.unit, access.scope()) if form.unit else UnitChoice("")
    form.chosen, form.suggestions = choice.unit, choice.suggestions
    if form.chosen is None:
        form.errors["unit"] = choice.problem or gettext("There is no such unit among those you may see.")


def _units() -> list[tuple[str, str]] | None:
    """Return codes and names to choose from, or None where there are too many for a list."""
    found = search_units(edge.db(), "", scope=access.scope(access.Gate.STAFF), limit=MOST_UNITS + 1)
    return None if len(found) > MOST_UNITS else tell_apart(places_of(edge.db(), found))


def _read_size(form: PosterForm) -> PosterSize | None:
    try:
        return read_size(form.size)
    except InvalidSizeError:
        form.errors["size"] = gettext("There is no such choice.")
        return None


def _read_languages(form: PosterForm) -> tuple[Language, ...]:
    try:
        return read_languages(",".join(form.languages))
    except InvalidLanguagesError:
        form.errors["lang"] = gettext("A poster has room for %(most)s languages at most.", most=MOST_LANGUAGES)
        return ()


def _explain(error: OtklikError) -> str:
    if error.code == "too_many_posters":
        return str(
            gettext(
                "%(count)s posters are too many for one file: it holds %(most)s. Choose a unit further down.",
                count=format_decimal(error.details["count"]),
                most=format_decimal(error.details["most"]),
            )
        )
    if error.code == "too_many_batches":
        return str(gettext("Your last files are still being drawn. Wait until one is done, or remove it."))
    return str(gettext("There is no code to print at this unit or below it. Make codes first."))


def _explain_failure(code: str | None) -> str:
    if code == "nothing_to_print":
        return str(gettext("There was no code left to print."))
    if code == "too_many_posters":
        return str(gettext("There were too many posters for one file. Choose a unit further down."))
    return str(
        gettext(
            "Something broke on our side. Ask for the posters again; if that does not help, tell whoever runs this."
        )
    )


def _say_progress(batch: BatchRow) -> str:
    return str(
        gettext("%(done)s of %(total)s drawn", done=format_decimal(batch.done), total=format_decimal(batch.total))
    )


def _printable(text: str) -> str:
    """Return what was typed, or nothing: PostgreSQL refuses NUL even in a comparison."""
    return text.strip()[:100] if text.isprintable() else ""


def _known(size: str, default: str) -> str:
    return size if size in set(PosterSize) else default


def _as_file(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/pdf")
    safe = _UNSAFE.sub("-", name)  # a unit's code is anybody's text
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}"'
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
