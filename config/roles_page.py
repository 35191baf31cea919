"""Writes `docs/roles.md`: who may do what, and what each sees of a person, from `app.accounts.permissions.ROLES`.

`make docs` runs it; tests/test_roles_page.py fails when what it would write is not what stands there.
"""

from collections.abc import Mapping

from app.accounts.models import Role
from app.accounts.permissions import ROLES, Permission
from config.settings import ROOT

DOCUMENT = ROOT / "docs" / "roles.md"
_COLUMNS = (Role.ADMIN, Role.MANAGER, Role.ANALYST)
# What it lets somebody do, and which fields that opens or changes.
_MEANING: Mapping[Permission, tuple[str, str]] = {
    Permission.READ_CASES: (
        "see cases, their timelines, compensations and figures",
        "rating, answers, comment, complaint, masked number, name of the employee",
    ),
    Permission.WORK_CASES: (
        "claim, ring, put off, promise, merge and close",
        "state, next attempt, promise, outcome, cause, note; the full number of a case one has claimed",
    ),
    Permission.REVEAL_NUMBERS: (
        "see a number without claiming, for a reason that is written down; 30 an hour",
        "the full number of one case",
    ),
    Permission.HAND_OVER_CASES: ("give a case to a colleague", "who works it"),
    Permission.WORK_IN_BULK: ("do a step with up to 200 cases", "as for one"),
    Permission.PROPOSE_COMPENSATION: ("give within the own limit, ask above it", "kind, amount, note"),
    Permission.APPROVE_COMPENSATION: (
        "approve or decline a colleague's within the own limit; never one's own",
        "decision, note",
    ),
    Permission.READ_RESPONSES: (
        "see answers and the reports over them",
        "rating, answers, comment, masked number, name of the employee",
    ),
    Permission.MARK_RESPONSES: (
        "acknowledge, thank, put on coaching, raise a case, mark as suspect or genuine",
        "what was read, by whom; notes",
    ),
    Permission.IMPROVE: ("mark wishes, gather them, change improvements, tell who asked", "title, state, owner, words"),
    Permission.ENTER_RATINGS: (
        "type in what review sites show of an office, take it away again",
        "stars and number of reviews of a day",
    ),
    Permission.KEEP_EVENTS: (
        "write down what happened when, so that figures are compared before and after; everybody sees it",
        "day, kind, title and note of an event of one's own units",
    ),
    Permission.KEEP_ROSTER: ("say who is on duty and who hears at last", "duties, owners of last resort"),
    Permission.READ_AUDIT: (
        "search and download the audit; at the company alone",
        "who, what, when, network address; never what was typed",
    ),
    Permission.READ_TOPIC_RULES: (
        "see what each topic's rules catch and miss, and try them out",
        "comments of one's own units; the rules and how well they do",
    ),
    Permission.MANAGE_USERS: (
        "invite, grant, take away, switch off, reset a second factor",
        "name, e-mail, roles, devices; never a password",
    ),
}
_HEAD = """\
# Who may do what

`make docs` writes this page from the table that the program asks (`app/accounts/permissions.py`); a test fails when
they differ.

A role is granted at a unit and counts there and at everything below it. Somebody may hold several. What lies outside is
answered as if it did not exist (404). Each use case asks by itself, below the page, so that the API, a chat and the
worker are held to the same table.

| May | {roles} | What it is | Fields it opens or changes |
| --- | {rules} | --- | --- |
"""
_TAIL = """\

How much somebody gives alone (`compensation.authority` in `config/callbacks.yaml`) follows from where they stand: a
manager of the office itself, a leader (a manager granted above it), an administrator.

Telephone numbers are masked in every list, file and answer of the API. An analyst never sees a full one.

## The audit

What was done and what was refused is written down in the same transaction as the deed itself, and is searched under
Settings, Audit (`/manage/audit`) by administrators of the whole company: by person, by what was done, by what it was
done to, by network address and by day. The CSV file asks anew who you are, and taking it is an entry too.

The database itself refuses to change, delete or empty the audit, on SQLite and on PostgreSQL, whoever asks through the
program. Only a restore lets go of it, for the moment in which it empties the database, and writes that it did.
Entries are kept without a limit: none is ever purged, and removing the demo leaves them. They hold keys and plain
values; no names, numbers or texts of customers.
"""


def render_roles() -> str:
    """Return the page."""
    head = _HEAD.format(roles=" | ".join(role.value for role in _COLUMNS), rules=" | ".join("---" for _ in _COLUMNS))
    return head + "".join(_row(permission) for permission in Permission) + _TAIL


def _row(permission: Permission) -> str:
    held = " | ".join("yes" if role in ROLES[permission] else "–" for role in _COLUMNS)
    meaning, fields = _MEANING[permission]
    return f"| `{permission}` | {held} | {meaning} | {fields} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(render_roles())
