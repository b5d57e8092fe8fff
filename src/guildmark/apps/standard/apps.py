"""The standard as a Django app."""

from django.apps import AppConfig

from guildmark.apps.accounts.slots import home_doors, navigation_entries
from guildmark.apps.institute.slots import programme_sections


class StandardConfig(AppConfig):
    """Frameworks, editions, domains, requirements and their lineage."""

    name = "guildmark.apps.standard"
    label = "standard"
    verbose_name = "Standard"

    def ready(self) -> None:
        """Fill the places that pages and programme files keep for the standard."""
        from . import checks, providers  # noqa: F401, PLC0415 - models must be loaded

        programme_sections.register(providers.SECTION, name="standard", order=10)
        home_doors.register(providers.doors, name="standard", order=10)
        navigation_entries.register(providers.link, name="standard", order=10)
