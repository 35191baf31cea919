"""Answers of the past, brought in with the browser: sent, mapped, tried, and taken in as they were tried.

For admins of the whole company alone, as every file is. Longer files come in by the command line, whose reading takes
no processor from people who rate.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date, gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from app.imports import drafts
from app.imports.drafts import DraftOptions
from app.imports.encodings import ENCODINGS
from app.imports.mapping import InvalidMappingError
from app.imports.models import DraftKind, ImportDraft
from app.imports.past.options import FIELDS, PastOptions, guess_answer_columns, guess_survey
from app.imports.past.planning import PastDesk, PastPlan, hash_file, plan_past
from app.imports.past.scales import InvalidScaleError, read_missing
from app.imports.past.sources import propose_source
from app.imports.past.writing import PastConflictError, take_past
from app.imports.table_errors import InvalidTableError
from app.imports.tables import Table, read_table
from app.imports.times import UnclearDatesError
from app.imports.written_dates import read_date_formats
from app.invitations.drafts import LONGEST_NAME
from app.kit.errors import InvalidInputError
from app.kit.i18n import NAMES, Language, read_language
from app.organisation.facts import check_zone
from app.organisation.service import find_unit
from app.surveys.definition import Audience
from app.touchpoints.models import Channel
from app.web import access, edge
from app.web.manage.imports import words
from app.web.manage.imports.units_and_employees import show_samples
from app.web.manage.noted import note
from app.web.manage.organisation.unit_words import zones_at_hand
from app.web.manage.words import CHANNELS, show_time

LARGEST = 5 * 1024 * 1024
REQUIRED = ("rating",)
_ROOM = 64 * 1024
_SHOWN = 100
_FIRST_COLUMNS = 200
# What the form asks beside the columns.
_TEXTS = ("unit", "scale", "missing", "date_format", "zone", "encoding", "source")
_TICKS = ("make_units", "make_employees", "once")
# What the survey decides, which ratings of another scale ask for.
_OF_SURVEY = ("scale_of_ten", "scale_of_seven")
_SAID = ("survey", "channel", "language", *_TEXTS, *_TICKS)

past_import = Blueprint("past_import", __name__, url_prefix="/manage/responses/import")
access.gate(past_import, access.Gate.ADMIN)


@past_import.get("")
def show_start() -> str:
    """The form that asks for the file."""
    return _show_start()


def receive() -> Response | tuple[str, int]:
    """Keep the file, its columns guessed, and go on to its page."""
    _check_whole_company()
    sent = request.files.get("file")
    name = "".join(letter for letter in (sent.filename or "" if sent else "") if letter.isprintable()).strip()
    content = sent.read(LARGEST + 1) if sent else b""
    encoding, problem = words.read_letters(request.form), None
    if not sent or not name:
        problem = gettext("Choose a file.")
    elif len(content) > LARGEST:
        problem = gettext(
            "The file is larger than %(limit)s MB. Split it, or take it in by the command line.",
            limit=LARGEST // 1024 // 1024,
        )
    else:
        try:
            table = read_table(content, name, encoding=encoding, numbered=True)
        except InvalidTableError as error:
            problem = words.say_error(error)
    if problem is not None:
        return _show_start(problem), HTTPStatus.UNPROCESSABLE_ENTITY
    options = DraftOptions(guess_answer_columns(table), said={"encoding": encoding} if encoding else {})
    with edge.wiring().database.reading() as reading:
        options = _with_source(reading, options, name)
    draft = drafts.keep_draft(
        edge.db(),
        user_id=access.staff().user.id,
        kind=DraftKind.RESPONSES,
        name=name,
        content=content,
        options=options,
        now=edge.now(),
    )
    return _to_draft(draft.id)


past_import.add_url_rule("", "receive", edge.takes_file(receive, LARGEST + _ROOM), methods=["POST"])


@past_import.get("/<uuid:draft_id>")
def show_draft(draft_id: uuid.UUID) -> str | Response:
    """How the columns are read and what the file would add, or what came of it."""
    _check_whole_company()
    draft = _get(edge.db(), draft_id)
    return _elsewhere() if draft is None else _show_draft(draft)


@past_import.post("/<uuid:draft_id>")
def choose(draft_id: uuid.UUID) -> Response | tuple[str, int]:
    """Read the file in another way."""
    _check_whole_company()
    with edge.wiring().database.reading() as reading:
        draft = _get(reading, draft_id)
        if draft is None:
            return _elsewhere()
        if draft.taken_at is not None:
            return _to_draft(draft.id)
        try:
            table = _read(draft, encoding := words.read_letters(request.form))
        except InvalidTableError as error:
            return _show_draft(draft, errors={"encoding": words.say_error(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
        options, errors = _read_form(reading, table.columns)
        before = drafts.options_of(draft)
        if encoding != before.said.get("encoding"):
            # In other letters its columns have other names.
            options = replace(options, mapping=guess_answer_columns(table))
        if options.said.get("source") == before.said.get("source") and _survey(options) != _survey(before):
            # What was proposed was so for another survey.
            options = replace(options, said={name: text for name, text in options.said.items() if name != "source"})
        options = _with_source(reading, options, draft.name)
    if errors:
        return _show_draft(draft, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
    drafts.set_options(edge.db(), draft.id, options)
    return _to_draft(draft.id)


@past_import.post("/<uuid:draft_id>/take")
def take(draft_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take in exactly what the report said; a second press finds it done, and a change since shows a new report."""
    _check_whole_company()
    wired = edge.wiring()
    with wired.database.reading() as reading:
        draft = _get(reading, draft_id)
        if draft is None:
            return _elsewhere()
        if draft.taken_at is not None:
            return _to_draft(draft.id)
        try:
            plan = _plan(reading, draft, _read(draft), drafts.options_of(draft))
        except InvalidInputError:  # its page says what is missing
            return _show_draft(draft), HTTPStatus.UNPROCESSABLE_ENTITY
    if plan.report.refused or not plan.rows or _digest(plan, drafts.options_of(draft)) != request.form.get("digest"):
        return _show_draft(draft, changed=True), HTTPStatus.CONFLICT
    try:
        # In a transaction of its own, before this request's, and as short as it can be. Two presses at once end in one,
        # since the file is known by its bytes.
        language = _language(drafts.options_of(draft))
        take_past(wired.database, _desk(), plan, language=language, user_id=access.staff().user.id, now=edge.now())
    except PastConflictError:
        return _show_draft(draft, changed=True), HTTPStatus.CONFLICT
    counts = {"taken": plan.report.taken, "changed": plan.report.changed, "repeated": plan.report.repeated}
    claimed = drafts.claim_draft(edge.db(), draft.id, now=edge.now())
    if claimed is not None:
        drafts.finish_draft(claimed, counts)
        note("responses.imported", "import", draft.id, **counts)
        flash(gettext("The file is taken in."), "good")
    return _to_draft(draft.id)


def _check_whole_company() -> None:
    if not access.scope(access.Gate.ADMIN).everything:
        raise Forbidden


def _to_draft(draft_id: uuid.UUID) -> Response:
    return redirect(url_for(".show_draft", draft_id=draft_id), 303)


def _elsewhere() -> Response:
    """A file of something else has a page of its own."""
    return redirect(url_for(".show_start"), 303)


def _get(session: Session, draft_id: uuid.UUID) -> ImportDraft | None:
    draft = drafts.get_draft(session, draft_id, user_id=access.staff().user.id)
    return draft if draft.kind == DraftKind.RESPONSES else None


def _read(draft: ImportDraft, *encoding: str | None) -> Table:
    """Return its rows in the letters that are chosen, or in those of the form."""
    chosen = encoding[0] if encoding else drafts.options_of(draft).said.get("encoding")
    return read_table(draft.content, draft.name, encoding=chosen, numbered=True)


def _desk() -> PastDesk:
    wired = edge.wiring()
    return PastDesk(wired.vault, wired.surveys, wired.desk.policy, wired.desk.phone_region)


def _language(options: DraftOptions) -> Language:
    return read_language(options.said.get("language")) or edge.wiring().language


def _survey(options: DraftOptions) -> str:
    channel = Channel(options.said["channel"]) if "channel" in options.said else None
    return guess_survey(options.mapping, options.said.get("survey"), channel)


def _with_source(session: Session, options: DraftOptions, name: str) -> DraftOptions:
    """Return the options with a source to look at, the proposed one where none is said."""
    source = options.said.get("source") or propose_source(session, _survey(options), name)
    return replace(options, said={**options.said, "source": source[:LONGEST_NAME]})


def _read_form(session: Session, columns: tuple[str, ...]) -> tuple[DraftOptions, dict[str, str]]:
    form, errors = request.form, {}
    mapping = {field: column for field in FIELDS if (column := form.get(f"column-{field}", "")) in columns}
    used: set[str] = set()
    for field, column in mapping.items():
        if column in used:
            errors[f"column-{field}"] = gettext("This column is chosen twice.")
        used.add(column)
    said = {name: value for name in _SAID if (value := form.get(name, "").strip()) and value.isprintable()}
    if said.get("survey", "") not in ("", *_survey_keys()):
        del said["survey"]
    if said.get("channel", "") not in ("", *(channel.value for channel in Channel)):
        del said["channel"]
    if said.get("encoding", "") not in ("", *ENCODINGS):
        del said["encoding"]
    try:
        check_zone(said.get("zone"))
    except InvalidInputError:
        errors["zone"] = gettext("There is no such time zone.")
    try:
        read_date_formats([said.get("date_format", "")])
    except InvalidInputError:
        errors["date_format"] = gettext("Write it as dd.mm.yyyy or mm/dd/yyyy.")
    if len(said.get("source", "")) > LONGEST_NAME:
        errors["source"] = gettext("At most %(limit)s characters.", limit=LONGEST_NAME)
    if "unit" in said and find_unit(session, said["unit"]) is None:
        errors["unit"] = gettext("There is no unit with this code.")
    return DraftOptions(mapping, said=said), errors


def _plan(session: Session, draft: ImportDraft, table: Table, options: DraftOptions) -> PastPlan:
    said = options.said
    asked = PastOptions(
        source=said.get("source") or propose_source(session, _survey(options), draft.name),
        language=_language(options),
        mapping=options.mapping,
        unit=said.get("unit"),
        make_units="make_units" in said,
        make_employees="make_employees" in said,
        survey=said.get("survey"),
        channel=Channel(said["channel"]) if "channel" in said else None,
        scale=said.get("scale"),
        missing=read_missing([said.get("missing", "")]),
        dates=read_date_formats([said.get("date_format", "")]),
        zone=ZoneInfo(zone) if (zone := check_zone(said.get("zone"))) else None,
        once="once" in said,
        mapped_only=True,
    )
    content_hash = hash_file(draft.content, None)
    return plan_past(session, _desk(), table, asked, name=draft.name, content_hash=content_hash, now=edge.now())


def _digest(plan: PastPlan, options: DraftOptions) -> str:
    """Return what differs as soon as anything else would be written than what was shown, as another tab may choose."""
    chosen = sorted(options.mapping.items()), sorted(options.said.items())
    made = [unit.code for unit in plan.units] + [one.code for one in plan.operators]
    counted = (plan.definition.key, plan.definition.version, plan.responses, plan.interactions, plan.report.changed)
    rated = [
        (each.read.row.rating, each.read.row.answered_at, each.read.unit_id in plan.stored_units) for each in plan.rows
    ]
    return hashlib.sha256(repr((plan.content_hash, chosen, counted, made, rated)).encode()).hexdigest()[:32]


def _survey_keys() -> list[str]:
    return [survey.key for survey in edge.wiring().surveys if survey.audience is Audience.CUSTOMERS]


def _show_start(problem: str | None = None) -> str:
    return render_template(
        "manage/imports/past_start.html",
        fields=FIELDS,
        required=REQUIRED,
        may_import=access.scope(access.Gate.ADMIN).everything,
        errors={"file": problem} if problem else {},
        typed=request.form,
        encodings=ENCODINGS,
        words=words,
        largest=LARGEST // 1024 // 1024,
    )


def _show_draft(draft: ImportDraft, *, errors: Mapping[str, str] | None = None, changed: bool = False) -> str:
    if draft.taken_at is not None:
        return render_template("manage/imports/past_done.html", draft=draft, result=draft.options.get("result", {}))
    table, options = _read(draft), drafts.options_of(draft)
    typed: Mapping[str, str] = request.form.to_dict() if errors else _as_form(options)
    told, plan = dict(errors or {}), None
    if not told:
        # A session that only reads, whatever the request is: trying a long file holds no lock.
        with edge.wiring().database.reading() as session:
            try:
                plan = _plan(session, draft, table, options)
            except InvalidInputError as error:
                told.update(_say(error))
    return render_template(
        "manage/imports/past_draft.html",
        draft=draft,
        fields=FIELDS,
        required=REQUIRED,
        columns=table.columns[:_FIRST_COLUMNS],
        samples=show_samples(table),
        typed=typed,
        errors=told,
        plan=plan,
        digest=_digest(plan, options) if plan is not None else "",
        refused=words.say_alike(plan.report.refused)[:_SHOWN] if plan else [],
        warnings=words.say_alike(plan.report.warnings)[:_SHOWN] if plan else [],
        notes=[words.say_reason(said) for said in plan.report.notes if said.code != "columns_taken"] if plan else [],
        changed=changed,
        words=words,
        surveys=[(each.key, each.name(edge.current_language(), edge.desk().company)) for each in _surveys()],
        channels=[(channel.value, CHANNELS[channel]) for channel in Channel],
        spoken=list(NAMES.items()),
        zones=zones_at_hand(edge.desk().phone_region),
        encodings=ENCODINGS,
        found=table.encoding,
        show_time=show_time,
        show_day=lambda day: format_date(day, "d MMM y"),
    )


def _surveys() -> list[Any]:
    return [survey for survey in edge.wiring().surveys if survey.audience is Audience.CUSTOMERS]


def _say(error: InvalidInputError) -> Mapping[str, str]:
    """Return what is wrong with the file as a whole, by the field of the form that mends it."""
    if isinstance(error, InvalidScaleError):
        return {"survey" if error.code in _OF_SURVEY else "scale": words.say_error(error)}
    if isinstance(error, UnclearDatesError):
        return {"date_format": words.say_error(error)}
    if isinstance(error, InvalidMappingError):
        return {f"column-{error.field or 'rating'}": gettext("Choose the column.")}
    return {"unit": words.say_error(error)}


def _as_form(options: DraftOptions) -> dict[str, str]:
    return {**{f"column-{field}": column for field, column in options.mapping.items()}, **options.said}
