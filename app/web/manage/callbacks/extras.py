"""What stands on the page of a case beside the case itself: what was given for the trouble, and what to say."""

from dataclasses import dataclass

from app.accounts.permissions import Permission
from app.callbacks.compensation.authority import Standing, find_standing, limit_of
from app.callbacks.compensation.giving import distances_above
from app.callbacks.compensation.models import CompensationState
from app.callbacks.compensation.totals import GivenRow, list_of_case
from app.callbacks.phrases import Spoken, fill_phrases
from app.callbacks.promises import Promise
from app.callbacks.sheet import CaseSheet
from app.kit.i18n import Language, read_language
from app.web import access, edge
from app.web.manage.callbacks.compensation_words import say_amount


@dataclass(frozen=True, slots=True)
class CaseExtras:
    """`limit` is up to how much the reader gives alone, `most` up to how much anybody may, in words.

    `may_propose`: the reader works the case, or leads those who do. `phrases` are in `language`, the customer's.
    """

    given: list[GivenRow]
    may_propose: bool
    limit: str
    most: str
    phrases: list[Spoken]
    language: Language


def read_extras(
    sheet: CaseSheet, promises: list[Promise], *, mine: bool, may_work: bool, spoken: str | None
) -> CaseExtras:
    """Return what the page shows beside the case; a bounded number of queries."""
    session, rules, case = edge.db(), edge.wiring().case_rules, sheet.case
    actor = access.staff().actor
    given = list_of_case(session, case.id, actor=actor, rules=rules)
    standing = None
    if may_work and actor.may(Permission.PROPOSE_COMPENSATION):
        standing = find_standing(actor.grants, distances_above(session, case.unit_id))
    authority, currency = rules.compensation.authority, rules.compensation.currency
    language = read_language(spoken) or edge.wiring().language
    return CaseExtras(
        given=given,
        may_propose=case.closed_at is None and (mine or standing in (Standing.LEADER, Standing.ADMIN)),
        limit=say_amount(limit_of(standing, authority), currency),
        most=say_amount(limit_of(Standing.ADMIN, authority), currency),
        phrases=_phrases(sheet, given, promises, language) if may_work and case.closed_at is None else [],
        language=language,
    )


def _phrases(sheet: CaseSheet, given: list[GivenRow], promises: list[Promise], language: Language) -> list[Spoken]:
    to_keep = [promise for promise in promises if promise.kept_at is None and promise.withdrawn_at is None]
    approved = [row for row in given if row.state is CompensationState.APPROVED]
    values = {
        "company": edge.desk().company,
        "unit": sheet.unit_path[-1],
        "staff": access.staff().user.name,
        "promise": min(to_keep, key=lambda promise: promise.due_at).promise if to_keep else "",
        "amount": say_amount(approved[-1].amount, approved[-1].currency, language) if approved else "",
    }
    return fill_phrases(edge.wiring().case_rules.phrases, language, values)
