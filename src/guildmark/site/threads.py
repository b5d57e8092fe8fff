"""The threads of a web process: pages one at a time, and lookups beside them (decision 0021).

Several pages at once in one process only take the interpreter from each other (decision 0007). A
lookup of the fast entry spends most of its time waiting for PostgreSQL, and others can be answered
meanwhile. SQLite is in the process: there is nothing to wait for.
"""

from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = {"sqlite": 1, "postgresql": 3}
"""Threads of a web process, by the vendor of the database."""


class OneAtATime:
    """Lets an application work at one request at a time, whatever the number of threads.

    A body that is made while it is sent is not waited for, or a slow reader would stop all pages.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        """Stand in front of `application`."""
        self.application = application
        self.turn = Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Wait for the turn, then answer."""
        with self.turn:
            return self.application(environ, start_response)
