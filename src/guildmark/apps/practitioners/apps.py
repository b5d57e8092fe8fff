"""Practitioners as a Django app."""

from django.apps import AppConfig

from guildmark.apps.accounts.slots import account_closing, desk_sections, personal_data
from guildmark.apps.institute.slots import programme_sections
from guildmark.apps.mail.slots import kinds


class PractitionersConfig(AppConfig):
    """Profiles, employers, experience, opt-ins and contributions of practitioners."""

    name = "guildmark.apps.practitioners"
    label = "practitioners"
    verbose_name = "Practitioners"

    def ready(self) -> None:
        """Fill the places that pages, mails and programme files keep for practitioners."""
        from . import notices, programme, providers  # noqa: PLC0415 - models must be loaded

        programme_sections.register(programme.SECTION, name="practitioners", order=30)
        desk_sections.register(providers.waiting, name="practitioners", order=15)
        desk_sections.register(providers.to_check, name="practitioners to check", order=25)
        desk_sections.register(providers.to_keep, name="employers to check", order=26)
        personal_data.register(providers.personal_data, name="practitioners")
        account_closing.register(providers.close_account, name="practitioners")
        kinds.register(notices.REFERENCE, name=notices.REFERENCE.name, order=10)
