"""The site as a Django app, so that its templates, static files and checks are found."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The face of Guildmark; it owns no tables."""

    name = "guildmark.site"
    label = "site"
    verbose_name = "Site"

    def ready(self) -> None:
        """Register the deployment checks."""
        from . import checks  # noqa: F401, PLC0415 - checks register themselves on import
