"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, sign-in and roles."""

    name = "guildmark.apps.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Listen to allauth, and fill this context's own places on the composed pages."""
        from . import providers, receivers, slots  # noqa: F401, PLC0415 - models must be loaded

        slots.home_doors.register(providers.doors, name="accounts", order=90)
        slots.navigation_entries.register(providers.people_link, name="accounts", order=90)
        slots.desk_sections.register(providers.desk_section, name="accounts", order=-10)
        slots.personal_data.register(providers.account_data, name="account", order=-10)
