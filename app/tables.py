"""Imports every model, so that Alembic and the tests see all tables."""

from app.accounts import factors
from app.accounts import models as accounts
from app.analytics import models as analytics
from app.analytics.events import models as events
from app.analytics.kept import models as kept
from app.callbacks import models as callbacks
from app.callbacks.asking_back import models as asking_back
from app.callbacks.compensation import models as compensation
from app.callbacks.escalation import models as escalation
from app.callbacks.improvements import models as improvements
from app.contacts import models as contacts
from app.imports import models as imports
from app.imports.past import models as past
from app.invitations import models as invitations
from app.kit import idempotency, outbox, slots
from app.kit.db import Base
from app.messaging import models as messaging
from app.messaging.notices import models as notices
from app.organisation import models as organisation
from app.responses import models as responses
from app.responses.reading import models as reading
from app.responses.topics import models as topics
from app.review_sites import models as review_sites
from app.review_sites.public_ratings import models as public_ratings
from app.surveys import models as surveys
from app.touchpoints import models as touchpoints
from app.webhooks import models as webhooks

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "accounts",
    "analytics",
    "asking_back",
    "callbacks",
    "compensation",
    "contacts",
    "escalation",
    "events",
    "factors",
    "idempotency",
    "imports",
    "improvements",
    "invitations",
    "kept",
    "messaging",
    "notices",
    "organisation",
    "outbox",
    "past",
    "public_ratings",
    "reading",
    "responses",
    "review_sites",
    "slots",
    "surveys",
    "topics",
    "touchpoints",
    "webhooks",
]
