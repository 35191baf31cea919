"""The words of an import: fields, why a file or a row cannot be taken, and which lines that is said of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.imports.report import Reason, Remark, explain, name_lines
from app.imports.table_errors import InvalidTableError
from app.web.manage.organisation.unit_words import say_code

FIELDS: Mapping[str, LazyString] = {
    "code": lazy_gettext("Code"),
    "name": lazy_gettext("Name"),
    "kind": lazy_gettext("Kind"),
    "parent": lazy_gettext("Unit above"),
    "address": lazy_gettext("Address"),
    "latitude": lazy_gettext("Latitude"),
    "longitude": lazy_gettext("Longitude"),
    "time_zone": lazy_gettext("Time zone"),
    "hours": lazy_gettext("Hours"),
    "google_place_id": lazy_gettext("Google place"),
    "google_review_url": lazy_gettext("Google review link"),
    "twogis_url": lazy_gettext("2GIS page"),
    "yandex_url": lazy_gettext("Yandex page"),
    "facebook_url": lazy_gettext("Facebook page"),
    "trustpilot_domain": lazy_gettext("Trustpilot domain"),
    "unit": lazy_gettext("Unit (its code)"),
    "active": lazy_gettext("Active (yes or no)"),
    "id": lazy_gettext("Its own number"),
    "answered_at": lazy_gettext("When it was answered"),
    "date": lazy_gettext("Day of the call or visit"),
    "time": lazy_gettext("Time of day"),
    "started_at": lazy_gettext("Began"),
    "ended_at": lazy_gettext("Ended"),
    "employee": lazy_gettext("Employee"),
    "channel": lazy_gettext("Channel"),
    "language": lazy_gettext("Language"),
    "rating": lazy_gettext("Rating"),
    "comment": lazy_gettext("Comment"),
    "topic": lazy_gettext("Topic"),
    "answered": lazy_gettext("Somebody took the call (yes or no)"),
    "resolved": lazy_gettext("Resolved (yes or no)"),
    "wait_seconds": lazy_gettext("Waiting time"),
    "handle_seconds": lazy_gettext("Handling time"),
}
_SAVE = lazy_gettext("Save it as CSV (UTF-8) and send that.")
_REASONS: Mapping[str, LazyString] = {
    "kind_missing": lazy_gettext("The kind is missing. Choose one for all rows."),
    "code_of_the_company": lazy_gettext(
        "This is the company itself, which comes from the settings. Leave the row out."
    ),
    "not_a_text": lazy_gettext("A text is expected here."),
    "row_contradicts": lazy_gettext(
        "Line %(line)s speaks of the same one with other values. Keep one of the two, or give each a code of its own."
    ),
    "links_of_several": lazy_gettext("Its links belong to different units: %(codes)s. Give the row a code."),
    "parent_ambiguous": lazy_gettext("Several units are called %(name)s. Give one of their codes: %(codes)s."),
    "parent_unknown": lazy_gettext("There is no unit %(name)s. Add it first, or choose a kind so that it is made."),
    "no_parent": lazy_gettext("It names no unit above, so it goes right below the company."),
    "no_parent_column": lazy_gettext("No column says which unit is above, so new ones go right below the company."),
    "zones_inherited": lazy_gettext(
        "Time zone that new units take from above: %(zones)s. Deadlines are counted in it, so look whether it is right."
    ),
    "ragged_row": lazy_gettext(
        "%(cells)s cells where the first line has %(columns)s. A cell that holds the separator stands in double quotes."
    ),
    "unit_code_missing": lazy_gettext("The unit is missing. Give its code."),
    "unit_code_unknown": lazy_gettext("There is no unit with the code %(text)s."),
    "unit_missing": lazy_gettext("The unit is missing. Give its code or name, or choose a unit for all rows below."),
    "unit_unknown": lazy_gettext(
        "There is no unit with the code or the name %(text)s. Import units first, or tick below that offices are made "
        "by their names."
    ),
    "neither_yes_nor_no": lazy_gettext("“%(text)s” is neither yes nor no."),
    "invalid_review_link": lazy_gettext("This is no link to a page on %(name)s."),
    "file_too_large": lazy_gettext("The file is larger than %(limit)s MB. Split it and send the parts one by one."),
    "file_empty": lazy_gettext("The file is empty."),
    "file_workbook": lazy_gettext("This workbook cannot be read."),
    "file_sheets": lazy_gettext("Several sheets have something on them: %(sheets)s. Leave only one of them."),
    "file_encoding": lazy_gettext("The letters of this file cannot be read."),
    "file_no_text": lazy_gettext("This is no text file."),
    "file_no_rows": lazy_gettext("There is no row below the first line, which names the columns."),
    "file_quotes": lazy_gettext(
        "The quotes of line %(line)s do not fit. A quote inside a quoted cell is written twice."
    ),
    "file_column_twice": lazy_gettext("Two columns are called %(column)s. Rename or delete one of them."),
    "invalid_table": lazy_gettext("This file cannot be read as a list of rows; line %(line)s is where it ends."),
    "column_missing": lazy_gettext("Choose the column."),
    "not_on_scale": lazy_gettext(
        "“%(text)s” is no answer of the scale. Name it in the scale, or as what means that there is no answer."
    ),
    "unit_unclear": lazy_gettext("Several units have this name. Write the code."),
    "unknown_employee": lazy_gettext("There is no such employee. Add them first, or let them be made."),
    "employee_unclear": lazy_gettext("Several employees have this name. Write the code."),
    "invalid_time": lazy_gettext("This is no date, no time of day or no length of time, or it lies too far away."),
    "interaction_conflict": lazy_gettext("Something else was told under this number before."),
    "text_cut": lazy_gettext("Cut after %(limit)s characters."),
    "file_repeated": lazy_gettext("This very file was taken in before. Nothing is taken from it again."),
    "no_rating": lazy_gettext("Rows without a rating, which no figure counts: %(count)s. By what they say: %(codes)s."),
    "alike_kept": lazy_gettext("Rows that say in every column what a row above says: %(count)s. All are kept."),
    "answers_counted": lazy_gettext(
        "Answers: %(responses)s. Calls or visits behind them: %(interactions)s, of these without an answer: %(alone)s."
    ),
    "units_added": lazy_gettext("Offices that are made: %(names)s"),
    "employees_added": lazy_gettext("Employees that are made: %(names)s"),
}
_WITH_SAVE = frozenset({"file_workbook", "file_encoding", "file_no_text"})
_HOURS = frozenset({"invalid_hours", "unknown_weekday", "never_open", "hours_too_long"})


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of some lines, alike for all of them; `columns` and words one after the other."""

    lines: str
    parts: tuple[tuple[str | None, str], ...]


def say_reason(reason: Reason) -> str:
    """Return one reason in the reader's language."""
    if (fact := say_code(reason.code, reason.details)) is not None:
        return fact
    words = _REASONS.get(reason.code)
    try:
        said = str(words or "") % {"line": "?", **reason.details}
    except KeyError:  # a fact that the words ask for is not told everywhere
        said = ""
    if not said:  # newer than its words, too: the English of the command line still says it
        return reason.text
    return f"{said} {_SAVE}" if reason.code in _WITH_SAVE else said


def say_file(error: InvalidTableError) -> str:
    """Return why a file cannot be read."""
    return " ".join(say_reason(reason) for reason in explain(error))


def say_alike(remarks: Iterable[Remark]) -> list[Said]:
    """Return remarks in words, those that say the same as one with all their lines; the first line's come first."""
    lines: dict[tuple[tuple[str | None, str], ...], list[int]] = {}
    for remark in sorted(remarks, key=lambda remark: remark.line):
        parts = tuple((reason.column, _say_warning(reason)) for reason in remark.reasons) or ((None, remark.text),)
        lines.setdefault(parts, []).append(remark.line)
    more = str(gettext("{listed} and {count} more"))
    return [Said(name_lines(numbers, more), parts) for parts, numbers in lines.items()]


def _say_warning(reason: Reason) -> str:
    # A row is taken without hours that cannot be read; every other fact refuses it.
    if reason.code in _HOURS:
        # Apart from the f-string: what stands inside one is not collected for translation.
        until = gettext("Until then the hours of the unit above hold.")
        return f"{say_reason(reason)} {until}"
    return say_reason(reason)
