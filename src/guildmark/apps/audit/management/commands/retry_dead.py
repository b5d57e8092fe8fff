"""`guildmark retry-dead`: try again what was given up."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from guildmark.apps.audit import queries, services


class Command(BaseCommand):
    """Put dead jobs and dead deliveries back among those that wait."""

    help = (
        "Try the jobs and deliveries again that were given up, after the cause was mended. "
        "The worker takes them up at once."
    )

    def handle(self, **_: Any) -> None:
        """Retry all of them and say how many."""
        at = timezone.now()
        jobs = [services.retry_job(job, at=at) for job in queries.dead_jobs()]
        deliveries = [services.retry_delivery(one, at=at) for one in queries.dead_deliveries()]
        self.stdout.write(f"{len(jobs)} jobs and {len(deliveries)} deliveries wait again.")
