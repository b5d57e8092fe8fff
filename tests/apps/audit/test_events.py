"""Recording events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from guildmark.apps.audit import events, services
from guildmark.apps.audit.models import Event, EventDetail, LedgerPending
from guildmark.apps.audit.services.events import content_digest, details_digest
from tests.apps.audit.wall import Painted, Washed, record

pytestmark = pytest.mark.django_db


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Tiled(events.Event):
    name: ClassVar[str] = "tests:wall:tiled"
    title: ClassVar[str] = "Wall tiled"
    ledger: ClassVar[bool] = True
    colour: Colour = Colour.RED
    tiler: UUID = events.NOBODY
    rows: tuple[int, ...] = (1, 2)


def test_an_event_says_what_happened_to_what_when_by_whom_and_why(at: datetime) -> None:
    tiler = uuid4()
    with transaction.atomic():
        uuid = services.record(
            Tiled(tiler=tiler), actor=tiler, subject="tests.wall:1", at=at, reason="Dull."
        )
    row = Event.objects.get(uuid=uuid)
    assert (row.name, row.subject, row.version) == ("tests:wall:tiled", "tests.wall:1", 1)
    assert (row.actor, row.at, row.detail.reason) == (tiler, at, "Dull.")
    assert row.payload == {"colour": "red", "tiler": str(tiler), "rows": [1, 2]}
    assert Tiled.from_payload(row.payload) == Tiled(tiler=tiler)


def test_versions_count_the_events_of_one_subject(at: datetime) -> None:
    versions = [
        record(Washed(), subject=subject, at=at).version for subject in ("a", "a", "b", "a", "b")
    ]
    assert versions == [1, 2, 1, 3, 2]


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused(at: datetime) -> None:
    with pytest.raises(services.NotInTransaction, match=r"transaction\.atomic"):
        services.record(Washed(), actor=None, subject="a", at=at)


def test_a_rolled_back_event_leaves_no_gap(at: datetime) -> None:
    with transaction.atomic():
        services.record(Washed(), actor=None, subject="a", at=at)
        transaction.set_rollback(True)
    assert record(Washed(), subject="a", at=at).version == 1


def test_only_events_of_the_ledger_wait_for_it(at: datetime) -> None:
    tiled = record(Tiled(), subject="a", at=at)
    record(Washed(), subject="a", at=at)
    assert [pending.event for pending in LedgerPending.objects.all()] == [tiled]


def test_digests_hold_what_was_stored(at: datetime) -> None:
    row = record(Tiled(), subject="a", at=at, reason="Dull.")
    assert content_digest(row) == bytes(row.digest)
    assert details_digest(row, row.detail) == bytes(row.details_digest)
    row.payload["colour"] = "blue"
    assert content_digest(row) != bytes(row.digest)


def test_forgetting_a_person_erases_what_was_said_of_them_and_their_salts_but_no_event(
    at: datetime,
) -> None:
    person = uuid4()
    with transaction.atomic():
        services.record(Washed(), actor=person, subject="a", at=at, reason="Mine.")
        services.record(Washed(), actor=None, subject=person, at=at, reason="About me.")
        services.record(Washed(), actor=None, subject="a", at=at, reason="Another's.")
    assert services.forget(person) == 2
    kept = EventDetail.objects.order_by("event_id")
    assert [(each.reason, bool(each.actor_salt)) for each in kept] == [
        ("Mine.", False),
        ("Another's.", True),
    ]
    assert Event.objects.count() == 3
    assert services.forget(person) == 0


def test_two_classes_cannot_share_a_name() -> None:
    with pytest.raises(events.EventNameTaken):
        type("Other", (events.Event,), {"name": Washed.name})


@pytest.mark.parametrize(
    ("attributes", "refusal"),
    [
        ({"name": "painted"}, "context:subject:verb"),
        ({"name": "tests:wall:a", "public": ("nothing",)}, "do not exist"),
        ({"name": "tests:wall:c", "ledger": True}, "give it a title"),
        ({"name": "tests:wall:d", "labels": {"name": "Name"}}, "not public"),
        ({"name": "tests:wall:b", "__annotations__": {"reason": str}}, "may not be called"),
    ],
)
def test_a_malformed_declaration_is_refused(attributes: dict[str, object], refusal: str) -> None:
    with pytest.raises(TypeError, match=refusal):
        type("Wrong", (events.Event,), attributes)
    assert events.event_class(str(attributes["name"])) is None


def test_a_field_is_called_by_its_label_or_else_by_its_name_in_plain_words() -> None:
    assert Painted.label("colour") == "Shade"
    assert Painted.label("second_coat") == "Second coat"


def test_a_fraction_cannot_be_part_of_an_event(at: datetime) -> None:
    with pytest.raises(TypeError, match="whole number"):
        record(Tiled(colour=0.5), subject="a", at=at)  # type: ignore[arg-type]  # what is tested
