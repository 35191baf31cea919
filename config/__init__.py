"""How the installation is set up: `settings` reads the environment, the YAML files hold what a company decides.

Only `app.factory`, `app.cli` and `wsgi` import this; features are handed plain values.
"""
