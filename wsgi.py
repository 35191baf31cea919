"""The WSGI entry: settings to factory. `granian --interface wsgi wsgi:app`, `gunicorn wsgi:app`, `flask --app wsgi`."""

import gc
import sys

# While thousands of classes come in and none goes, looking for garbage is a sixth of the start.
gc.disable()

from app.factory import create_app  # noqa: E402 -- that is what the collector waits for
from app.kit.errors import ConfigurationError  # noqa: E402
from config.settings import load_settings  # noqa: E402

try:
    app = create_app(load_settings())
except ConfigurationError as error:
    # A list of what is wrong and how to mend it serves better than a traceback.
    sys.exit(error.message)

# What was imported stays for good: left where the collector looks, it is walked again and again while people wait.
gc.collect()
gc.freeze()
gc.enable()
