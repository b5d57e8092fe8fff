"""Mail as a Django app."""

from django.apps import AppConfig

from guildmark.apps.accounts import slots as accounts


class MailConfig(AppConfig):
    """Messages that leave the house, preferences and digests."""

    name = "guildmark.apps.mail"
    label = "mail"
    verbose_name = "Mail"

    def ready(self) -> None:
        """Register receivers and the doctor's checks, and what happens to mail with an account."""
        from . import checks, providers, receivers  # noqa: F401, PLC0415 - models must be loaded

        accounts.personal_data.register(providers.personal_data, name="mail")
        accounts.account_closing.register(providers.close_account, name="mail")
