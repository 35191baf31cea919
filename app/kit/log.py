"""Structured logs on standard error: what happened, never to whom.

Standard output belongs to exports. Links that open something (`/r/<key>`, `/i/<token>`, `/u/<token>`,
`/invitation/<token>`, `/hooks/<gateway>/<slug>`), e-mails, telephone numbers and the rows that PostgreSQL repeats in
its errors are cut out of every value, whoever wrote it there.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_PATH = re.compile(r"/([riu]|invitation|hooks/[a-z]{1,20})/[0-9A-Za-z_-]{6,}", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")
_PHONE = re.compile(r"\+\d[\d\s()-]{7,18}\d")
# As people type it at home: 10 to 15 digits, however they are set apart. Neither a part of a key nor an instant is one:
# 2026-03-04 06:00, 20260304060000, or seconds (or parts of them) since 1970.
_PHONE_AT_HOME = re.compile(
    r"(?<![\w.+-])(?<!\d:)(?!\d{4}-\d\d-\d\d)(?!20\d{12}\b)(?!1(?:\d{9}|\d{12}|\d{15}|\d{18})\b)"
    r"\d(?:[\s()-]{0,3}\d){9,14}(?![\w:]|[.-]\w)"
)
# PostgreSQL repeats the row there: comments, names, numbers. What follows in a chain of exceptions is code again.
_DETAIL = re.compile(
    r"(?:DETAIL|CONTEXT):.*?(?=\n\n(?:The above exception was the direct cause of|During handling of the above)|\Z)",
    re.DOTALL,
)


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


def clean_text(text: str) -> str:
    """Return the text without numbers, e-mails, links that open something, and what PostgreSQL tells of a row."""
    text = _DETAIL.sub("…", text)
    text = _SECRET_PATH.sub(r"/\1/…", text)
    text = _EMAIL.sub("…@…", text)
    return _PHONE_AT_HOME.sub("+…", _PHONE.sub("+…", text))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, BaseException):
        return clean_text(f"{type(value).__name__}: {value}")
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def get_logger(name: str) -> Any:
    """Return a structlog logger: `log.info("case opened", case_id=…)`."""
    return structlog.stdlib.get_logger(name)
