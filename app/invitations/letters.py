"""The e-mail of an invitation: plain text and HTML that say the same, with a link for each answer. Pure.

Mail programs know neither our style sheets nor our scripts, so this is a small table with its looks written in it. It
asks nothing of any other server: no picture, no font, no pixel that tells who opened it.
"""

from dataclasses import dataclass
from html import escape

from app.kit.i18n import Language
from app.surveys.definition import Question, QuestionType

# The faces are drawn by the reader's own letters; nothing is loaded.
_FACES = {1: "😡", 2: "🙁", 3: "😐", 4: "🙂", 5: "😀"}
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif"
_BUTTON = "display:block;text-decoration:none;color:#1b1b1f;border:1px solid #8a8a94;border-radius:8px"
_PER_ROW = 6


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter is made of; `link` is the survey's address, without a query."""

    language: Language
    company: str
    subject: str
    words: str
    answer: str
    stop: str
    stop_url: str
    link: str
    question: Question


def write_letter(letter: Letter) -> tuple[str, str]:
    """Return the plain text and the HTML."""
    return _plain(letter), _html(letter)


def rating_link(letter: Letter, value: int) -> str:
    """Return the address that opens the survey with the answer chosen; there it takes one tap to send it."""
    return f"{letter.link}?rating={value}&lang={letter.language.value}"


def _plain(letter: Letter) -> str:
    lines = [f"{_say(letter, value)}: {rating_link(letter, value)}" for value in letter.question.values()]
    return "\n".join([letter.words, "", letter.answer, "", *lines, "", "--", letter.stop, ""])


def _say(letter: Letter, value: int) -> str:
    label = letter.question.label(value, letter.language)
    scale = letter.question.type in (QuestionType.RATING5, QuestionType.CES7, QuestionType.NPS)
    return f"{value} - {label}" if scale and label != str(value) else label


def _html(letter: Letter) -> str:
    paragraphs = "".join(
        f'<p style="margin:0 0 16px">{escape(part).replace(chr(10), "<br>")}</p>' for part in letter.words.split("\n\n")
    )
    # Nobody sees this one; whatever follows it opens every link of a letter (a scanner), and says so by that.
    trap = (
        f'<a href="{escape(letter.link)}?trap=1" tabindex="-1" aria-hidden="true" '
        'style="display:none;font-size:0;line-height:0;max-height:0;overflow:hidden;mso-hide:all"></a>'
    )
    link = escape(letter.stop_url)
    stop = escape(letter.stop).replace(link, f'<a href="{link}" style="color:#5c5c66">{link}</a>')
    return (
        f'<!doctype html><html lang="{letter.language.value}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light">'
        f"<title>{escape(letter.subject)}</title></head>"
        f'<body style="margin:0;padding:0;background:#f4f4f6;{_FONT};font-size:16px;line-height:1.5;color:#1b1b1f">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f4f6"><tr>'
        '<td align="center" style="padding:24px 12px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        'style="max-width:560px;background:#ffffff;border-radius:12px"><tr><td style="padding:28px 24px">'
        f'<p style="margin:0 0 16px;font-weight:600">{escape(letter.company)}</p>{paragraphs}'
        f'<p style="margin:0 0 12px">{escape(letter.answer)}</p>{_answers(letter)}{trap}'
        "</td></tr></table>"
        f'<p style="max-width:560px;margin:16px auto 0;font-size:13px;color:#5c5c66">{stop}</p>'
        "</td></tr></table></body></html>"
    )


def _answers(letter: Letter) -> str:
    values = list(letter.question.values())
    if letter.question.type is QuestionType.RATING5:
        return _table("".join(_face(letter, value, 100 // len(values)) for value in values))
    if letter.question.type is QuestionType.NPS:
        rows = [values[start : start + _PER_ROW] for start in range(0, len(values), _PER_ROW)]
        ends = escape(f"{_say(letter, values[0])} … {_say(letter, values[-1])}")
        return (
            "".join(_table("".join(_number(letter, value) for value in row)) for row in rows)
            + f'<p style="margin:8px 0 0;font-size:13px;color:#5c5c66">{ends}</p>'
        )
    return "".join(_line(letter, value) for value in values)


def _table(cells: str) -> str:
    return f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>{cells}</tr></table>'


def _face(letter: Letter, value: int, width: int) -> str:
    label = escape(letter.question.label(value, letter.language))
    return (
        f'<td width="{width}%" valign="top" style="padding:4px"><a href="{_link(letter, value)}" '
        f'style="{_BUTTON};padding:10px 2px;text-align:center;font-size:12px;line-height:1.3">'
        f'<span style="font-size:28px;line-height:1.3">{_FACES[value]}</span><br><b>{value}</b><br>{label}</a></td>'
    )


def _number(letter: Letter, value: int) -> str:
    return (
        f'<td width="{100 // _PER_ROW}%" style="padding:4px"><a href="{_link(letter, value)}" '
        f'style="{_BUTTON};padding:12px 0;text-align:center;font-weight:600">{value}</a></td>'
    )


def _line(letter: Letter, value: int) -> str:
    return (
        f'<p style="margin:0 0 8px"><a href="{_link(letter, value)}" style="{_BUTTON};padding:12px 16px">'
        f"{escape(_say(letter, value))}</a></p>"
    )


def _link(letter: Letter, value: int) -> str:
    return escape(rating_link(letter, value))
