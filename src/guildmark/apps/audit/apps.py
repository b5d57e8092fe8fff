"""Audit as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Events and their delivery, the ledger, and jobs."""

    name = "guildmark.apps.audit"
    label = "audit"
    verbose_name = "Audit"
