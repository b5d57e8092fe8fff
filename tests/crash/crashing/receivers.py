"""Writes down which events arrived, in the order of their arrival."""

from guildmark.apps.audit.events import Recorded, receives
from tests.crash.crashing.events import Happened
from tests.crash.crashing.models import Arrival


@receives(Happened, name="tests:crash:arrivals")
def note_arrival(recorded: Recorded[Happened]) -> None:
    """Write an arrival down."""
    Arrival.objects.create(subject=recorded.subject, version=recorded.version)
