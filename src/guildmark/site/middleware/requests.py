"""One log line a request, all lines of it under one id, which the visitor gets too."""

import re
import time
from collections.abc import Callable
from uuid import uuid4

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
        request_id = _request_id(request)
        started = time.perf_counter()
        # Not taken back at the end: Django writes its own line when all middleware is done.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        if not request.path.startswith(QUIET):
            logger.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
        response["X-Request-ID"] = request_id
        return response


def _request_id(request: HttpRequest) -> str:
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex
