"""The backend of the tasks API that keeps jobs in the database."""

from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json

from guildmark.apps.audit.models import Job
from guildmark.apps.audit.services import jobs
from guildmark.apps.audit.states import JobState

from .declaring import MAX_ATTEMPTS, JobTask

P = ParamSpec("P")
T = TypeVar("T")
STATUS = {
    JobState.READY: TaskResultStatus.READY,
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.DONE: TaskResultStatus.SUCCESSFUL,
    JobState.DEAD: TaskResultStatus.FAILED,
}


class JobBackend(BaseTaskBackend):
    """Jobs are rows, written in the transaction that asks for them, for `guildmark worker`."""

    task_class = JobTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Keep a job for the task. Raises TypeError for arguments that are not JSON."""
        self.validate_task(task)
        at = timezone.now()
        draft = Job(
            task=task.module_path,
            args=normalize_json(list(args)),
            kwargs=normalize_json(dict(kwargs)),
            queue=task.queue_name,
            priority=task.priority,
            run_after=task.run_after or at,
            max_attempts=task.max_attempts if isinstance(task, JobTask) else MAX_ATTEMPTS,
            key=task.key if isinstance(task, JobTask) else None,
            enqueued_at=at,
        )
        job = jobs.keep_job(draft)
        result: TaskResult[T] = result_of(job, task, alias=self.alias)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return how a job stands. Raises `TaskResultDoesNotExist`."""
        try:
            job = Job.objects.get(pk=UUID(result_id))
        except (Job.DoesNotExist, ValueError) as error:
            raise TaskResultDoesNotExist(result_id) from error
        return result_of(job, task_of(job), alias=self.alias)


def task_of(job: Job) -> Task[..., Any]:
    """Return the task that a job runs; raises ImportError or TypeError when it is gone."""
    found = import_string(job.task)
    if not isinstance(found, Task):
        raise TypeError(f"{job.task} is no task.")
    return found


def result_of(job: Job, task: Task[..., Any], *, alias: str) -> TaskResult[Any]:
    """Return a job in the terms of the tasks API."""
    result: TaskResult[Any] = TaskResult(
        task=task,
        id=str(job.pk),
        status=STATUS[JobState(job.state)],
        enqueued_at=job.enqueued_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        last_attempted_at=job.attempted_at,
        args=job.args,
        kwargs=job.kwargs,
        backend=alias,
        errors=[_error(each) for each in job.errors],
        worker_ids=job.workers,
    )
    object.__setattr__(result, "_return_value", job.result)
    return result


def _error(failure: dict[str, Any]) -> TaskError:
    return TaskError(
        exception_class_path=failure["exception"], traceback="\n".join(failure["places"])
    )
