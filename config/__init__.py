"""How the installation is set up: `settings` reads the environment, the YAML files hold what a company decides.

Parts of the settings: data, company, sign_in, channels, ratings.

Only `app.factory`, `app.cli` and `wsgi` import this; features are handed plain values.
"""
