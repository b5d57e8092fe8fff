"""Keeping, taking, finishing and giving up jobs.

A job belongs to whoever took it as attempt number `attempts`, while its lease lasts. Every later
step names that attempt, so a worker whose job was taken over cannot finish it any more.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.audit.models import Job, Worker
from guildmark.apps.audit.states import JOB, JobState

from .backoff import backoff
from .failures import Failure

KEEP_DONE = timedelta(days=14)
KEEP_WORKERS = timedelta(days=1)
CANDIDATES = 10


class LeaseLost(RuntimeError):
    """The job was taken over by another worker; what this one did must not count."""


class JobNotDead(ValueError):
    """Only a dead job can be tried again by hand."""


def keep_job(job: Job) -> Job:
    """Write a job in the present transaction, or return the one that has its `key` already."""
    if job.key is None:
        job.save(force_insert=True)
        return job
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return Job.objects.get(key=job.key)


def take_job(*, worker: str, at: datetime, lease: timedelta) -> Job | None:
    """Take the most urgent job that is due, or return None. Also frees jobs of silent workers."""
    release_expired(at=at)
    due = Job.objects.filter(state=JobState.READY, run_after__lte=at)
    for job in due.order_by("-priority", "run_after", "enqueued_at")[:CANDIDATES]:
        if _take(job, worker=worker, at=at, lease=lease):
            return job
    return None


def release_expired(*, at: datetime) -> int:
    """Put back jobs whose worker fell silent, or give up those tried too often; return how many."""
    expired = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=at)
    return sum(
        _end_attempt(job, Failure("the worker fell silent", ()), at=at, wait=timedelta())
        for job in expired
    )


def renew_lease(job: Job, *, until: datetime) -> bool:
    """Tell that the worker is alive; return whether the job is still its own."""
    return bool(_owned(job).update(lease_until=until))


def finish_job(job: Job, *, result: Any, at: datetime) -> Job:
    """Mark the job done. Raises `LeaseLost` when another worker has taken it over."""
    state = JOB.target(JobState.RUNNING, "finish")
    done = _owned(job).update(
        state=state, result=result, finished_at=at, lease_until=None, percent=100
    )
    if not done:
        raise LeaseLost(f"Job {job.id} was taken over after its lease had run out.")
    job.refresh_from_db()
    return job


def fail_job(job: Job, *, failure: Failure, at: datetime) -> Job:
    """Note a failed attempt: the job waits longer each time, and is dead after the last one."""
    _end_attempt(job, failure, at=at, wait=backoff(job.attempts))
    job.refresh_from_db()
    return job


def report_progress(job: Job, *, percent: int, message: str) -> None:
    """Note how far a job is, for pages that ask. Raises `LeaseLost`."""
    if not _owned(job).update(percent=percent, message=message[:200]):
        raise LeaseLost(f"Job {job.id} was taken over after its lease had run out.")


def retry_job(job: Job, *, at: datetime) -> Job:
    """Give a dead job as many attempts as it had before. Raises `JobNotDead`."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state != JobState.DEAD:
            raise JobNotDead(
                _("The job %(task)s is %(state)s; only a dead one can be tried again.")
                % {"task": job.task, "state": job.state}
            )
        job.state = JOB.target(job.state, "retry")
        job.max_attempts += job.attempts
        job.run_after, job.finished_at = at, None
        job.save(update_fields=["state", "max_attempts", "run_after", "finished_at"])
    return job


def forget_finished_jobs(*, at: datetime) -> int:
    """Delete jobs that were done two weeks ago; dead ones stay. Return how many."""
    old = Job.objects.filter(state=JobState.DONE, finished_at__lt=at - KEEP_DONE)
    return old.delete()[0]


def note_worker(*, name: str, started_at: datetime, at: datetime) -> None:
    """Note that a worker is alive, and forget those that have been silent for a day."""
    if not Worker.objects.filter(name=name).update(seen_at=at):
        Worker.objects.bulk_create(
            [Worker(name=name, started_at=started_at, seen_at=at)], ignore_conflicts=True
        )
        Worker.objects.filter(seen_at__lt=at - KEEP_WORKERS).delete()


def _owned(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def _take(job: Job, *, worker: str, at: datetime, lease: timedelta) -> bool:
    changes = {
        "state": JOB.target(job.state, "take"),
        "lease_until": at + lease,
        "attempted_at": at,
        "started_at": job.started_at or at,
        "workers": [*job.workers, worker],
        "percent": 0,
    }
    same = Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts)
    taken = same.update(**changes, attempts=job.attempts + 1)
    if taken:
        job.refresh_from_db()
    return bool(taken)


def _end_attempt(job: Job, failure: Failure, *, at: datetime, wait: timedelta) -> bool:
    last = job.attempts >= job.max_attempts
    return bool(
        _owned(job).update(
            state=JOB.target(JobState.RUNNING, "give up" if last else "put back"),
            run_after=at + wait,
            lease_until=None,
            finished_at=at if last else None,
            errors=[*job.errors, asdict(failure)],
        )
    )
