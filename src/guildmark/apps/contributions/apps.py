"""What practitioners send in, as a Django app."""

from django.apps import AppConfig

from guildmark.apps.accounts.slots import (
    account_closing,
    desk_sections,
    home_doors,
    navigation_entries,
    personal_data,
)
from guildmark.apps.assignments.slots import subjects
from guildmark.apps.cases.slots import case_kinds
from guildmark.apps.institute.slots import programme_sections
from guildmark.apps.practitioners.slots import profile_sections
from guildmark.apps.standard.slots import requirement_actions, requirement_panels

from .slots import ways_to_contribute


class ContributionsConfig(AppConfig):
    """Feedback, messages to the institute, the queue, and the advisory page."""

    name = "guildmark.apps.contributions"
    label = "contributions"
    verbose_name = "Contributions"

    def ready(self) -> None:
        """Fill the places that pages and programme files keep for contributions."""
        from . import contests, programme, providers, receivers  # noqa: F401, PLC0415 - models must be loaded

        case_kinds.register(contests.CONTEST, name=contests.CONTEST.name)
        subjects.register(contests.SUBJECT, name=contests.SUBJECT.name)
        programme_sections.register(programme.SECTION, name="contributions", order=40)
        home_doors.register(providers.doors, name="contributions", order=15)
        navigation_entries.register(providers.advisory_link, name="advisory", order=15)
        navigation_entries.register(providers.link, name="contributions", order=25)
        requirement_actions.register(providers.requirement_actions, name="feedback", order=10)
        requirement_panels.register(providers.requirement_panel, name="feedback", order=10)
        desk_sections.register(providers.waiting, name="contributions waiting", order=15)
        desk_sections.register(providers.undecidable, name="contributions undecidable", order=5)
        desk_sections.register(providers.mine, name="contributions", order=30)
        ways_to_contribute.register(providers.ways, name="contributions", order=10)
        profile_sections.register(providers.profile_section, name="contributions", order=10)
        personal_data.register(providers.personal_data, name="contributions")
        account_closing.register(providers.close_account, name="contributions")
