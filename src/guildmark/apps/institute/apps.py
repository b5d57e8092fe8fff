"""The institute as a Django app."""

from django.apps import AppConfig


class InstituteConfig(AppConfig):
    """Lowest of the contexts: everyone may ask what the institute is called and where it lives."""

    name = "guildmark.apps.institute"
    label = "institute"
    verbose_name = "Institute"

    def ready(self) -> None:
        """Let programme files bring the holidays."""
        from . import calendar  # noqa: PLC0415 - models must be loaded
        from .slots import programme_sections  # noqa: PLC0415 - as above

        programme_sections.register(calendar.SECTION, name="calendar", order=5)
