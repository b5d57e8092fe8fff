"""The registry as a Django app."""

from django.apps import AppConfig

from guildmark.apps.accounts.slots import (
    account_closing,
    desk_sections,
    home_doors,
    navigation_entries,
    personal_data,
)
from guildmark.apps.institute.slots import programme_sections

from .slots import consents


class CredentialsConfig(AppConfig):
    """Types of credentials, awards, changes of state, and verification."""

    name = "guildmark.apps.credentials"
    label = "credentials"
    verbose_name = "Credentials"

    def ready(self) -> None:
        """Register receivers and checks, and fill the places that others keep for credentials."""
        from . import checks, programme, providers, ready_triggers, receivers  # noqa: F401, PLC0415 - models first

        ready_triggers.connect(self)
        consents.register(providers.name_links, name="credentials links")
        programme_sections.register(programme.SECTION, name="credentials", order=20)
        home_doors.register(providers.doors, name="credentials", order=5)
        navigation_entries.register(providers.link, name="credentials", order=20)
        desk_sections.register(providers.held, name="credentials", order=10)
        desk_sections.register(providers.on_the_way, name="components passed", order=15)
        desk_sections.register(providers.waiting, name="credentials to decide", order=20)
        desk_sections.register(providers.asked, name="credentials asked for", order=21)
        personal_data.register(providers.personal_data, name="credentials")
        account_closing.register(providers.close_account, name="credentials")
