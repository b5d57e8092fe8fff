"""What follows from events of other contexts."""

from django.utils import timezone
from django.utils.translation import gettext as _

from guildmark.apps.audit.events import SYSTEM, Recorded, receives
from guildmark.apps.cases.events import CaseDecided
from guildmark.apps.cases.states import Outcome

from . import services


@receives(CaseDecided, name="contributions:contest-decided")
def contest_decided(recorded: Recorded[CaseDecided]) -> None:
    """Look at a contribution again where a contest was upheld."""
    event = recorded.event
    if event.kind != services.CASE_KIND or event.subject_kind != services.SUBJECT_KIND:
        return
    services.carry_out(
        event.subject_id,
        upheld=event.outcome != Outcome.NOT_UPHELD,
        why=_("A contest of the decision was upheld. Other people look at it again."),
        actor=SYSTEM,
        at=timezone.now(),
    )
