"""What the worker does for contributions."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from guildmark.apps.audit.jobs import recurring

from . import services


@recurring(every=timedelta(hours=6), name="contributions: tell what is overdue")
@task
def escalate() -> int:
    """Tell everybody who can help of what waits for longer than was promised."""
    return services.escalate(at=timezone.now())
