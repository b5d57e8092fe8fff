"""The worker: one thread runs jobs, another delivers events, sequences the ledger and keeps time.

They are apart so that a long job delays neither the events nor the ledger.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.utils import timezone

from guildmark.apps.audit.models import Schedule, Worker
from guildmark.apps.audit.services import deliveries, jobs, ledger

from .declaring import EPOCH, Recurring, recurring_tasks
from .runner import JobRunner

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.25
AWAY_SECONDS = 1.0
SEEN_EVERY = timedelta(seconds=5)


def worker_name() -> str:
    """Return a name for this process that no other has: host, process id, and chance."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:8]}"


def configured_lease() -> timedelta:
    """Return how long a silent worker keeps its job (GUILDMARK_JOB_LEASE)."""
    return timedelta(seconds=settings.GUILDMARK_JOB_LEASE)


class WorkerBroken(RuntimeError):
    """A thread of the worker ended unasked; the process must end too, to be started afresh."""


@dataclass
class WorkerProcess:
    """What `guildmark worker` runs. `stop` may be called from a signal handler."""

    name: str = field(default_factory=worker_name)
    clock: Callable[[], datetime] = timezone.now
    _stopping: threading.Event = field(default_factory=threading.Event)
    _seen_at: datetime | None = None
    _deserted: bool = False

    def __post_init__(self) -> None:
        self._runner = JobRunner(self.name, configured_lease(), self.clock)
        self._started_at = self.clock()

    def stop(self) -> None:
        """Finish what is being done, then end."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped; wait out a database that is away.

        Raises `WorkerBroken` when a thread ends unasked: half a worker would seem alive to all.
        """
        companion = threading.Thread(target=self._accompany, name="deliveries")
        companion.start()
        try:
            self._loop(self._runner.run_next)
        finally:
            self.stop()
            companion.join()
            Worker.objects.filter(name=self.name).delete()
        if self._deserted:
            raise WorkerBroken("The thread that delivers events ended unasked; the log says why.")

    def drain(self) -> int:
        """Do everything that is due now, one after the other; return how many steps it took."""
        steps = 0
        while not self._stopping.is_set() and (self.serve() or self._runner.run_next()):
            steps += 1
        return steps

    def serve(self) -> bool:
        """Enqueue what recurs, deliver events, sequence the ledger; return whether any was due."""
        at = self.clock()
        self._note_alive(at)
        enqueued = enqueue_recurring(at=at)
        delivered = deliveries.deliver_due(at=at)
        sequenced = ledger.sequence_pending(at=self.clock())
        return bool(enqueued or delivered or sequenced)

    def _note_alive(self, at: datetime) -> None:
        if self._seen_at is None or at - self._seen_at >= SEEN_EVERY:
            jobs.note_worker(name=self.name, started_at=self._started_at, at=at)
            self._seen_at = at

    def _accompany(self) -> None:
        """Serve until stopped; whatever ends this thread before ends the other one as well."""
        try:
            self._loop(self.serve)
        finally:
            self._deserted = not self._stopping.is_set()
            self.stop()

    def _loop(self, step: Callable[[], bool]) -> None:
        """Repeat a step until stopped, with a short wait whenever there was nothing to do."""
        while not self._stopping.is_set():
            try:
                close_old_connections()
                busy, wait = step(), IDLE_SECONDS
            except (OperationalError, InterfaceError) as error:
                logger.warning("The database does not answer; trying again: %s", type(error))
                connection.close()
                busy, wait = False, AWAY_SECONDS
            except Exception:
                logger.exception("The worker's step failed; trying again")
                busy, wait = False, AWAY_SECONDS
            if not busy:
                self._stopping.wait(wait)
        connection.close()


def enqueue_recurring(*, at: datetime) -> int:
    """Enqueue the recurring tasks whose slots have begun, unless others did; return how many."""
    reached = dict(Schedule.objects.values_list("name", "slot"))
    begun = [each for each in recurring_tasks() if reached.get(each.name, EPOCH) < each.slot(at)]
    return sum(_enqueue_once(each, slot=each.slot(at)) for each in begun)


def _enqueue_once(recurring: Recurring, *, slot: datetime) -> bool:
    with transaction.atomic():
        first = Schedule(name=recurring.name, slot=EPOCH)
        Schedule.objects.bulk_create([first], ignore_conflicts=True)
        mine = Schedule.objects.filter(name=recurring.name, slot__lt=slot).update(slot=slot)
        if mine:
            recurring.task.enqueue()
    return bool(mine)
