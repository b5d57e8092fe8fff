"""Audit as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    """Events and their delivery, the ledger, and jobs."""

    name = "guildmark.apps.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        """Have triggers put back after migrations, and know the tasks of every context."""
        from . import immutability  # noqa: PLC0415 - models are loaded by now

        immutability.connect(self)
        autodiscover_modules("tasks")
