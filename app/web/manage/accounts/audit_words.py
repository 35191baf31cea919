"""Words of the audit: every action that is ever recorded, and what it was done to. A test walks the code for them."""

from collections.abc import Mapping

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from app.accounts.audit_search import AuditLine
from app.web.manage.accounts.audit_details import list_details
from app.web.manage.accounts.words import DEEDS, ROLES

ACTIONS: Mapping[str, LazyString] = {
    **DEEDS,
    "role.granted": lazy_gettext("Role given"),
    "role.revoked": lazy_gettext("Role taken away"),
    "sign_in.failed": lazy_gettext("A sign-in was refused"),
    "passkey.refused": lazy_gettext("A passkey was refused"),
    "company.refused": lazy_gettext("The company's own sign-in was refused"),
    "view.shared": lazy_gettext("View of figures shared"),
    "view.unshared": lazy_gettext("View of figures shared no more"),
    "report.planned": lazy_gettext("Report by e-mail planned"),
    "report.stopped": lazy_gettext("Report by e-mail stopped"),
    "audit.exported": lazy_gettext("Downloaded the audit"),
    "api_key.added": lazy_gettext("API key made"),
    "api_key.revoked": lazy_gettext("API key revoked"),
    "callback.opened_by_api": lazy_gettext("Case opened by another system"),
    "callback.worked_by_api": lazy_gettext("Case worked from another system"),
    "compensation.pending": lazy_gettext("Compensation proposed"),
    "compensation.approved": lazy_gettext("Compensation approved"),
    "compensation.declined": lazy_gettext("Compensation declined"),
    "compensation.withdrawn": lazy_gettext("Compensation taken back"),
    "owner.set": lazy_gettext("Owner of last resort named"),
    "owner.removed": lazy_gettext("Owner of last resort removed"),
    "duty.added": lazy_gettext("Duty added"),
    "duty.changed": lazy_gettext("Duty changed"),
    "duty.removed": lazy_gettext("Duty removed"),
    "improvement.started": lazy_gettext("Improvement started"),
    "improvement.changed": lazy_gettext("Improvement changed"),
    "improvement.told": lazy_gettext("Had those who asked told of an improvement"),
    "responses.exported": lazy_gettext("Downloaded answers"),
    "responses.imported": lazy_gettext("Answers taken in from a file"),
    "response.suspect": lazy_gettext("Answer taken out of the figures"),
    "response.genuine": lazy_gettext("Answer taken into the figures again"),
    "notices.chat_linked": lazy_gettext("Telegram chat linked"),
    "notices.chat_unlinked": lazy_gettext("Telegram chat unlinked"),
    "message.text": lazy_gettext("Read the text of a message"),
    "message.resend": lazy_gettext("Message sent again"),
    "message.resend_failed": lazy_gettext("Failed messages sent again"),
    "message_text.change": lazy_gettext("Text of messages changed"),
    "message_text.reset": lazy_gettext("Text of messages put back"),
    "sending.pause": lazy_gettext("Sending stopped"),
    "sending.resume": lazy_gettext("Sending started again"),
    "contacts.suppress": lazy_gettext("People put on the list of those never written to"),
    "contacts.allow": lazy_gettext("People taken off the list of those never written to"),
    "posters.asked": lazy_gettext("Posters ordered"),
    "posters.removed": lazy_gettext("Posters removed"),
    "touchpoints.added": lazy_gettext("QR codes added"),
    "touchpoint.repointed": lazy_gettext("QR code pointed elsewhere"),
    "touchpoint.revoked": lazy_gettext("QR code withdrawn"),
    "touchpoint.restored": lazy_gettext("QR code put back in use"),
    "review_listing.set": lazy_gettext("Link to a review site set"),
    "review_listing.set_many": lazy_gettext("Links to a review site set from a list"),
    "review_listing.remove": lazy_gettext("Link to a review site removed"),
    "event.added": lazy_gettext("Event on the time line added"),
    "event.changed": lazy_gettext("Event on the time line changed"),
    "event.removed": lazy_gettext("Event on the time line taken away"),
    "public_rating.entered": lazy_gettext("Stars on a review site typed in"),
    "public_rating.entered_many": lazy_gettext("Stars on review sites typed in from a table"),
    "public_rating.removed": lazy_gettext("Stars on a review site taken away again"),
    "review_sites.warned": lazy_gettext("The start warned about asking only the happy"),
    "unit.added": lazy_gettext("Unit added"),
    "unit.changed": lazy_gettext("Unit changed"),
    "unit.moved": lazy_gettext("Unit moved"),
    "unit.closed": lazy_gettext("Unit closed"),
    "unit.reopened": lazy_gettext("Unit opened again"),
    "units.imported": lazy_gettext("Units taken in from a file"),
    "employee.added": lazy_gettext("Employee added"),
    "employee.changed": lazy_gettext("Employee changed"),
    "employees.imported": lazy_gettext("Employees taken in from a file"),
    "webhook.added": lazy_gettext("Webhook added"),
    "webhook.changed": lazy_gettext("Webhook changed"),
    "webhook.secret_rotated": lazy_gettext("Webhook given a new secret"),
    "webhook.disabled": lazy_gettext("Webhook switched off"),
    "webhook.enabled": lazy_gettext("Webhook switched on"),
    "webhook.deleted": lazy_gettext("Webhook deleted"),
    "webhook.tested": lazy_gettext("Webhook tried"),
    "webhook.replayed": lazy_gettext("Webhook deliveries sent again"),
    "database.restored": lazy_gettext("Database restored from a backup"),
    "demo.removed": lazy_gettext("Demo removed"),
}
# What something was done to. What is not here goes by its key, and cannot be chosen.
OBJECTS: Mapping[str, LazyString] = {
    "user": lazy_gettext("User"),
    "callback": lazy_gettext("Case"),
    "compensation": lazy_gettext("Compensation"),
    "response": lazy_gettext("Answer"),
    "unit": lazy_gettext("Unit"),
    "employee": lazy_gettext("Employee"),
    "improvement": lazy_gettext("Improvement"),
    "message": lazy_gettext("Message"),
    "message_text": lazy_gettext("Text of messages"),
    "touchpoint": lazy_gettext("QR code"),
    "poster_batch": lazy_gettext("Posters"),
    "webhook_endpoint": lazy_gettext("Webhook"),
    "api_key": lazy_gettext("API key"),
    "account": lazy_gettext("Account that was tried"),
    "page": lazy_gettext("Page"),
    "sign_in": lazy_gettext("Sign-in"),
    "passkey": lazy_gettext("Passkey"),
    "import": lazy_gettext("File taken in"),
    "review_site": lazy_gettext("Review site"),
    "event": lazy_gettext("Event on the time line"),
    "public_ratings": lazy_gettext("Stars on review sites"),
    "survey": lazy_gettext("Survey"),
    "view": lazy_gettext("View of figures"),
    "audit": lazy_gettext("Audit"),
}
_PAGES: Mapping[str, str] = {
    "user": "/manage/users/",
    "callback": "/manage/callbacks/",
    "response": "/manage/responses/",
    "message": "/manage/messages/",
    "improvement": "/manage/improvements/",
    "webhook_endpoint": "/manage/webhooks/",
}


def say_action(action: str) -> str:
    """Return what was done in words; an action of an older release goes by its key."""
    return str(ACTIONS.get(action, action))


def say_object(line: AuditLine) -> str:
    """Return what kind of thing it was done to, or nothing."""
    return str(OBJECTS.get(line.object_type or "", line.object_type or ""))


def find_page(line: AuditLine) -> str | None:
    """Return the page of what it was done to, if there is one; the thing itself may be gone by now."""
    page = _PAGES.get(line.object_type or "")
    if page is None and line.object_type == "compensation":
        page, case_id = "/manage/callbacks/", line.details.get("case_id")
        return f"{page}{case_id}" if case_id else None
    return f"{page}{line.object_id}" if page and line.object_id else None


def say_details(line: AuditLine) -> list[str]:
    """Return the rest of what is known: the role and unit, then all else, each with its word."""
    said = [str(ROLES.get(line.details["role"], line.details["role"]))] if line.details.get("role") else []
    if line.unit and line.object_type != "unit":
        said.append(line.unit)
    return said + list_details(line.details)
