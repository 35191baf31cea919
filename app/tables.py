"""Imports every model, so that Alembic and the tests see all tables."""

from app.accounts import models as accounts
from app.callbacks import models as callbacks
from app.contacts import models as contacts
from app.imports import models as imports
from app.invitations import models as invitations
from app.kit import idempotency, outbox, slots
from app.kit.db import Base
from app.messaging import models as messaging
from app.organisation import models as organisation
from app.responses import models as responses
from app.review_sites import models as review_sites
from app.surveys import models as surveys
from app.touchpoints import models as touchpoints
from app.webhooks import models as webhooks

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "accounts",
    "callbacks",
    "contacts",
    "idempotency",
    "imports",
    "invitations",
    "messaging",
    "organisation",
    "outbox",
    "responses",
    "review_sites",
    "slots",
    "surveys",
    "touchpoints",
    "webhooks",
]
