"""One application for all tests of a process that want the same settings, wired anew for each of them.

Its hundreds of routes and its templates take longer to put together than most tests take to run. What a test may change
(the database, the clock, what the faces are handed, the counters of rates, the signing key) is new each time.
"""

from dataclasses import replace

from flask import Flask

from app.factory import Rulebook, create_app, read_rulebook, wire
from app.kit.clock import Clock
from app.kit.db import Database
from app.review_sites.catalogue import Catalogue, Site
from app.web.edge import Wiring
from app.web.rates import init_rates
from config.settings import ROOT, Settings

# Where things lie is part of what is handed over anew.
_OWN = {"var_dir", "database_url", "surveys_dir", "config_dir"}
_kept: dict[str, Flask] = {}
_rulebooks: dict[str | None, Rulebook] = {}


def keep_app(settings: Settings, *, clock: Clock, database: Database) -> Flask:
    """Return the application with these settings on this database; nothing may be registered on it."""
    key = repr(sorted(settings.model_dump(exclude=_OWN).items()))
    app = _kept.get(key)
    if app is None:
        app = _kept[key] = create_app(settings, clock=clock, database=database)
    app.testing = True
    app.config["SECRET_KEY"] = settings.signing_key
    app.extensions["otklik"] = wire(settings, clock=clock, database=database, rulebook=_read(settings))
    app.extensions["otklik.settings"] = settings
    init_rates(app)
    return app


def forget_site(app: Flask, site: Site) -> None:
    """Take the site out of the catalogue, as an edit of config/review_sites.yaml and a restart do."""
    wired: Wiring = app.extensions["otklik"]
    sites = {key: rules for key, rules in wired.desk.catalogue.sites.items() if key != site}
    app.extensions["otklik"] = replace(wired, desk=replace(wired.desk, catalogue=Catalogue(sites=sites)))


def _read(settings: Settings) -> Rulebook:
    """Return what the files say; those that come with the service are read once, as no test writes to them."""
    if (settings.config_dir, settings.surveys_dir) != (ROOT / "config", ROOT / "surveys"):
        return read_rulebook(settings)
    if settings.holiday_country not in _rulebooks:
        _rulebooks[settings.holiday_country] = read_rulebook(settings)
    return _rulebooks[settings.holiday_country]
