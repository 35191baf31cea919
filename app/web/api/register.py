"""Hangs the API on the application: its resources, their description, and how errors are told below it."""

from flask import Flask

from app.web.api.callbacks import callbacks
from app.web.api.docs import docs
from app.web.api.interactions import interactions
from app.web.api.metrics import metrics
from app.web.api.problems import init_problems
from app.web.api.responses import responses
from app.web.api.touchpoints import touchpoints


def init_api(app: Flask) -> None:
    """Serve everything below /api."""
    init_problems(app)
    for resource in (interactions, responses, callbacks, touchpoints, metrics):
        app.register_blueprint(resource)
    app.register_blueprint(docs)
