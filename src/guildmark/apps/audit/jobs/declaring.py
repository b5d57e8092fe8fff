"""How a context declares its tasks: with the tasks API, and these additions to it.

`@task(transactional=False, max_attempts=3)` sets the fields of `JobTask`. By default a task runs
in one transaction together with the mark that it is done, so what it does in the database happens
exactly once, even when the worker is killed. A task that does something outside the database, or
takes longer than seconds, is declared with `transactional=False`; it may run again after it was
interrupted, and must be written so that this does no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django_tasks.base import Task, TaskContext

from guildmark.apps.audit.models import Job
from guildmark.apps.audit.services import jobs

P = ParamSpec("P")
T = TypeVar("T")
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
MAX_ATTEMPTS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask(Task[P, T]):
    """A task with what our worker knows beside the tasks API."""

    transactional: bool = True
    max_attempts: int = MAX_ATTEMPTS
    key: str | None = None


@dataclass(frozen=True)
class Recurring:
    """A task without arguments that is enqueued once in each slot of time."""

    name: str
    every: timedelta
    task: Task[[], Any]

    def slot(self, at: datetime) -> datetime:
        """Return the beginning of the slot that `at` lies in."""
        return EPOCH + (at - EPOCH) // self.every * self.every


_recurring: dict[str, Recurring] = {}


def keyed(task: Task[P, T], *, key: str) -> Task[P, T]:
    """Return the task with an idempotency key: enqueued again with it, the same job comes back."""
    if not isinstance(task, JobTask):
        raise TypeError(f"{task.module_path} does not run on the job backend, which knows keys.")
    return replace(task, key=key)


def recurring(*, every: timedelta, name: str) -> Callable[[Task[[], T]], Task[[], T]]:
    """Have a task enqueued once in each slot of `every`, by whichever worker comes first.

    Slots are counted from midnight UTC; those missed while no worker ran are passed over. Put it
    above `@task`. Raises ValueError when the name belongs to another task.
    """

    def register(task: Task[[], T]) -> Task[[], T]:
        known = _recurring.setdefault(name, Recurring(name, every, task))
        if known.task is not task:
            raise ValueError(f'There is already a recurring task called "{name}".')
        return task

    return register


def recurring_tasks() -> list[Recurring]:
    """Return every recurring task, by name."""
    return [_recurring[name] for name in sorted(_recurring)]


def report_progress(context: TaskContext, percent: int, message: str = "") -> None:
    """Let pages that wait for the job know how far it is; for tasks with `transactional=False`.

    Raises `LeaseLost` when another worker has taken the job over, and RuntimeError inside a
    transaction, where nobody else could see it.
    """
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("Progress cannot be seen from inside a transaction: report it outside.")
    attempt = Job(pk=context.task_result.id, attempts=context.attempt)
    jobs.report_progress(attempt, percent=percent, message=message)
