"""Events of a wall, and receivers that write down what reaches them."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction

from guildmark.apps.audit import events, services
from guildmark.apps.audit.models import Event

REFUSED = "refused"


@dataclass(frozen=True)
class Painted(events.Event):
    """A wall was painted."""

    name: ClassVar[str] = "tests:wall:painted"
    title: ClassVar[str] = "Wall painted"
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("colour",)
    labels: ClassVar[dict[str, str]] = {"colour": "Shade"}
    colour: str
    painter: str = "somebody"


@dataclass(frozen=True)
class Washed(events.Event):
    """A wall was washed, of which the ledger does not tell."""

    name: ClassVar[str] = "tests:wall:washed"
    with_what: str = "water"


Arrived = list[tuple[str, int]]
seen: Arrived = []
refused: set[str] = set()
QUITTING = "quitting"


class Spilt(Exception):
    """The receiver could not do its work; its message is a secret."""


@events.receives(Washed, name="tests:dry")
def dry(recorded: events.Recorded[Washed]) -> None:
    """Write down what arrived, unless its subject is refused or ends the program."""
    if recorded.subject == QUITTING:
        sys.exit(1)
    if recorded.subject in refused:
        raise Spilt(f"secret {recorded.subject}")
    seen.append((recorded.subject, recorded.version))


def record(event: events.Event, *, subject: str, at: datetime, reason: str = "") -> Event:
    """Record an event in a transaction of its own."""
    with transaction.atomic():
        uuid = services.record(event, actor=None, subject=subject, at=at, reason=reason)
    return Event.objects.get(uuid=uuid)
