"""`guildmark worker`: run jobs, deliver events, sequence the ledger."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from guildmark.apps.audit.jobs.worker import WorkerProcess


class Command(BaseCommand):
    """Work until told to stop, or once through everything that is due."""

    help = (
        "Run background jobs, deliver events, sequence the ledger and start what recurs. "
        "Several workers may run at once, on several machines. "
        "SIGTERM or Ctrl-C lets the present job finish first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--once", action="store_true", help="Do everything that is due now, then end."
        )
        parser.add_argument(
            "--quiet", action="store_true", help="Print nothing but problems (they go to the log)."
        )

    def handle(self, *, once: bool, quiet: bool, **_: Any) -> None:
        """Run the worker in this process."""
        worker = WorkerProcess()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if once:
            steps = worker.drain()
            self._say(f"Nothing is due any more, after {steps} steps.", quiet=quiet)
            return
        self._say(f"Worker {worker.name} is running. Stop it with Ctrl-C.", quiet=quiet)
        worker.run()
        self._say("The worker has stopped.", quiet=quiet)

    def _say(self, text: str, *, quiet: bool) -> None:
        if not quiet:
            self.stdout.write(text)
