"""What audit does again and again."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from .jobs import recurring
from .services import jobs


@recurring(every=timedelta(days=1), name="audit:jobs:forget-finished")
@task
def forget_finished_jobs() -> int:
    """Delete jobs that were done two weeks ago."""
    return jobs.forget_finished_jobs(at=timezone.now())
