"""The log line of a request, the same as `RequestLog` writes, for a fraction of the time.

Everything that `logs` does to any line (merging contexts, hiding secrets, finding the caller) takes
twice as long as the answer itself. None of it changes this line, which has no secret in it. So
where lines are JSON and go to the site's own handler only, it is written there directly; anywhere
else, such as in development, it takes the way of all others.
"""

import json
import logging
import time
from datetime import UTC, datetime
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
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        line = (
            f'{{"method": "{method}", "path": {json.dumps(path)}, "status": {status}, '
            f'"milliseconds": {milliseconds}, "event": "request", "request_id": "{request_id}", '
            f'"level": "info", "logger": "{NAME}", "timestamp": "{now}"}}\n'
        )
        self.handler.acquire()
        try:
            self.handler.stream.write(line)
            self.handler.flush()
        except (OSError, ValueError):  # A full disk or a closed stream ends no request elsewhere.
            pass
        finally:
            self.handler.release()


def _json_handler(logger: logging.Logger) -> "logging.StreamHandler[Any] | None":
    """Return the one handler of a logger if it writes JSON to a stream, as `logs` sets it up."""
    if len(logger.handlers) != 1 or type(logger.handlers[0]) is not logging.StreamHandler:
        return None
    handler = logger.handlers[0]
    form = handler.formatter
    is_json = isinstance(form, ProcessorFormatter) and isinstance(form.processors[-1], JSONRenderer)
    return handler if is_json else None
