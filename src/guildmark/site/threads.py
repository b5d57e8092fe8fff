"""The threads of a web process: pages one at a time, and lookups beside them (decision 0030).

Several pages at once in one process only take the interpreter from each other (decision 0007). A
lookup of the fast entry spends most of its time waiting for PostgreSQL, and others can be answered
meanwhile. SQLite is in the process: there is nothing to wait for.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock, local
from typing import TYPE_CHECKING

from django.db import connections

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = {"sqlite": 1, "postgresql": 3}
"""Threads of a web process, by the vendor of the database."""


class AtEndOfThread:
    """Does something when the thread ends in whose `threading.local` it is kept.

    Granian ends threads that have nothing to do. What a connection belongs to holds itself in
    circles, so that without this it would stay open until the collector finds it.
    """

    def __init__(self, act: Callable[[], object]) -> None:
        """Keep what is to be done."""
        self.act = act

    def __del__(self) -> None:
        """Do it; nobody is there any more to be told of a fault."""
        with suppress(Exception):
            self.act()


class OneAtATime:
    """Lets an application work at one request at a time, whatever the number of threads.

    A body that is made while it is sent is not waited for, or a slow reader would stop all pages.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        """Stand in front of `application`."""
        self.application = application
        self.turn = Lock()
        self.here = local()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Wait for the turn, then answer."""
        if not hasattr(self.here, "end"):
            self.here.end = AtEndOfThread(connections["default"].close)
        with self.turn:
            return self.application(environ, start_response)
