"""The e-mail that brings a report: a few words, a link to the live page, and how to stop it.

Composed by the worker, where there is no request: the words are those of the application, in the reader's language.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from app.accounts.scope import NOTHING
from app.analytics.kept.sendings import ReportDue, ReportLetter
from app.analytics.wanted import Wanted
from app.web.edge import Wiring
from app.web.manage.figures.report_paper import Letterhead, PaperAsked, compose_report, say_period


@dataclass(frozen=True, slots=True)
class LetterComposer:
    """Composes with an application's words; a thread of the worker has no application of its own."""

    app: Flask

    def __call__(self, session: Session, due: ReportDue, now: datetime) -> ReportLetter:
        """Return the letter with its report, of what its reader may see."""
        wiring = cast("Wiring", self.app.extensions["otklik"])
        with self.app.app_context(), force_locale(due.language.value):
            # The company is all of its units: nothing to narrow.
            narrows = due.unit is not None and due.unit.parent_id is not None
            asked = PaperAsked(
                wanted=Wanted(due.period, due.unit.id if due.unit is not None and narrows else None),
                scope=due.scope or NOTHING,
                language=due.language,
                unit=due.unit.name if due.unit is not None else None,
            )
            look = wiring.workshop.look
            head = Letterhead(look.company, look.colour, wiring.case_rules.figures.repeat_within_days)
            paper = compose_report(session, asked, head, now=now)
            first, last = due.period.first.isoformat(), due.period.last.isoformat()
            return ReportLetter(
                subject=f"{paper.title}, {say_period(asked)}",
                text=_write(due, asked, wiring.public_url),
                paper=paper,
                file_name=f"report-{first}-{last}.pdf",
            )


def _write(due: ReportDue, asked: PaperAsked, public_url: str) -> str:
    filters = {
        "unit": due.unit.code if due.unit is not None else "",
        "from": due.period.first.isoformat(),
        "to": due.period.last.isoformat(),
    }
    live = f"{public_url}/manage/figures?{urlencode({name: value for name, value in filters.items() if value})}"
    lines = (
        gettext("The report for %(period)s is attached.", period=say_period(asked)),
        gettext("The figures as they stand now, with the answers behind them: %(address)s", address=live),
        gettext(
            "You get this because it was planned for you. To stop it: %(address)s",
            address=f"{public_url}/manage/account#reports",
        ),
    )
    return "\n\n".join(str(line) for line in lines) + "\n"
