"""The words of an import: fields, why a file or a row cannot be taken, and which lines that is said of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from app.imports.encodings import ENCODINGS
from app.imports.report import Alike, Reason, Remark, explain, find_alike, name_lines
from app.kit.errors import OtklikError
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
    "short_row": lazy_gettext(
        "%(cells)s cells where the first line has %(columns)s. Some are missing, or the row is broken in two; an empty "
        "cell has its separator, too."
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
    "file_workbook_old": lazy_gettext("This is a workbook of the old kind (.xls), or it has a password."),
    "file_encoding": lazy_gettext("In none of the usual letters does this file have words."),
    "file_encoding_wrong": lazy_gettext("This file is not written in %(name)s. Choose other letters."),
    "file_too_wide": lazy_gettext(
        "%(count)s columns are too many. Keep those that say something of a row, %(limit)s at most."
    ),
    "letters_guessed": lazy_gettext(
        "The file does not say in which letters it is written. As %(name)s its words make sense; if they look wrong, "
        "choose other letters below."
    ),
    "lines_above": lazy_gettext("Not read, since it stands above the table: line %(lines)s."),
    "lines_below": lazy_gettext("Not read, since it stands below the table or sums it up: line %(lines)s."),
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
    "scale_of_ten": lazy_gettext(
        "These ratings go up to %(most)s, and the survey from %(low)s to %(high)s. If people were asked whether they "
        "would recommend you, from 0 to 10, choose the survey with that question (NPS). Otherwise write in the scale "
        "what each of them means: 0=1, 1=1, 2=1, 3=2 …"
    ),
    "scale_turned": lazy_gettext(
        "“%(text)s”: the numbers and the words beside them run opposite ways. If 1 is the best, write in the scale: "
        "reversed. Otherwise write what each answer means."
    ),
    "scale_of_seven": lazy_gettext(
        "These ratings go up to 7, and the survey from %(low)s to %(high)s. If people were asked how easy it was, "
        "choose the survey with that question (CES). Otherwise write in the scale what each of them means: 1=1, 2=1, "
        "3=2 …"
    ),
    "scale_too_long": lazy_gettext(
        "These ratings go up to %(most)s, and the survey from %(low)s to %(high)s. Write what each of them means: "
        "100=5, 90=5, 80=4 …"
    ),
    "scale_unknown": lazy_gettext(
        "These answers are of no scale that is known: %(answers)s. Write which answer is which, such as Good=4, Bad=2, "
        "and below what means that there is no answer."
    ),
    "scale_unclear": lazy_gettext(
        "These words stand in several scales for different points: %(answers)s. Write which answer is which, such as "
        "Good=4, Bad=2."
    ),
    "scale_pair": lazy_gettext("“%(text)s”: write the answer, = and a number, such as Good=4."),
    "scale_value": lazy_gettext("“%(text)s”: the survey goes from %(low)s to %(high)s."),
    "scale_twice": lazy_gettext("“%(text)s” stands there twice."),
    "scale_no_order": lazy_gettext("The survey’s answers have no order. Write a number for each, such as Yes=1, No=2."),
    "scale_form": lazy_gettext("“%(text)s”: write 0-4, reversed, 0-4 reversed, or pairs such as Good=4, Bad=2."),
    "scale_points": lazy_gettext(
        "%(points)s points do not become those of this survey, from %(low)s to %(high)s. Choose another survey, or "
        "write out which answer is which: 0=1, 1=1, 2=2 …"
    ),
    "scale_half_used": lazy_gettext(
        "No rating is above %(most)s, and the survey goes from 0 to 10. Is this another question?"
    ),
    "unclear_dates": lazy_gettext(
        "Line %(line)s: “%(text)s” can be read in two ways, and no other date proves which part is the day. Write "
        "dd.mm.yyyy or mm/dd/yyyy."
    ),
    "dates_contradict": lazy_gettext(
        "Line %(day)s has the day first and line %(month)s the month. Write which is tried first: %(formats)s."
    ),
    "day_missing": lazy_gettext("The day is missing."),
    "no_date": lazy_gettext(
        "“%(text)s” is no date or time that is known here. Write it with its year, such as 31.12.2026 14:05 or "
        "2026-12-31 14:05."
    ),
    "no_such_day": lazy_gettext("There is no day “%(text)s”. Perhaps day and month are the other way round."),
    "no_given_format": lazy_gettext("“%(text)s” is written in none of the formats that are given below."),
    "in_the_future": lazy_gettext("%(day)s lies in the future. Perhaps day and month are the other way round."),
    "too_long_ago": lazy_gettext("%(day)s is too long ago. Perhaps year, month and day stand in another order."),
    "outside_the_calendar": lazy_gettext("This lies outside the calendar. Leave it empty if there is no date."),
    "ends_first": lazy_gettext("It ends before it begins."),
    "no_length": lazy_gettext(
        "“%(text)s” is no length of time. Write seconds, minutes and seconds as 2:23, or 0:02:23."
    ),
    "length_too_long": lazy_gettext("A length of time is from nothing to a week, in seconds."),
    "unknown_channel": lazy_gettext("“%(text)s” is no channel that is known here, such as call, visit or chat."),
    "unknown_language": lazy_gettext("“%(text)s” is no language that is known here, and is left out."),
    "unit_unclear": lazy_gettext("Several units have this name. Write the code."),
    "unknown_employee": lazy_gettext("There is no such employee. Add them first, or let them be made."),
    "employee_unclear": lazy_gettext("Several employees have this name. Write the code."),
    "invalid_time": lazy_gettext("This is no date, no time of day or no length of time, or it lies too far away."),
    "interaction_conflict": lazy_gettext(
        "Something else was told under this number from this source before. If the file comes from another system, "
        "write another source."
    ),
    "text_cut": lazy_gettext("Cut after %(limit)s characters."),
    "file_repeated": lazy_gettext("This very file was taken in before. Nothing is taken from it again."),
    "answers_counted": lazy_gettext(
        "Answers: %(responses)s. Calls or visits behind them: %(interactions)s, of these without an answer: %(alone)s."
    ),
    "known_elsewhere": lazy_gettext(
        "Of %(looked_at)s ids that were looked for, %(count)s are known from the source “%(source)s”. If these are the "
        "same rows, they would count twice: write “%(source)s” as the source below."
    ),
    "units_added": lazy_gettext("Offices that are made: %(names)s"),
    "employees_added": lazy_gettext("Employees that are made: %(names)s"),
}
_WITH_SAVE = frozenset({"file_workbook", "file_workbook_old", "file_encoding", "file_no_text"})
_HOURS = frozenset({"invalid_hours", "unknown_weekday", "never_open", "hours_too_long"})


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of some lines, alike for all of them; `columns` and words one after the other."""

    lines: str
    parts: tuple[tuple[str | None, str], ...]


def say_reason(reason: Reason) -> str:
    """Return one reason in the reader's language."""
    if (counted := _COUNTED.get(reason.code)) is not None:
        return counted(reason.details)
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


def read_letters(form: Mapping[str, str]) -> str | None:
    """Return in which letters a form says that the file is written, or None."""
    chosen = form.get("encoding", "")
    return chosen if chosen in ENCODINGS else None


def say_error(error: OtklikError) -> str:
    """Return why a file cannot be read, or not in the way that was asked for."""
    return " ".join(say_reason(reason) for reason in explain(error))


def say_alike(remarks: Iterable[Remark]) -> list[Said]:
    """Return remarks in words, those of one kind as one with all their lines; the first line's come first."""
    more = str(gettext("{listed} and {count} more"))
    return [Said(name_lines(each.lines, more), tuple(_say_parts(each))) for each in find_alike(remarks)]


def _say_parts(alike: Alike) -> Iterable[tuple[str | None, str]]:
    others = ""
    if alike.others:
        others = ngettext("And %(num)s other cell like it.", "And %(num)s other cells like it.", alike.others)
    if not alike.first.reasons:
        yield None, f"{alike.first.text} {others}".strip()
    for place, reason in enumerate(alike.first.reasons, 1):
        words = _say_warning(reason)
        yield reason.column, f"{words} {others}" if others and place == len(alike.first.reasons) else words


def _say_no_rating(details: Mapping[str, object]) -> str:
    parts = [
        ngettext(
            "%(num)s row has no rating, and no figure counts it.",
            "%(num)s rows have no rating, and no figure counts them.",
            _number(details["count"]),
        )
    ]
    if empty := _number(details["empty"]):
        parts.append(ngettext("%(num)s cell is empty.", "%(num)s cells are empty.", empty))
    if details["codes"]:
        parts.append(gettext("Written there: %(codes)s.", codes=details["codes"]))
    return " ".join(parts)


def _say_lost_comments(details: Mapping[str, object]) -> str:
    return str(
        ngettext(
            "%(num)s comment stands beside no rating and is not kept, since an answer is a rating here, with or "
            "without words: line %(lines)s.",
            "%(num)s comments stand beside no rating and are not kept, since an answer is a rating here, with or "
            "without words: lines %(lines)s.",
            _number(details["count"]),
            lines=details["lines"],
        )
    )


def _say_alike_kept(details: Mapping[str, object]) -> str:
    return str(
        ngettext(
            "%(num)s row says in every column what a row above says, and is kept (line as line): %(pairs)s. If it is a "
            "mistake of the file, tick below that one of each is taken.",
            "%(num)s rows say in every column what a row above says, and are kept (line as line): %(pairs)s. If they "
            "are a mistake of the file, tick below that one of each is taken.",
            _number(details["count"]),
            pairs=_say_pairs(details),
        )
    )


def _say_alike_left(details: Mapping[str, object]) -> str:
    return str(
        ngettext(
            "%(num)s row says in every column what a row above says, and is left out (line as line): %(pairs)s.",
            "%(num)s rows say in every column what a row above says, and are left out (line as line): %(pairs)s.",
            _number(details["count"]),
            pairs=_say_pairs(details),
        )
    )


def _say_pairs(details: Mapping[str, object]) -> str:
    more = _number(details["more"])
    if not more:
        return str(details["pairs"])
    return str(gettext("{listed} and {count} more")).format(listed=details["pairs"], count=more)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


_COUNTED: Mapping[str, Callable[[Mapping[str, object]], str]] = {
    "no_rating": _say_no_rating,
    "comments_lost": _say_lost_comments,
    "alike_kept": _say_alike_kept,
    "alike_left": _say_alike_left,
}


def _say_warning(reason: Reason) -> str:
    # A row is taken without hours that cannot be read; every other fact refuses it.
    if reason.code in _HOURS:
        # Apart from the f-string: what stands inside one is not collected for translation.
        until = gettext("Until then the hours of the unit above hold.")
        return f"{say_reason(reason)} {until}"
    return say_reason(reason)
