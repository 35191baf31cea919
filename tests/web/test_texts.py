"""Counts in sentences are grouped as the reader's language does, in templates as in Python."""

from flask import Flask, render_template_string
from flask_babel import force_locale, ngettext

PAGE = '{{ ngettext("%(num)s answer", "%(num)s answers", 12345) }}'


def test_a_count_in_a_sentence_is_grouped(app: Flask) -> None:
    told = {"en": "12,345 answers", "ru": "12\N{NO-BREAK SPACE}345 ответов"}
    for language, expected in told.items():
        with app.test_request_context(), force_locale(language):
            assert ngettext("%(num)s answer", "%(num)s answers", 12345) == expected
            assert render_template_string(PAGE) == expected
