"""What the worker does for credentials."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from guildmark.apps.audit.jobs import recurring

from . import ready_answers, reminders, resolving

BEHIND_MAIL = -10
"""Anybody can have documents fetched, so the institute's own work goes first."""


@task(transactional=False, max_attempts=2, priority=BEHIND_MAIL)
def fetch_document(digest: str) -> bool:
    """Fetch a public document that somebody waits for; its address is in the cache, not here."""
    return resolving.fetch_asked(digest)


@recurring(every=timedelta(hours=1), name="credentials: ready answers")
@task(transactional=False)
def write_missing_answers() -> int:
    """Write the answers for verifiers that are not ready, such as after an upgrade."""
    return ready_answers.write_missing()


@recurring(every=timedelta(days=1), name="credentials: tell of ends")
@task
def tell_of_ends() -> int:
    """Tell holders whose credential ends soon."""
    return reminders.remind(at=timezone.now())
