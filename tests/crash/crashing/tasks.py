"""A job that takes long enough to be killed in the middle of what it does."""

import time

from django.utils import timezone
from django_tasks import task

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.services import record
from tests.crash.crashing.events import Happened
from tests.crash.crashing.models import Effect

SECONDS = 0.1


@task(transactional=False)
def take_long(number: int, seconds: float) -> None:
    """Leave an effect at once, and then take longer than the lease."""
    Effect.objects.create(number=number)
    time.sleep(seconds)


@task(max_attempts=100)
def leave_effect(number: int, subject: str) -> None:
    """Leave an effect, wait, and record an event."""
    Effect.objects.create(number=number)
    time.sleep(SECONDS)
    record(Happened(number), actor=SYSTEM, subject=subject, at=timezone.now())
