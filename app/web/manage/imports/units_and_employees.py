"""Files of units and employees, brought in with the browser: sent, mapped, tried, and taken in as they were tried.

For admins of the whole company alone: a row may mean any unit, and a file is taken in wholly or not at all.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from app.imports import drafts
from app.imports.drafts import DraftOptions
from app.imports.employees import FIELDS as EMPLOYEE_FIELDS
from app.imports.encodings import ENCODINGS
from app.imports.guessing import guess_columns, guess_parent_kind
from app.imports.mapping import InvalidMappingError
from app.imports.models import DraftKind, ImportDraft
from app.imports.table_errors import InvalidTableError
from app.imports.tables import MAX_BYTES, Table, read_table
from app.imports.trial import Trial, try_employees, try_units
from app.imports.unit_rows import FIELDS as UNIT_FIELDS
from app.kit.errors import ConflictError, InvalidInputError
from app.organisation.facts import check_hours, check_zone
from app.organisation.service import find_unit
from app.web import access, edge
from app.web.manage.imports import words
from app.web.manage.noted import note
from app.web.manage.organisation.unit_words import KINDS, MAKEABLE, say_fact, zones_at_hand

FIELDS: Mapping[DraftKind, tuple[str, ...]] = {DraftKind.UNITS: UNIT_FIELDS, DraftKind.EMPLOYEES: EMPLOYEE_FIELDS}
REQUIRED: Mapping[DraftKind, tuple[str, ...]] = {
    DraftKind.UNITS: ("name",),
    DraftKind.EMPLOYEES: ("code", "name", "unit"),
}
# What all rows of a file of units may share, beside their kind.
SHARED = ("parent", "time_zone", "hours")
# The rest of the form around the file.
_ROOM = 64 * 1024
_FIRST_COLUMNS = 200
_REFUSED_SHOWN = 100


def show_start(kind: DraftKind) -> str:
    """The form that asks for the file."""
    return _show_start(kind)


def receive(kind: DraftKind) -> Response | tuple[str, int]:
    """Keep the file, its columns guessed, and go on to its page."""
    _check_whole_company()
    sent = request.files.get("file")
    name = "".join(letter for letter in (sent.filename or "" if sent else "") if letter.isprintable()).strip()
    content = sent.read(MAX_BYTES + 1) if sent else b""
    if not sent or not name:
        return _show_start(kind, gettext("Choose a file.")), HTTPStatus.UNPROCESSABLE_ENTITY
    encoding = words.read_letters(request.form)
    try:
        table = read_table(content, name, encoding=encoding)
    except InvalidTableError as error:
        return _show_start(kind, words.say_error(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    draft = drafts.keep_draft(
        edge.db(),
        user_id=access.staff().user.id,
        kind=kind,
        name=name,
        content=content,
        options=_guess(kind, table, encoding),
        now=edge.now(),
    )
    return _to_draft(kind, draft.id)


def show_draft(draft_id: uuid.UUID) -> str:
    """How the columns are read and what the file would change, or what came of it."""
    _check_whole_company()
    return _show_draft(_get(edge.db(), draft_id))


def choose(draft_id: uuid.UUID) -> Response | tuple[str, int]:
    """Read the columns in another way."""
    _check_whole_company()
    with edge.wiring().database.reading() as reading:
        draft = _get(reading, draft_id)
        kind = DraftKind(draft.kind)
        if draft.taken_at is not None:
            return _to_draft(kind, draft.id)
        encoding = words.read_letters(request.form)
        try:
            table = read_table(draft.content, draft.name, encoding=encoding)
        except InvalidTableError as error:
            return _show_draft(draft, errors={"encoding": words.say_error(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
        options, errors = _read_options(reading, kind, table.columns)
        options = replace(options, said={"encoding": encoding} if encoding else {})
        if encoding != drafts.options_of(draft).said.get("encoding"):
            # In other letters its columns have other names.
            options = replace(options, mapping=guess_columns(table.columns, kind))
    if errors:
        return _show_draft(draft, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
    drafts.set_options(edge.db(), draft.id, options)
    return _to_draft(kind, draft.id)


def take(draft_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take in exactly what the report said; a second press finds it done, and a change since shows a new report."""
    _check_whole_company()
    # Read, check and compare before the transaction that writes, so that raters do not wait for it.
    with edge.wiring().database.reading() as reading:
        draft = _get(reading, draft_id)
        kind = DraftKind(draft.kind)
        if draft.taken_at is not None:
            return _to_draft(kind, draft.id)
        try:
            trial = _try(reading, kind, _read(draft), drafts.options_of(draft))
        except InvalidInputError:  # a column that is needed is not chosen yet: its page says so
            return _show_draft(draft), HTTPStatus.UNPROCESSABLE_ENTITY
    if trial.report.refused or trial.digest != request.form.get("digest"):
        return _show_draft(draft, changed=True), HTTPStatus.CONFLICT
    claimed = drafts.claim_draft(edge.db(), draft.id, now=edge.now())
    if claimed is None:
        edge.roll_back()
        return _to_draft(kind, draft.id)
    try:
        report = trial.take(edge.db(), now=edge.now())
    except ConflictError:
        edge.roll_back()
        return _show_draft(draft, changed=True), HTTPStatus.CONFLICT
    counts = {"taken": report.taken + report.added_parents, "changed": report.changed, "repeated": report.repeated}
    drafts.finish_draft(claimed, counts)
    note(f"{kind.value}.imported", "import", draft.id, **counts)
    flash(gettext("The file is taken in."), "good")
    return _to_draft(kind, draft.id)


def _pages(kind: DraftKind, name: str) -> Blueprint:
    pages = Blueprint(name, __name__, url_prefix=f"/manage/{kind.value}/import")
    access.gate(pages, access.Gate.ADMIN)
    pages.add_url_rule("", "show_start", partial(show_start, kind))
    pages.add_url_rule("", "receive", edge.takes_file(partial(receive, kind), MAX_BYTES + _ROOM), methods=["POST"])
    pages.add_url_rule("/<uuid:draft_id>", "show_draft", show_draft)
    pages.add_url_rule("/<uuid:draft_id>", "choose", choose, methods=["POST"])
    pages.add_url_rule("/<uuid:draft_id>/take", "take", take, methods=["POST"])
    return pages


unit_import = _pages(DraftKind.UNITS, "unit_import")
employee_import = _pages(DraftKind.EMPLOYEES, "employee_import")
_NAMES = {DraftKind.UNITS: unit_import.name, DraftKind.EMPLOYEES: employee_import.name}


def _check_whole_company() -> None:
    if not access.scope(access.Gate.ADMIN).everything:
        raise Forbidden


def _to_draft(kind: DraftKind, draft_id: uuid.UUID) -> Response:
    return redirect(url_for(f"{_NAMES[kind]}.show_draft", draft_id=draft_id), 303)


def _get(session: Session, draft_id: uuid.UUID) -> ImportDraft:
    return drafts.get_draft(session, draft_id, user_id=access.staff().user.id)


def _read(draft: ImportDraft) -> Table:
    return read_table(draft.content, draft.name, encoding=drafts.options_of(draft).said.get("encoding"))


def _guess(kind: DraftKind, table: Table, encoding: str | None) -> DraftOptions:
    mapping, said = guess_columns(table.columns, kind), {"encoding": encoding} if encoding else {}
    if kind is DraftKind.EMPLOYEES:
        return DraftOptions(mapping, said=said)
    return DraftOptions(
        mapping,
        said=said,
        kind=None if "kind" in mapping else "office",
        parent_kind=guess_parent_kind(mapping.get("parent")),
    )


def _read_options(session: Session, kind: DraftKind, columns: tuple[str, ...]) -> tuple[DraftOptions, dict[str, str]]:
    form, errors = request.form, {}
    chosen = {field: form.get(f"column-{field}", "") for field in FIELDS[kind]}
    mapping = {field: column for field, column in chosen.items() if column in columns}
    used: dict[str, str] = {}
    for field, column in mapping.items():
        if column in used:
            errors[f"column-{field}"] = gettext("This column is chosen twice.")
        used[column] = field
    if kind is DraftKind.EMPLOYEES:
        return DraftOptions(mapping), errors
    kinds = {name: form.get(name, "") for name in ("kind", "parent_kind")}
    known = {name: value if value in MAKEABLE else None for name, value in kinds.items()}
    defaults = {field: value for field in SHARED if (value := form.get(f"set-{field}", "").strip())}
    for field, check in (("time_zone", check_zone), ("hours", check_hours)):
        try:
            check(defaults.get(field))
        except InvalidInputError as error:
            errors[f"set-{field}"] = say_fact(error)
    if "parent" in defaults and find_unit(session, defaults["parent"]) is None:
        errors["set-parent"] = gettext("There is no unit with this code.")
    return DraftOptions(mapping, defaults, known["kind"], known["parent_kind"]), errors


def _try(session: Session, kind: DraftKind, table: Table, options: DraftOptions) -> Trial:
    if kind is DraftKind.EMPLOYEES:
        return try_employees(session, table, options)
    return try_units(session, table, options, edge.desk().catalogue)


def _show_start(kind: DraftKind, problem: str | None = None) -> str:
    return render_template(
        "manage/imports/start.html",
        kind=kind.value,
        pages=_NAMES[kind],
        fields=FIELDS[kind],
        required=REQUIRED[kind],
        may_import=access.scope(access.Gate.ADMIN).everything,
        errors={"file": problem} if problem else {},
        typed=request.form,
        encodings=ENCODINGS,
        words=words,
    )


def _show_draft(draft: ImportDraft, *, errors: Mapping[str, str] | None = None, changed: bool = False) -> str:
    kind = DraftKind(draft.kind)
    shown: dict[str, Any] = {"kind": kind.value, "pages": _NAMES[kind], "draft": draft, "words": words}
    if draft.taken_at is not None:
        return render_template("manage/imports/done.html", result=draft.options.get("result", {}), **shown)
    table, options = _read(draft), drafts.options_of(draft)
    typed = request.form.to_dict() if errors else _as_form(options)
    errors, trial = dict(errors or {}), None
    if not errors:
        # A session that only reads, whatever the request is: trying a long file holds no lock.
        with edge.wiring().database.reading() as session:
            try:
                trial = _try(session, kind, table, options)
            except InvalidMappingError as error:
                errors[f"column-{error.field}"] = gettext("Choose the column.")
    return render_template(
        "manage/imports/draft.html",
        fields=FIELDS[kind],
        required=REQUIRED[kind],
        shared=SHARED,
        columns=table.columns[:_FIRST_COLUMNS],
        samples=show_samples(table),
        typed=typed,
        errors=errors,
        trial=trial,
        refused=words.say_alike(trial.report.refused)[:_REFUSED_SHOWN] if trial else [],
        warnings=words.say_alike(trial.report.warnings)[:_REFUSED_SHOWN] if trial else [],
        notes=[words.say_reason(note) for note in trial.report.notes] if trial else [],
        changed=changed,
        kinds=KINDS,
        makeable=MAKEABLE,
        encodings=ENCODINGS,
        found=table.encoding,
        zones=zones_at_hand(edge.desk().phone_region),
        **shown,
    )


def _as_form(options: DraftOptions) -> dict[str, str]:
    return {
        **{f"column-{field}": column for field, column in options.mapping.items()},
        **{f"set-{field}": value for field, value in options.defaults.items()},
        "kind": options.kind or "",
        "parent_kind": options.parent_kind or "",
        **options.said,
    }


def show_samples(table: Table) -> dict[str, str]:
    """Return for each column the first cell that is not empty, so that a column with a bare name can be known."""
    samples: dict[str, str] = {}
    for row in table.rows[:20]:
        for column, value in row.cells.items():
            if column not in samples and value not in (None, "", []):
                samples[column] = str(value)[:40]
    return samples
