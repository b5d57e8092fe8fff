"""Structured logs: one event a line, with the request's id and without secrets."""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from .conf import Conf

# Parts of addresses that let whoever holds them act for somebody.
SECRET_PATHS = re.compile(
    r"(/(?:confirm-email|reset/key|unsubscribe|referee|named|contact/[^/\s]+)/)[^/\s?'\"]+"
)
SECRET_WORDS = ("password", "secret", "token", "cookie", "authorization", "key_material", "csrf")


def hide_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace secrets, known by the field's name or by their place in an address.

    Django puts the whole request into its lines, with its query; ours name the path already.
    """
    event.pop("request", None)
    for name, value in event.items():
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "[hidden]"
        elif isinstance(value, str):
            event[name] = SECRET_PATHS.sub(r"\1[hidden]", value)
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_secrets,
]


def logging_settings(conf: Conf) -> dict[str, Any]:
    """Describe the standard library's logging, so that Django's lines look like ours."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if conf.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": conf.log_level},
        "loggers": {
            "django.server": {"level": "INFO"},
            # Refused hosts and broken uploads are the visitor's fault: a line, not a traceback.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }


def configure(settings: dict[str, Any]) -> None:
    """Set up both structlog and the standard library's logging."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


logger: structlog.stdlib.BoundLogger = structlog.get_logger("guildmark")
