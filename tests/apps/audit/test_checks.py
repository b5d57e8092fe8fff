"""What the doctor finds in events, ledger, deliveries and jobs."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.management import call_command
from django.utils import timezone

from guildmark.apps.audit import immutability
from guildmark.apps.audit.checks import DOCTOR
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import (
    Checkpoint,
    Delivery,
    Event,
    EventDetail,
    Job,
    LedgerEntry,
    LedgerNode,
    Worker,
)
from guildmark.apps.audit.services import forget, sequence_pending
from guildmark.apps.audit.services.events import content_digest
from guildmark.apps.audit.services.jobs import note_worker
from guildmark.apps.audit.states import DeliveryState, JobState
from tests.apps.audit import work
from tests.apps.audit.wall import Painted, Washed, record

pytestmark = pytest.mark.django_db
Tamper = Callable[[], object]


@pytest.fixture(autouse=True)
def sound(institute: None, at: datetime) -> None:
    """An installation in order: events, a ledger, a worker."""
    for colour in ("red", "green", "blue"):
        record(Painted(colour), subject="a", at=at, reason="Why not.")
    record(Washed(), subject="a", at=at)
    sequence_pending(at=at)
    sequence_pending(at=at)
    note_worker(name="tests", started_at=at, at=timezone.now())


def findings() -> dict[str, CheckMessage]:
    found = run_checks(tags=[DOCTOR], include_deployment_checks=True, databases=["default"])
    ours = ("guildmark.audit", "guildmark.keys")
    return {str(each.id): each for each in found if str(each.id).startswith(ours)}


def test_a_sound_installation_gives_no_cause_for_complaint() -> None:
    assert findings() == {}


def test_only_the_doctor_looks() -> None:
    immutability.uninstall()
    assert not [each for each in run_checks(databases=["default"]) if "audit" in str(each.id)]
    assert not run_checks(tags=[DOCTOR], include_deployment_checks=True)


def test_erased_details_give_no_cause_for_complaint() -> None:
    forget("a")
    forget(SYSTEM.actor_id)
    assert findings() == {}


def test_a_missing_trigger_is_found() -> None:
    immutability.uninstall()
    found = findings()
    assert list(found) == ["guildmark.audit.E001"]
    assert "audit_event" in found["guildmark.audit.E001"].msg


def altered(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


def alter_event() -> None:
    event = Event.objects.filter(name=Painted.name).first()
    assert event is not None
    event.payload["colour"] = "black"
    event.save()


def alter_time() -> None:
    event = Event.objects.filter(name=Painted.name).first()
    assert event is not None
    event.at = timezone.now()
    event.save()


def alter_reason() -> None:
    event = Event.objects.filter(name=Washed.name).get()
    event.detail.reason = "Another."
    event.detail.save()


def alter_leaf() -> None:
    entry = LedgerEntry.objects.get(index=1)
    entry.leaf = altered(bytes(entry.leaf))
    entry.save()


def alter_node() -> None:
    node = LedgerNode.objects.get(level=1, index=0)
    node.hash = altered(bytes(node.hash))
    node.save()


def remove_events() -> None:
    Delivery.objects.all().delete()
    EventDetail.objects.filter(event__name=Washed.name).delete()
    Event.objects.filter(name=Washed.name).delete()


def remove_entries() -> None:
    LedgerEntry.objects.all().delete()


def remove_last_entry() -> None:
    LedgerEntry.objects.order_by("-index")[:1].get().delete()


def alter_checkpoint() -> None:
    checkpoint = Checkpoint.objects.order_by("-size")[:1].get()
    checkpoint.note = checkpoint.note.replace("\n5\n", "\n4\n")
    checkpoint.save()


def remove_checkpoints() -> None:
    Checkpoint.objects.all().delete()


@pytest.mark.parametrize(
    ("tamper", "numbers"),
    [
        (alter_event, {"E002"}),
        (alter_time, {"E002", "E003"}),
        (alter_reason, {"E002"}),
        (alter_leaf, {"E003", "E004"}),
        (alter_node, {"E004"}),
        (remove_last_entry, {"E004"}),
        (remove_entries, {"E004"}),
        (remove_events, {"E007"}),
        (alter_checkpoint, {"E004"}),
        (remove_checkpoints, {"E004"}),
    ],
)
def test_whatever_is_changed_past_the_program_is_found(tamper: Tamper, numbers: set[str]) -> None:
    immutability.uninstall()
    tamper()
    immutability.install()
    found = findings()
    assert set(found) == {f"guildmark.audit.{number}" for number in numbers}
    assert all(message.hint for message in found.values())


def forget_subject() -> None:
    forget("a")


def forget_actor() -> None:
    forget(SYSTEM.actor_id)


def rewrite_time(event: Event) -> None:
    event.at = timezone.now()


def rewrite_name(event: Event) -> None:
    event.name = Washed.name


def rewrite_identity(event: Event) -> None:
    event.uuid = uuid4()


def rewrite_details(event: Event) -> None:
    event.payload["colour"] = "black"
    event.details_digest = altered(bytes(event.details_digest))


def shorten_details(event: Event) -> None:
    event.details_digest = b"short"


@pytest.mark.parametrize("erase", [forget_subject, forget_actor])
@pytest.mark.parametrize(
    "rewrite", [rewrite_time, rewrite_name, rewrite_identity, rewrite_details, shorten_details]
)
def test_an_event_whose_salts_are_erased_is_still_held_against_its_entry(
    erase: Callable[[], None], rewrite: Callable[[Event], None]
) -> None:
    erase()
    event = Event.objects.filter(name=Painted.name).earliest("pk")
    immutability.uninstall()
    rewrite(event)
    event.digest = content_digest(event)
    event.save()
    immutability.install()
    assert "guildmark.audit.E003" in findings()


def test_an_entry_that_is_no_json_is_found() -> None:
    forget("a")
    immutability.uninstall()
    LedgerEntry.objects.filter(index=1).update(leaf=b"[]")
    LedgerEntry.objects.filter(index=2).update(leaf=b"nonsense")
    immutability.install()
    assert "2 ledger entries" in findings()["guildmark.audit.E003"].msg


def test_an_altered_subject_is_found_although_the_actor_was_forgotten() -> None:
    forget(SYSTEM.actor_id)
    immutability.uninstall()
    event = Event.objects.filter(name=Painted.name).earliest("pk")
    event.subject, event.version = "z", 1
    event.digest = content_digest(event)
    event.save()
    immutability.install()
    assert "guildmark.audit.E003" in findings()


def test_a_dead_job_is_found_and_retried(at: datetime) -> None:
    work.fail.enqueue()
    Job.objects.update(state=JobState.DEAD, finished_at=at)
    assert "work.fail" in findings()["guildmark.audit.E005"].msg
    call_command("retry_dead")
    assert findings() == {}


def test_a_dead_delivery_is_found_and_retried() -> None:
    Delivery.objects.update(state=DeliveryState.DEAD)
    assert "tests:dry" in findings()["guildmark.audit.E006"].msg
    call_command("retry_dead")
    assert findings() == {}


def test_a_silent_worker_is_found(at: datetime) -> None:
    Worker.objects.update(seen_at=at)
    assert list(findings()) == ["guildmark.audit.W001"]
