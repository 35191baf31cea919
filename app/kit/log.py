"""Structured logs on standard error: what happened, never to whom.

Standard output belongs to exports. Links that open something (`/r/<key>`, `/i/<token>`, `/u/<token>`), e-mail addresses
and telephone numbers are cut out of every value, whoever wrote it there.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_PATH = re.compile(r"/([riu])/[0-9A-Za-z_-]{6,}", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")
_PHONE = re.compile(r"\+\d[\d ()-]{7,18}\d")


def configure_logging(level: str = "INFO", *, pretty: bool = False) -> None:
    """Send structlog and the standard library's loggers to standard error as one JSON object a line."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False) if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        remove_personal_data,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Which implementation it chose is no news, and /readyz would say so every few seconds.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def remove_personal_data(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: strings are cleaned, however deep they lie."""
    for key, value in event.items():
        event[key] = _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        value = _SECRET_PATH.sub(r"/\1/…", value)
        value = _EMAIL.sub("…@…", value)
        return _PHONE.sub("+…", value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def get_logger(name: str) -> Any:
    """Return a structlog logger: `log.info("case opened", case_id=…)`."""
    return structlog.stdlib.get_logger(name)
