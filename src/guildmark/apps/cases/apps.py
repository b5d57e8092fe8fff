"""Contests, appeals and complaints as a Django app."""

from django.apps import AppConfig

from guildmark.apps.accounts.slots import (
    account_closing,
    desk_sections,
    navigation_entries,
    personal_data,
)
from guildmark.apps.assignments.slots import subjects
from guildmark.apps.institute.slots import programme_sections


class CasesConfig(AppConfig):
    """Cases that independent people decide on."""

    name = "guildmark.apps.cases"
    label = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        """Fill the places that pages keep for cases."""
        from . import programme, providers  # noqa: PLC0415 - models must be loaded

        desk_sections.register(providers.waiting, name="cases to decide", order=16)
        programme_sections.register(programme.SECTION, name="cases", order=35)
        subjects.register(providers.SUBJECT, name=providers.SUBJECT.name)
        navigation_entries.register(providers.link, name="cases", order=30)
        desk_sections.register(providers.stuck, name="cases that wait for nobody", order=14)
        desk_sections.register(providers.own, name="cases", order=31)
        personal_data.register(providers.personal_data, name="cases")
        account_closing.register(providers.close_account, name="cases")
