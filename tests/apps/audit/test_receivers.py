"""What lies below the events announces by signal; each announcement becomes one ledger event."""

from datetime import datetime

import pytest

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event, LedgerPending
from guildmark.apps.institute import services as institute
from guildmark.apps.keys import services as keys
from guildmark.apps.keys.states import KeyPurpose

pytestmark = pytest.mark.django_db

DESCRIPTION = {
    "code": "EX",
    "name": "Example programme",
    "version": "1.0",
    "summary": "What an example asks for.",
    "licence": "CC BY 4.0",
}


def recorded() -> list[str]:
    """The names of all events so far, each of which must wait for the ledger too."""
    events = Event.objects.order_by("pk")
    assert LedgerPending.objects.count() == events.count()
    return [event.name for event in events]


def found(at: datetime) -> None:
    institute.found_institute(
        name="Example Institute",
        origin="https://example.org",
        contact_email="office@example.org",
        actor=SYSTEM,
        at=at,
    )


def test_founding_and_changing_the_institute_are_told(at: datetime) -> None:
    found(at)
    institute.change_institute(actor=SYSTEM, at=at, tagline="A standard kept in the open.")
    assert recorded() == ["institute:institute:founded", "institute:institute:changed"]


def test_a_programme_is_told_when_it_changed_and_only_then(at: datetime) -> None:
    for _ in range(2):
        institute.describe_programme(DESCRIPTION, actor=SYSTEM, at=at)
    assert recorded() == ["institute:programme:described"]
    assert Event.objects.get().payload["version"] == "1.0"


def test_making_and_replacing_a_key_are_told_without_its_secret(at: datetime) -> None:
    first = keys.create_key(purpose=KeyPurpose.LEDGER, actor=SYSTEM, at=at)
    keys.rotate_key(purpose=KeyPurpose.LEDGER, actor=SYSTEM, at=at, reason="A yearly change.")
    assert recorded() == ["keys:key:created", "keys:key:rotated"]
    rotated = Event.objects.get(name="keys:key:rotated")
    assert rotated.payload["replaces"] == first.kid
    assert bytes(first.wrapped).hex() not in str(rotated.payload)
