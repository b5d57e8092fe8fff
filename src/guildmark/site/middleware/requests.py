"""One log line a request, all lines of it under one id, which the visitor gets too."""

import re
import time
from collections.abc import Callable, Mapping
from os import urandom
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

logger: structlog.stdlib.BoundLogger = structlog.get_logger("guildmark.request")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = ("/health/", "/static/")


class RequestLog:
    """Bind a request id to every log line and answer with it in `X-Request-ID`.

    The path is logged without its query string, which may carry tokens; `logs` hides the rest.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and log method, path, status and time."""
        own_id = request_id(request.META)
        started = time.perf_counter()
        # Not taken back at the end: Django writes its own line when all middleware is done.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=own_id)
        response = self.get_response(request)
        if not request.path.startswith(QUIET):
            log(request.method, request.path, response.status_code, started)
        response["X-Request-ID"] = own_id
        return response


def log(method: str | None, path: str, status: int, started: float, **more: str) -> None:
    """Write the one line of a request that began at `started` (`time.perf_counter`)."""
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    logger.info(
        "request", method=method, path=path, status=status, milliseconds=milliseconds, **more
    )


def request_id(environment: Mapping[str, Any]) -> str:
    """Return the id that the visitor gave in a sound form, or a new one."""
    given = environment.get("HTTP_X_REQUEST_ID")
    return given if given and REQUEST_ID.fullmatch(given) else urandom(16).hex()
