"""Hangs the pages of staff on the application, feature by feature; each names its own gate, in its own module."""

from flask import Blueprint, Flask

from app.web.manage.accounts.account import account
from app.web.manage.accounts.audit import audit
from app.web.manage.accounts.security import account_security
from app.web.manage.accounts.user_editing import user_editing
from app.web.manage.accounts.user_sign_in import user_sign_in
from app.web.manage.accounts.users import users
from app.web.manage.callbacks.bulk import case_bulk
from app.web.manage.callbacks.compensations import compensations
from app.web.manage.callbacks.complaints import complaints
from app.web.manage.callbacks.escalations import escalations
from app.web.manage.callbacks.figures import callback_figures
from app.web.manage.callbacks.notices import notices
from app.web.manage.callbacks.pages import callbacks
from app.web.manage.callbacks.roster import roster
from app.web.manage.callbacks.roster_editing import roster_editing
from app.web.manage.callbacks.work import case_work
from app.web.manage.connections.api_keys import api_keys
from app.web.manage.connections.webhook_changes import webhook_changes
from app.web.manage.connections.webhooks import webhooks
from app.web.manage.dashboard import dashboard
from app.web.manage.design import design
from app.web.manage.figures.contact_centre import figure_contacts
from app.web.manage.figures.downloads import figure_downloads
from app.web.manage.figures.drivers import figure_drivers
from app.web.manage.figures.employees import figure_people
from app.web.manage.figures.event_editing import event_editing
from app.web.manage.figures.events import figure_events
from app.web.manage.figures.evidence import evidence
from app.web.manage.figures.hours import figure_times
from app.web.manage.figures.metric import figures
from app.web.manage.figures.public_ratings import public_ratings
from app.web.manage.figures.rating_entry import rating_entry
from app.web.manage.figures.report_plans import report_plans
from app.web.manage.figures.saved_views import saved_views
from app.web.manage.figures.topics import figure_topics
from app.web.manage.figures.who_answers import figure_funnel
from app.web.manage.imports.answers import past_import
from app.web.manage.imports.units_and_employees import employee_import, unit_import
from app.web.manage.messages.delivery import delivery
from app.web.manage.messages.interactions import interactions
from app.web.manage.messages.pages import messages
from app.web.manage.messages.texts import message_texts
from app.web.manage.organisation.employees import employee_editing, employees
from app.web.manage.organisation.unit_editing import unit_editing
from app.web.manage.organisation.units import units
from app.web.manage.responses.coaching import coaching
from app.web.manage.responses.improvement_changes import improvement_changes
from app.web.manage.responses.improvements import improvements
from app.web.manage.responses.pages import responses
from app.web.manage.responses.reading import reading
from app.web.manage.responses.topics import topics
from app.web.manage.review_sites.links import review_links
from app.web.manage.review_sites.pages import review_sites
from app.web.manage.settings import settings
from app.web.manage.surveys import surveys
from app.web.manage.touchpoints.changes import code_changes
from app.web.manage.touchpoints.images import touchpoints
from app.web.manage.touchpoints.pages import codes
from app.web.manage.touchpoints.posters import posters

PAGES: tuple[Blueprint, ...] = (
    account,
    account_security,
    audit,
    callbacks,
    callback_figures,
    compensations,
    case_bulk,
    case_work,
    complaints,
    dashboard,
    figures,
    figure_downloads,
    evidence,
    saved_views,
    report_plans,
    figure_contacts,
    figure_times,
    figure_drivers,
    figure_funnel,
    figure_people,
    figure_events,
    event_editing,
    figure_topics,
    topics,
    design,
    responses,
    reading,
    coaching,
    improvements,
    improvement_changes,
    review_sites,
    public_ratings,
    rating_entry,
    review_links,
    settings,
    api_keys,
    webhook_changes,
    webhooks,
    touchpoints,
    posters,
    codes,
    code_changes,
    surveys,
    roster,
    roster_editing,
    escalations,
    units,
    interactions,
    delivery,
    messages,
    message_texts,
    notices,
    users,
    user_editing,
    user_sign_in,
    unit_editing,
    unit_import,
    past_import,
    employees,
    employee_editing,
    employee_import,
)


def register_pages(app: Flask) -> None:
    """Serve everything below /manage."""
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
