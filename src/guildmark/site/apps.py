"""The site as a Django app, so that its templates, static files and checks are found."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    """The face of Guildmark; it owns no tables."""

    name = "guildmark.site"
    label = "site"
    verbose_name = "Site"

    def ready(self) -> None:
        """Register checks and ways in, and let migrations make the cache's table."""
        from . import checks, doors, installation_checks  # noqa: F401, PLC0415 - they register

        doors.register()

        # Django sends this signal only for apps with tables, which the site has not.
        sender = apps.get_app_config("institute")
        post_migrate.connect(_make_cache_table, sender=sender, dispatch_uid="site.cache_table")


def _make_cache_table(*, using: str, verbosity: int = 0, **_: Any) -> None:
    """Make the table that holds the cache; harmless when it is there."""
    call_command("createcachetable", database=using, verbosity=max(0, verbosity - 1))
