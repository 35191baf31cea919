"""How the installation is set up, in words: what follows an answer, sites, consent, what is kept, keys, address.

Only looked at here: each part names the file or the variable where it is changed, and a restart takes it up.
"""

from collections.abc import Iterable

from flask import Blueprint, render_template
from werkzeug.exceptions import Forbidden

from app.accounts.scope import EVERYTHING
from app.callbacks.escalation.rosters import count_unowned
from app.contacts.service import count_consents
from app.kit.i18n import NAMES
from app.kit.installation import database_size
from app.kit.outbox import read_status
from app.kit.schema import newest_revision, revision_of
from app.kit.slots import last_beat, last_runs
from app.review_sites.public_ratings.references import ASKABLE
from app.routing.explained import Stretch, explain_survey
from app.routing.policy import RoutingPolicy
from app.routing.thresholds import list_pressed
from app.surveys.definition import Definition
from app.touchpoints.qr import qr_address
from app.web import access, edge
from app.web.manage import settings_words, words
from app.webhooks.listing import count_broken

# Stands for any code in the address that posters carry.
EXAMPLE_CODE = "7K3MQ9TX"
settings = Blueprint("settings", __name__, url_prefix="/manage/settings")
access.gate(settings, access.Gate.ADMIN)


@settings.get("")
def show_settings() -> str:
    """The page; for administrators of the whole company, since it is about all of it."""
    if not access.scope().everything:
        raise Forbidden
    session, wiring, desk, now = edge.db(), edge.wiring(), edge.desk(), edge.now()
    queue, worker_seen_at = read_status(session, now=now), last_beat(session)
    values = wiring.installation.values()
    return render_template(
        "manage/settings/settings.html",
        concerns=list(
            settings_words.list_concerns(
                desk.catalogue,
                public_url=wiring.public_url,
                worker_seen_at=worker_seen_at,
                queue=queue,
                now=now,
            )
        ),
        routed=_alike(wiring.surveys, desk.policy),
        plain=[survey for survey in wiring.surveys if not survey.has_bands],
        policy=desk.policy,
        catalogue=desk.catalogue,
        ratings={"askable": ASKABLE, "by_site": wiring.ratings.by_site, "variables": settings_words.RATING_KEYS},
        consent=desk.consent,
        unowned=count_unowned(session, scope=EVERYTHING),
        pressed=list_pressed(session, wiring.case_rules.load, desk.policy, now=now),
        company_name=desk.company,
        agreed=count_consents(session),
        installation=wiring.installation,
        broken_webhooks=count_broken(session),
        values=values,
        runs=last_runs(session),
        queue=queue,
        worker_seen_at=worker_seen_at,
        public_url=wiring.public_url,
        example=qr_address(wiring.public_url, EXAMPLE_CODE),
        engine="SQLite" if wiring.database.is_sqlite else "PostgreSQL",
        database_place=wiring.database.url.render_as_string(hide_password=True),
        size=database_size(wiring.database, session),
        revision=revision_of(session.connection()),
        newest=newest_revision(),
        zone=desk.zone,
        now=now,
        names=NAMES,
        words=settings_words,
        bands=words.BANDS,
        show_time=words.show_time,
    )


def _alike(surveys: Iterable[Definition], policy: RoutingPolicy) -> list[tuple[tuple[Stretch, ...], list[Definition]]]:
    """Return what ratings lead to, with the surveys that it holds for: most companies' surveys agree."""
    found: dict[tuple[Stretch, ...], list[Definition]] = {}
    for survey in surveys:
        if stretches := explain_survey(survey, policy):
            found.setdefault(tuple(stretches), []).append(survey)
    return list(found.items())
