"""Jobs, the workers that run them, and when recurring ones ran last."""

from uuid import uuid4

from django.db import models

from guildmark.apps.audit.states import JobState


class Job(models.Model):
    """A task to be run later, kept in the transaction that asked for it.

    While running, the job belongs to the worker that took it as attempt number `attempts`, until
    `lease_until`. `errors` name exceptions and places, never messages, which may hold secrets.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    task = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(max_length=50)
    priority = models.SmallIntegerField(default=0)
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - many have none
    state = models.CharField(max_length=10, default=JobState.READY.value)
    run_after = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField()
    lease_until = models.DateTimeField(null=True, blank=True)
    workers = models.JSONField(default=list)
    enqueued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    errors = models.JSONField(default=list)
    percent = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="job_state_is_known",
                condition=models.Q(state__in=[state.value for state in JobState]),
            ),
            models.CheckConstraint(
                name="job_percent_is_a_share", condition=models.Q(percent__lte=100)
            ),
            models.CheckConstraint(
                name="running_job_has_lease",
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "run_after"],
                name="job_ready",
                condition=models.Q(state="ready"),
            ),
            models.Index(
                fields=["lease_until"], name="job_running", condition=models.Q(state="running")
            ),
            models.Index(fields=["state", "finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.task} ({self.state})"


class Schedule(models.Model):
    """Up to which slot of time a recurring job has been enqueued."""

    name = models.CharField(max_length=100, primary_key=True)
    slot = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.slot:%Y-%m-%d %H:%M}"


class Worker(models.Model):
    """A worker process and when it was last seen alive."""

    name = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
