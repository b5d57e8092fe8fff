"""What the worker does for contributions."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from guildmark.apps.audit.jobs import recurring

from . import services


@recurring(every=timedelta(minutes=15), name="contributions: tell what nobody may decide on")
@task
def tell_undecidable() -> int:
    """Tell who grants roles of contributions on which everybody has a conflict of interest."""
    return services.tell_undecidable(at=timezone.now())


@recurring(every=timedelta(hours=6), name="contributions: tell what is overdue")
@task
def escalate() -> int:
    """Tell everybody who can help of what waits for longer than was promised."""
    return services.escalate(at=timezone.now())
