"""Running one job: in its transaction, under a lease that a heartbeat renews."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks.base import Task, TaskContext
from django_tasks.utils import normalize_json

from guildmark.apps.audit.models import Job
from guildmark.apps.audit.services import jobs
from guildmark.apps.audit.services.failures import describe

from .backend import result_of, task_of
from .declaring import JobTask

logger = logging.getLogger(__name__)
BEATS_PER_LEASE = 3


class Heartbeat:
    """Renews the lease of a running job from a thread of its own, until the job is over.

    On SQLite a transactional job keeps all other writers waiting, the heartbeat and those who
    might take the job over alike, so nothing is lost by a beat that comes late.
    """

    def __init__(self, job: Job, *, lease: timedelta, clock: Callable[[], datetime]) -> None:
        self._job = Job(pk=job.pk, attempts=job.attempts)
        self._lease = lease
        self._clock = clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._lease.total_seconds() / BEATS_PER_LEASE):
            try:
                if not jobs.renew_lease(self._job, until=self._clock() + self._lease):
                    break
            except DatabaseError:
                logger.warning("The lease of job %s could not be renewed", self._job.pk)
                connection.close()
        connection.close()


@dataclass(frozen=True)
class JobRunner:
    """Takes due jobs under the worker's name and runs them one after the other."""

    worker: str
    lease: timedelta
    clock: Callable[[], datetime] = timezone.now

    def run_next(self) -> bool:
        """Run the most urgent job that is due; return whether there was one."""
        job = jobs.take_job(worker=self.worker, at=self.clock(), lease=self.lease)
        if job is None:
            return False
        with Heartbeat(job, lease=self.lease, clock=self.clock):
            self._attempt(job)
        return True

    def _attempt(self, job: Job) -> None:
        try:
            task = task_of(job)
            with _transaction_of(task):
                result = normalize_json(_call(task, job))
                jobs.finish_job(job, result=result, at=self.clock())
        except jobs.LeaseLost:
            logger.exception("Job %s (%s) took longer than its lease", job.pk, job.task)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # A task that calls sys.exit() has failed like any other.
            logger.exception("Job %s (%s) failed", job.pk, job.task)
            jobs.fail_job(job, failure=describe(error), at=self.clock())


@contextmanager
def _transaction_of(task: Task[..., Any]) -> Iterator[None]:
    if isinstance(task, JobTask) and not task.transactional:
        yield
        return
    with transaction.atomic():
        yield


def _call(task: Task[..., Any], job: Job) -> Any:
    if not task.takes_context:
        return task.call(*job.args, **job.kwargs)
    context = TaskContext(task_result=result_of(job, task, alias=task.backend))
    return task.call(context, *job.args, **job.kwargs)
