"""Audit as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    """Events and their delivery, the ledger, and jobs."""

    name = "guildmark.apps.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        """Listen below, put triggers back after migrations, and know every context's tasks."""
        from . import checks, immutability, receivers  # noqa: F401, PLC0415 - models come first

        immutability.connect(self)
        autodiscover_modules("tasks")
