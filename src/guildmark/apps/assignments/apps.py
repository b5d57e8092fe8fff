"""Relations and conflicts of interest as a Django app."""

from django.apps import AppConfig

from guildmark.apps.accounts.slots import account_closing, personal_data


class AssignmentsConfig(AppConfig):
    """Who can't act on what, and why."""

    name = "guildmark.apps.assignments"
    label = "assignments"
    verbose_name = "Assignments"

    def ready(self) -> None:
        """Fill the places that pages keep for conflicts of interest."""
        from . import providers  # noqa: PLC0415 - models must be loaded

        personal_data.register(providers.personal_data, name="assignments")
        account_closing.register(providers.close_account, name="assignments")
