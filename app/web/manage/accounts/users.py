"""Users: who may sign in, as what and where; the table, and the form by which somebody new is invited.

Whoever administers one region sees and invites there: users whose every role lies within it.
"""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from flask_babel import force_locale, format_date, gettext
from werkzeug.wrappers import Response

from app.accounts.administration import invite_user
from app.accounts.invitations import LASTS
from app.accounts.listing import Sort, UserState, list_users
from app.accounts.models import Role, StaffUser
from app.accounts.passwords import NO_PASSWORD
from app.kit.errors import ConflictError, InvalidInputError
from app.kit.i18n import read_language
from app.web import access, edge
from app.web.manage.accounts import words
from app.web.manage.table import read_table
from app.web.manage.unit_choice import UnitChoice, choose_unit, offer_units

HOME = "/manage/users"
users = Blueprint("users", __name__, url_prefix=HOME)
access.gate(users, access.Gate.ADMIN)


@users.get("")
def show_list() -> str | Response:
    """The table of the users whom the asker administers."""
    session, scope = edge.db(), access.scope()
    where = (
        choose_unit(session, request.args, "unit", scope) if request.args.get("unit", "").strip() else UnitChoice("")
    )
    codes = [where.unit.code] if where.unit else []
    table = read_table(
        request.args,
        sorts=list(Sort),
        filters={"role": list(Role), "state": list(UserState), "unit": codes},
    )
    if where.unit is not None and where.typed != where.unit.code:
        return redirect(table.address(unit=where.unit.code), 303)
    role, state = table.filters.get("role"), table.filters.get("state")
    lines, total = list_users(
        session,
        scope=scope,
        search=table.search,
        role=Role(role) if role else None,
        state=UserState(state) if state else None,
        unit_id=where.unit.id if where.unit else None,
        sort=Sort(table.sort),
        descending=table.descending,
        limit=table.per_page,
        offset=table.offset,
        now=edge.now(),
    )
    return render_template(
        "manage/users/list.html",
        table=table,
        lines=lines,
        total=total,
        where=where,
        offered=offer_units(edge.db(), access.scope()),
        me=access.staff().user.id,
        now=edge.now(),
        words=words,
    )


@users.get("/new")
def show_new() -> str:
    """The form that invites somebody."""
    return _show_new({"language": edge.current_language(), "role": Role.MANAGER}, {}, UnitChoice(""))


@users.post("/new")
def invite() -> str | tuple[str, int]:
    """Add the person and show their link, this once."""
    form, scope, who = request.form, access.scope(), access.staff().user
    where = choose_unit(edge.db(), form, "unit", scope)
    role = next((role for role in Role if role.value == form.get("role")), None)
    if where.unit is None or role is None:
        edge.roll_back()
        return _show_new(form, {} if role else {"role": gettext("Choose a role.")}, where), 422
    try:
        user, token = invite_user(
            edge.db(),
            email=form.get("email", ""),
            name=form.get("name", ""),
            role=role,
            unit_id=where.unit.id,
            language=read_language(form.get("language")),
            scope=scope,
            by=who.id,
            now=edge.now(),
        )
    except (InvalidInputError, ConflictError) as error:
        edge.roll_back()
        return _show_new(form, {"email": words.REFUSALS[error.code]}, where), 422
    return show_link(user, token)


def show_link(user: StaffUser, token: str) -> str:
    """Return the page with a new link and a text to send along, in the language of who will read it.

    The answer to the form itself, not a redirect: the link is kept nowhere, and a cookie is no place for it either.
    """
    address = f"{edge.wiring().public_url}/invitation/{token}"
    language = read_language(user.language) or edge.wiring().language
    company, first = edge.desk().company, user.password == NO_PASSWORD
    with force_locale(language.value):
        day = format_date((edge.now() + LASTS).astimezone(edge.desk().zone), "long")
        subject = gettext("Your sign-in to the customer feedback of %(company)s", company=company)
        reason = (
            gettext("You have been invited to the customer feedback of %(company)s.", company=company)
            if first
            else gettext("You can choose a new password for the customer feedback of %(company)s.", company=company)
        )
        call = gettext("Open this link and choose a password that only you know:")
        once = gettext("The link opens once. Last day: %(day)s", day=day)
        name = gettext("Your e-mail for signing in: %(email)s", email=user.email)
    return render_template(
        "manage/users/link.html",
        user=user,
        first=first,
        address=address,
        language=language,
        subject=subject,
        text=f"{reason}\n\n{call}\n{address}\n\n{once}\n{name}",
        until=edge.now() + LASTS,
    )


def _show_new(typed: Mapping[str, str], errors: Mapping[str, object], where: UnitChoice) -> str:
    return render_template(
        "manage/users/new.html",
        typed=typed,
        errors=errors,
        where=where,
        offered=offer_units(edge.db(), access.scope()),
        now=edge.now(),
        words=words,
    )
