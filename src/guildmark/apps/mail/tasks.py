"""What the worker does for mail."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from guildmark.apps.audit.jobs import recurring

from . import services
from .states import Frequency


@task(transactional=False)
def send_message(message_pk: int) -> None:
    """Hand one message to the transport; a mail can't be taken back, so in no transaction."""
    services.deliver(message_pk, at=timezone.now())


@recurring(every=timedelta(days=1), name="mail: daily digests")
@task(transactional=False)
def send_daily_digests() -> None:
    """Send what people want once a day; what an interrupted run has sent waits no more."""
    services.send_digests(Frequency.DAILY, at=timezone.now())


@recurring(every=timedelta(days=7), name="mail: weekly digests")
@task(transactional=False)
def send_weekly_digests() -> None:
    """Send what people want once a week, in the same way."""
    services.send_digests(Frequency.WEEKLY, at=timezone.now())


@recurring(every=timedelta(days=1), name="mail: forget old messages")
@task
def forget_old_messages() -> None:
    """Delete what ended long ago, and erase secrets that are no good any more."""
    services.forget_old(at=timezone.now())
