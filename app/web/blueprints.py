"""Which blueprints there are; each one's module names its own gate."""

from flask import Flask


def register_blueprints(app: Flask) -> None:
    """Hang every page on the application."""
