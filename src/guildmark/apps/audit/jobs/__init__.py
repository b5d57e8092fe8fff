"""Background jobs: the backend of the tasks API, what tasks may declare, and the worker."""

from .backend import JobBackend
from .declaring import JobTask, keyed, recurring, recurring_tasks, report_progress

__all__ = ["JobBackend", "JobTask", "keyed", "recurring", "recurring_tasks", "report_progress"]
