"""Hangs every command on the application."""

from flask import Flask


def register_commands(app: Flask) -> None:
    """Make the commands of CONTRACT available as `flask --app wsgi …`."""
