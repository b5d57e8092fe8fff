"""Tasks that leave a trace in the database, fail, or report how far they are."""

import sys
from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django_tasks import TaskContext, task

from guildmark.apps.audit.jobs import recurring, report_progress

calls: list[str] = []


class Broken(Exception):
    """What a task raises; its message is a secret."""


@task
def add(left: int, right: int) -> int:
    """Return a sum."""
    return left + right


@task
def leave_trace(name: str) -> None:
    """Write a row and fail afterwards if the name says so."""
    calls.append(name)
    Session.objects.create(session_key=name, session_data="", expire_date=timezone.now())
    if name.startswith("broken"):
        raise Broken("secret")


@task(max_attempts=2)
def fail() -> None:
    """Fail always."""
    raise Broken("secret")


@task
def leave(code: int) -> None:
    """End the program, as a command does that was called from a task."""
    sys.exit(code)


@task(transactional=False, takes_context=True)
def report(context: TaskContext, fraction: int) -> bool:
    """Report progress, and return whether it ran in a transaction."""
    report_progress(context, fraction, "Half way.")
    return connection.in_atomic_block


@task(takes_context=True)
def report_inside(context: TaskContext) -> None:
    """Report progress from inside a transaction, which is refused."""
    report_progress(context, 50)


@task(takes_context=True)
def lose(context: TaskContext, name: str) -> None:
    """Write a row, while another worker takes the job over."""
    from guildmark.apps.audit.models import Job

    Session.objects.create(session_key=name, session_data="", expire_date=timezone.now())
    Job.objects.filter(pk=UUID(context.task_result.id)).update(attempts=2)


@recurring(every=timedelta(hours=1), name="tests:hourly")
@task
def hourly() -> None:
    """Run once an hour."""
    calls.append("hourly")
