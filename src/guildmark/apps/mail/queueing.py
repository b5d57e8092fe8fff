"""Asking the worker to send; apart from `tasks`, because the task calls the services that ask."""

from datetime import datetime
from typing import cast

from django.utils.module_loading import import_string
from django_tasks.base import Task


def enqueue_sending(message_pk: int, *, after: datetime | None = None) -> None:
    """Enqueue the job that sends a message, in the current transaction."""
    task = cast("Task[[int], None]", import_string("guildmark.apps.mail.tasks.send_message"))
    task.using(run_after=after).enqueue(message_pk)
