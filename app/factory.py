"""create_app(settings): everything meets here. The only place that reads settings and picks implementations."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts.company_provider import Provider
from app.accounts.door import Door
from app.accounts.proving import CompanyTrust, DoorRules, SecondFactorRule
from app.callbacks.asking_back.composing import AskingBack, compose_question
from app.callbacks.asking_back.rerouting import reroute_message
from app.callbacks.improvements.rules import WishRules, load_wish_rules
from app.callbacks.rules.case_rules import CaseRules, load_case_rules
from app.cli.register import register_commands
from app.contacts.consents import Consents, load_consents
from app.contacts.models import Purpose
from app.invitations.composing import Composing, compose_invitation
from app.invitations.desk import AskDesk
from app.invitations.rerouting import may_send_at
from app.invitations.rules import DeliveryPolicy, load_delivery
from app.jobs.periodic import JOBS
from app.kit.clock import Clock, utc_now
from app.kit.crypto import Vault
from app.kit.db import Database
from app.kit.i18n import NAMES, Language
from app.kit.installation import PlannedJob
from app.kit.log import configure_logging
from app.messaging.content import Compose, by_purpose
from app.messaging.models import MessagePurpose
from app.messaging.notices.words import NoticeWords, load_notice_words
from app.messaging.sending import Sender
from app.messaging.texts import MessageTexts, load_texts
from app.organisation.holidays import Holidays, keep_holidays, load_holidays, warm_holidays
from app.responses.service import find_answer_id
from app.responses.topics.desk import TopicDesk, load_topic_desk
from app.review_sites.catalogue import Catalogue, load_catalogue
from app.routing.desk import Desk
from app.routing.line import Talk
from app.routing.policy import RoutingPolicy, load_policy
from app.routing.replies import Replying, compose_reply
from app.routing.staff_notices import NoticeDesk
from app.routing.told_words import compose_told
from app.surveys.loader import SurveyLibrary, load_surveys
from app.touchpoints.posters.choice import Workshop
from app.touchpoints.posters.logo import read_logo
from app.touchpoints.posters.sheet import Look
from app.web import access, edge, errors
from app.web.api.register import init_api
from app.web.hooks.receive import hooks
from app.web.manage.register import register_pages
from app.web.public.answer import answer
from app.web.public.invited import invited
from app.web.public.look import look
from app.web.public.opened import opened
from app.web.public.preview import preview
from app.web.public.settled import settled
from app.web.public.survey import survey
from app.web.public.unsubscribing import unsubscribing
from app.web.rates import init_rates
from app.web.site.again import again
from app.web.site.company_sign_in import company_sign_in
from app.web.site.health import health
from app.web.site.home import home
from app.web.site.invitation import invitation
from app.web.site.passkey_sign_in import passkey_sign_in
from app.web.site.second_factor import second_factor
from app.web.site.sign_in import sign_in
from app.web.site.warming import init_warming
from config.gateways import build_gateways, build_hooks
from config.installed import describe_installation
from config.rating_sources import build_rating_sources
from config.settings import Settings

# A comment is 2,000 characters; nothing that people send us needs more than this.
MAX_BODY = 64 * 1024
# Each names its own gate, in its own module.
BLUEPRINTS: tuple[Blueprint, ...] = (
    survey,
    answer,
    invited,
    settled,
    unsubscribing,
    opened,
    look,
    sign_in,
    second_factor,
    passkey_sign_in,
    company_sign_in,
    again,
    invitation,
    preview,
    home,
    health,
    hooks,
)


def create_app(settings: Settings, *, clock: Clock = utc_now, database: Database | None = None) -> Flask:
    """Return the application; raises ConfigurationError that lists what is wrong with a file or a setting."""
    configure_logging(settings.log_level)
    app = edge.OtklikApp(__name__)
    app.config.update(
        SECRET_KEY=settings.signing_key,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="__Host-otklik" if settings.secure else "otklik",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        BABEL_DEFAULT_LOCALE=settings.language.value,
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    wiring = app.extensions["otklik"] = wire(settings, clock=clock, database=database)
    app.extensions["otklik.settings"] = settings  # for the command line alone, which starts and examines the service
    edge.init_edge(app)
    edge.Texts(app, locale_selector=lambda: edge.current_language().value)
    app.jinja_env.globals.update(languages=NAMES, Language=Language)
    errors.init_errors(app)
    init_rates(app)
    init_warming(app, lambda: warm_holidays(wiring.database, wiring.clock().year))
    access.init_access(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_pages(app)
    init_api(app)
    register_commands(app)
    return app


@dataclass(frozen=True)
class Rulebook:
    """What the files of the configuration and the surveys say, read and checked."""

    cases: CaseRules
    routing: RoutingPolicy
    catalogue: Catalogue
    consents: Consents
    surveys: SurveyLibrary
    texts: MessageTexts
    delivery: DeliveryPolicy
    holidays: Holidays
    wishes: WishRules
    topics: TopicDesk
    notices: NoticeWords


def read_rulebook(settings: Settings) -> Rulebook:
    """Read every file that steers the service; raises ConfigurationError that lists what is wrong with one."""
    files = settings.config_dir
    return Rulebook(
        cases=load_case_rules(files / "callbacks.yaml"),
        routing=load_policy(files / "routing.yaml"),
        catalogue=load_catalogue(files / "review_sites.yaml"),
        consents=load_consents(files / "consents.yaml"),
        surveys=load_surveys(settings.surveys_dir),
        texts=load_texts(files / "messages.yaml"),
        delivery=load_delivery(files / "delivery.yaml"),
        holidays=load_holidays(files / "holidays.yaml", settings.holiday_country),
        wishes=load_wish_rules(files / "wishes.yaml"),
        topics=load_topic_desk(files),
        notices=load_notice_words(files / "notices.yaml"),
    )


def wire(
    settings: Settings, *, clock: Clock, database: Database | None, rulebook: Rulebook | None = None
) -> edge.Wiring:
    """Return the implementations and plain values that the faces work with."""
    rules = rulebook or read_rulebook(settings)
    vault = Vault(settings.encryption_keys)
    desk = Desk(
        policy=rules.routing,
        catalogue=rules.catalogue,
        vault=vault,
        consent=rules.consents.text(Purpose.CALLBACK),
        case_rules=rules.cases,
        company=settings.company_name,
        phone_region=settings.phone_region,
        zone=settings.zone,
    )
    workshop = Workshop(
        look=Look(
            settings.company_name,
            settings.company_colour,
            read_logo(Path(settings.company_logo)) if settings.company_logo else None,
        ),
        base_url=settings.public_url,
        surveys=rules.surveys,
        language=settings.language,
        region=settings.phone_region,
        zone=settings.zone,
    )
    composing = Composing(vault, settings.public_url, settings.company_name, rules.surveys, rules.texts, find_answer_id)
    compose = _choose_composer(
        composing,
        Replying(desk, rules.surveys, settings.public_url, rules.texts),
        AskingBack(vault, settings.public_url, settings.company_name, rules.texts),
    )
    gateways = build_gateways(settings, vault)
    ask = AskDesk(
        vault=vault,
        policy=rules.delivery,
        channels=gateways.channels,
        surveys=rules.surveys,
        phone_region=settings.phone_region,
        language=settings.language,
        company=settings.company_name,
    )
    database = database or Database(settings.database_url)
    keep_holidays(database, rules.holidays)
    return edge.Wiring(
        database=database,
        vault=vault,
        clock=clock,
        surveys=rules.surveys,
        desk=desk,
        case_rules=rules.cases,
        wish_rules=rules.wishes,
        topics=rules.topics,
        workshop=workshop,
        public_url=settings.public_url,
        secure=settings.secure,
        signing_key=settings.signing_key,
        language=settings.language,
        metrics_token=settings.metrics_token,
        api_per_minute=settings.api_per_minute,
        employee_minimum=settings.employee_minimum,
        var_dir=settings.var_dir,
        sign_in_idle_minutes=settings.sign_in_idle_minutes,
        sign_in_hours=settings.sign_in_hours,
        door=_build_door(settings),
        installation=describe_installation(settings, (PlannedJob(job.name, job.every, job.keeps) for job in JOBS)),
        gateways=gateways,
        ask=ask,
        hooks=build_hooks(settings, vault),
        talk=Talk(desk, rules.surveys, settings.language),
        telegram_bot=settings.telegram_bot,
        texts=rules.texts,
        compose=compose,
        sender=Sender(
            vault=vault,
            gateways=gateways,
            compose=compose,
            may_send_at=partial(may_send_at, desk=ask),
            reroute=partial(reroute_message, desk=ask, rules=rules.cases),
        ),
        notices=NoticeDesk(
            vault=vault,
            words=rules.notices,
            public_url=settings.public_url,
            company=settings.company_name,
            language=settings.language,
            links_open=settings.secure,
        ),
        ratings=build_rating_sources(settings),
    )


def _build_door(settings: Settings) -> Door:
    """Return how staff come in; the company's own sign-in is not asked for anything yet."""
    company = None
    if settings.oidc_issuer:
        company = Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            back=f"{settings.public_url}/sign-in/company/back",
        )
    rules = DoorRules(
        SecondFactorRule(settings.second_factor), settings.oidc_required, CompanyTrust(settings.oidc_second_factor)
    )
    return Door(rules, company, settings.oidc_name or settings.company_name)


def _choose_composer(composing: Composing, replying: Replying, asking: AskingBack) -> Compose:
    """Return what composes a message by its purpose."""
    invite = partial(compose_invitation, composing=composing)
    return by_purpose(
        {
            MessagePurpose.INVITATION: invite,
            MessagePurpose.REMINDER: invite,
            MessagePurpose.REPLY: partial(compose_reply, replying=replying),
            MessagePurpose.IMPROVEMENT: partial(compose_told, composing=composing),
            MessagePurpose.ASKED_BACK: partial(compose_question, asking=asking),
        }
    )
