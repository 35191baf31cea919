"""Words of the users' pages: roles, states, what the audit says was done, and why something could not be."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.accounts import proving
from app.accounts.deeds import Deed
from app.accounts.listing import UserState
from app.accounts.models import Role

ROLES: Mapping[str, LazyString] = {
    Role.ADMIN: lazy_gettext("Administrator"),
    Role.MANAGER: lazy_gettext("Manager"),
    Role.ANALYST: lazy_gettext("Analyst"),
}
# What each may do, beside the choice.
ABILITIES: Mapping[str, LazyString] = {
    Role.ADMIN: lazy_gettext("sets everything up, invites others, and does all that a manager does"),
    Role.MANAGER: lazy_gettext("reads the answers and rings people back"),
    Role.ANALYST: lazy_gettext("reads answers and figures, without telephone numbers"),
}
STATES: Mapping[str, LazyString] = {
    UserState.ACTIVE: lazy_gettext("Active"),
    UserState.INVITED: lazy_gettext("Invited"),
    UserState.OFF: lazy_gettext("Switched off"),
}
REFUSALS: Mapping[str, LazyString] = {
    "user_exists": lazy_gettext("There is a user with this e-mail already."),
    "invalid_email": lazy_gettext("This is not an e-mail address."),
    "name_missing": lazy_gettext("Write the name by which colleagues know the person."),
    "own_account": lazy_gettext("This is your own account. Another administrator has to do that."),
    "last_admin": lazy_gettext(
        "Nobody else who can sign in administers the company. Make another administrator first."
    ),
    "last_role": lazy_gettext("This is the only role. Give another one first, or switch the person off."),
    "user_is_off": lazy_gettext("This person is switched off. Switch them on first."),
}
_METHODS: Mapping[str, LazyString] = {
    proving.PASSWORD: lazy_gettext("password"),
    proving.PASSKEY: lazy_gettext("passkey"),
    proving.COMPANY: lazy_gettext("the company's own sign-in"),
    proving.CODE: lazy_gettext("code"),
    proving.RECOVERY: lazy_gettext("recovery code"),
    proving.COMPANY_TWO: lazy_gettext("two factors there"),
}
# The audit of one person; audit_words adds everything that is about something else.
DEEDS: Mapping[str, LazyString] = {
    "user.added": lazy_gettext("Added as a user"),
    "user.changed": lazy_gettext("Name or language changed"),
    "user.disabled": lazy_gettext("Switched off"),
    "user.enabled": lazy_gettext("Switched on"),
    "user.link_made": lazy_gettext("A link to choose a password was made"),
    "password.chosen_by_link": lazy_gettext("Password chosen through a link"),
    "password.changed": lazy_gettext("Password changed"),
    "password.reset": lazy_gettext("A password was made on the command line"),
    "sign_in.begun": lazy_gettext("Signed in"),
    "sign_in.ended": lazy_gettext("Signed out"),
    "sign_in.all_ended": lazy_gettext("Signed out everywhere"),
    "factor.codes_added": lazy_gettext("Set up one-time codes"),
    "factor.codes_removed": lazy_gettext("One-time codes removed"),
    "factor.passkey_added": lazy_gettext("Added a passkey"),
    "factor.passkey_removed": lazy_gettext("Passkey removed"),
    "factor.recovery_made": lazy_gettext("Made recovery codes"),
    "factor.recovery_used": lazy_gettext("Signed in with a recovery code"),
    "factors.reset": lazy_gettext("Second factor reset"),
    "second_factor.failed": lazy_gettext("A wrong code was typed"),
    "user.email_changed": lazy_gettext("E-mail changed"),
    "company.tied": lazy_gettext("Tied to the company's own sign-in"),
    "access.refused": lazy_gettext("Asked for a page that was not theirs"),
    "notices.chat_linked": lazy_gettext("Linked a Telegram chat to be told there"),
    "notices.chat_unlinked": lazy_gettext("The Telegram chat was unlinked"),
    "callback.number_revealed": lazy_gettext("Read a telephone number"),
    "callback.number_shown": lazy_gettext("Was shown a telephone number"),
}


def say_method(method: str) -> str:
    """Return by what somebody signed in: `password+code` is "password, code"."""
    return ", ".join(str(_METHODS.get(part, part)) for part in method.split("+"))


def say_deed(deed: Deed) -> str:
    """Return what was done in words; what has no words of its own is told by its key."""
    role, unit = ROLES.get(deed.role or ""), deed.unit
    if deed.action in ("role.granted", "role.revoked") and role and unit:
        if deed.action == "role.granted":
            return str(gettext("Role given: %(role)s, %(unit)s", role=role, unit=unit))
        return str(gettext("Role taken away: %(role)s, %(unit)s", role=role, unit=unit))
    return str(DEEDS.get(deed.action, deed.action))
