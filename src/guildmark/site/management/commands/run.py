"""`guildmark run`: the web server and the background worker, under one supervisor."""

import errno
import http.client
import os
import socket
import sys
import time
from argparse import ArgumentTypeError
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import connection
from django.utils import timezone

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.audit import immutability
from guildmark.apps.institute import queries
from guildmark.site.conf import Mode
from guildmark.site.demo.credentials import demo_answers
from guildmark.site.demo.institute import DemoRefused, ensure_demo, refuse_demo_in_production
from guildmark.site.demo.people import PASSWORD, PEOPLE
from guildmark.site.management.base import OwnCommand, Refused, program
from guildmark.site.management.migrations import migrate, pending_migrations
from guildmark.site.supervisor import Child, Supervisor
from guildmark.site.threads import THREADS

LOOPBACK = ("127.0.0.1", "::1", "localhost")
START_LIMIT = 30.0  # seconds after which a silent server is worth a remark


def port_number(text: str) -> int:
    """Read a port from the command line."""
    if not text.isdecimal() or not 0 < int(text) <= 65_535:  # noqa: PLR2004 - the largest port
        raise ArgumentTypeError(f"{text} is no port; give a number from 1 to 65535")
    return int(text)


def worker_count(text: str) -> int:
    """Read a number of processes from the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is no number of processes; give 1 or more")
    return int(text)


class Command(OwnCommand):
    """Prepare the database, then serve until stopped."""

    help = (
        "Serve the site with granian, and work off background jobs in a second process. "
        "Ends both on Ctrl-C or SIGTERM. In development missing migrations are applied first; "
        "in production they are refused, so that you choose the moment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, and how much to start."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=port_number, default=8000, help="port (8000)")
        parser.add_argument(
            "--workers", type=worker_count, default=os.cpu_count() or 1,
            help="web processes, one for each core by default",
        )  # fmt: skip
        parser.add_argument(
            "--no-worker", action="store_true", help="run no background worker beside the server"
        )
        parser.add_argument(
            "--demo", action="store_true", help="found the demo institute if the database is empty"
        )

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Serve; the exit code is 0 after a signal, and the server's own when it fails."""
        self.url = f"http://{'localhost' if host in LOOPBACK else host}:{port}"
        self.host, self.port, self.announced = host, port, False
        self.waiting_since = time.monotonic()
        self.options = options
        self._refuse_a_port_in_use()
        self._prepare()
        supervisor = Supervisor(self._children(), say=self.stderr.write)
        if code := supervisor.run(on_tick=self._announce_when_ready):
            raise SystemExit(code)

    def _refuse_a_port_in_use(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as fault:
                raise Refused(self._why_not_bound(fault)) from fault

    def _why_not_bound(self, fault: OSError) -> str:
        if fault.errno == errno.EADDRINUSE:
            return (
                f"Port {self.port} is in use; perhaps Guildmark runs already at {self.url}. "
                f"Stop that program, or choose another port: --port {self.port + 1}"
            )
        return f"Can't listen on {self.host}, port {self.port}: {fault.strerror}."

    def _prepare(self) -> None:
        if settings.GUILDMARK_MODE is Mode.PRODUCTION:
            self._prepare_production()
        else:
            migrate()
        if self.options["demo"]:
            try:
                ensure_demo(origin=self.url, at=timezone.now())
            except DemoRefused as refusal:
                raise Refused(str(refusal)) from refusal

    def _prepare_production(self) -> None:
        if self.options["demo"]:
            try:
                refuse_demo_in_production()
            except DemoRefused as refusal:
                raise Refused(str(refusal)) from refusal
        if (pending := pending_migrations()) and not connection.introspection.table_names():
            raise Refused(
                "Nothing is set up in this database yet. Run `guildmark init`, then start again."
            )
        if pending:
            raise Refused(
                f"{len(pending)} migrations are not applied, the first is {pending[0]}. "
                "Make a backup, run `guildmark migrate`, then start again."
            )
        if unprotected := immutability.missing():
            raise Refused(
                f"The table {unprotected[0]} lacks the triggers that keep its rows. "
                "Run `guildmark migrate`, which puts them back, then start again."
            )
        call_command("collectstatic", interactive=False, verbosity=0)

    def _children(self) -> list[Child]:
        web = [
            sys.executable, "-m", "granian", "--interface", "wsgi",
            "--host", self.host, "--port", str(self.port),
            "--workers", str(self.options["workers"]),
            "--blocking-threads", str(THREADS[connection.vendor]),
            "--backpressure", "256", "--no-ws", "--respawn-failed-workers",
            "--workers-kill-timeout", "10", "--log-level", "warning",
            "guildmark.site.wsgi:application",
        ]  # fmt: skip
        children = [Child("web server", web, essential=True)]
        if not self.options["no_worker"]:
            worker = [sys.executable, "-m", "guildmark.site", "worker", "--quiet"]
            children.append(Child("background worker", worker))
        return children

    def _announce_when_ready(self) -> None:
        if self.announced:
            return
        if self._answers():
            self.announced = True
            self._announce()
        elif time.monotonic() - self.waiting_since > START_LIMIT:
            self.announced = True
            self.stderr.write(f"The server does not answer yet at {self.url}; still waiting.")

    def _answers(self) -> bool:
        host = self.host if self.host not in ("0.0.0.0", "::") else "localhost"  # noqa: S104 - compared
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _announce(self) -> None:
        if queries.is_founded():
            self.stdout.write(f"{queries.institute().name}: {self.url}")
            self._announce_another_origin(queries.institute().origin)
        else:
            self.stdout.write(f"{self.url} answers, but no institute is set up yet.")
            self.stdout.write(
                f"Set one up with {program()} init, or look around with {program()} run --demo"
            )
        if self.options["demo"]:
            self._announce_people()
        self.stdout.write("Press Ctrl-C to stop.")
        self.stdout.flush()

    def _announce_another_origin(self, origin: str) -> None:
        if urlsplit(origin).hostname in LOOPBACK and origin != self.url:
            self.stdout.write(
                f"Links in mails lead to {origin}, the institute's origin, and not to this port."
            )

    def _announce_people(self) -> None:
        rows = [("Sign in as", "", "Password", "Code")]
        for person in PEOPLE:
            if accounts.person_by_email(person.email) is None:
                continue  # An older demo, made before somebody joined it.
            code = f"{program()} demo-code {person.email}" if person.secret else "none needed"
            rows.append((person.email, person.what, PASSWORD, code))
        widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.stdout.write("  " + "".join(cells).rstrip())
        self.stdout.write("Credentials to verify, one for each answer:")
        for state, number in demo_answers(at=timezone.now()):
            self.stdout.write(f"  {number}  {state}")
