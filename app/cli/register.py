"""Hangs every command on the application."""

from flask import Flask

from app.cli.api_keys import apikey
from app.cli.backup import backup, restore
from app.cli.callbacks import callbacks
from app.cli.channels import hooks, telegram, viber
from app.cli.codes import add_desk_command, list_codes_command, point_code_command, revoke_code_command
from app.cli.contacts import contacts
from app.cli.delivery import delivery
from app.cli.demo import demo
from app.cli.exports import exports
from app.cli.imports import import_group
from app.cli.interactions import import_interactions
from app.cli.operations import db, doctor, serve, worker
from app.cli.past_responses import import_responses
from app.cli.posters import poster
from app.cli.simulate import simulate
from app.cli.surveys import survey
from app.cli.topics import topics
from app.cli.touchpoints import touchpoint
from app.cli.units import unit
from app.cli.users import user


def register_commands(app: Flask) -> None:
    """Make the commands of CONTRACT available as `flask --app wsgi …`."""
    app.cli.add_command(exports)
    import_group.add_command(import_interactions)
    import_group.add_command(import_responses)
    app.cli.add_command(import_group)
    app.cli.add_command(survey)
    app.cli.add_command(topics)
    app.cli.add_command(simulate)
    app.cli.add_command(delivery)
    app.cli.add_command(callbacks)
    app.cli.add_command(contacts)
    for command in (list_codes_command, add_desk_command, point_code_command, revoke_code_command):
        touchpoint.add_command(command)
    app.cli.add_command(touchpoint)
    app.cli.add_command(poster)
    app.cli.add_command(unit)
    app.cli.add_command(user)
    app.cli.add_command(apikey)
    for command in (hooks, telegram, viber):
        app.cli.add_command(command)
    for command in (db, doctor, serve, worker, demo, backup, restore):
        app.cli.add_command(command)
