"""The log line of a request, the same as `RequestLog` writes, for a fraction of the time.

Everything that `logs` does to any line (merging contexts, hiding secrets, finding the caller) takes
twice as long as the answer itself. None of it changes this line, which has no secret in it. So
where lines are JSON and go to the site's own handler only, it is written there directly; anywhere
else, such as in development, it takes the way of all others.
"""

import logging
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted  # What `json.dumps` does to a text.
from typing import Any

from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter

from guildmark.site.middleware import requests

NAME = "guildmark.request"


class RequestLines:
    """Writes one line for each request that the fast entry answers."""

    def __init__(self) -> None:
        """Look how logging was set up."""
        self.root, self.logger = logging.getLogger(), logging.getLogger(NAME)
        self.handler = _json_handler(self.root)

    def write(self, method: str, path: str, status: int, started: float, request_id: str) -> None:
        """Write the line of a request that began at `started` (`time.perf_counter`)."""
        if not self.logger.isEnabledFor(logging.INFO):
            return
        if self.handler is None or self.root.handlers != [self.handler] or self.logger.handlers:
            requests.log(method, path, status, started, request_id=request_id)
            return
        took = (time.perf_counter() - started) * 1000
        _write(
            self.handler,
            f'{{"method": "{method}", "path": {_quoted(path)}, "status": {status}, '
            f'"milliseconds": {took:.1f}, "event": "request", "request_id": "{request_id}", '
            f'"level": "info", "logger": "{NAME}", "timestamp": "{_now()}"}}\n',
        )


def _now() -> str:
    """Return the moment as structlog writes it: nothing behind the second where it is whole."""
    microseconds = time.time_ns() // 1000
    second, rest = divmod(microseconds, 1_000_000)
    return f"{_second(second)}.{rest:06}Z" if rest else f"{_second(second)}Z"


@lru_cache(maxsize=1)
def _second(since_1970: int) -> str:
    return datetime.fromtimestamp(since_1970, UTC).replace(tzinfo=None).isoformat()


def _write(handler: "logging.StreamHandler[Any]", line: str) -> None:
    """Write a line to a handler's stream, and out of it, as the handler itself would."""
    with handler.lock or nullcontext():
        try:
            handler.stream.write(line)
            if not getattr(handler.stream, "line_buffering", False):
                handler.stream.flush()
        except (OSError, ValueError):  # A full disk or a closed stream ends no request elsewhere.
            pass


def _json_handler(logger: logging.Logger) -> "logging.StreamHandler[Any] | None":
    """Return the one handler of a logger if it writes JSON to a stream, as `logs` sets it up."""
    if len(logger.handlers) != 1 or type(logger.handlers[0]) is not logging.StreamHandler:
        return None
    handler = logger.handlers[0]
    form = handler.formatter
    is_json = isinstance(form, ProcessorFormatter) and isinstance(form.processors[-1], JSONRenderer)
    return handler if is_json else None
