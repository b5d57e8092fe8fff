"""The sequencer, the ledger's addresses and pages, and the independent checker against them."""

import base64
import json
import subprocess
import sys
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from guildmark.apps.audit import queries, services
from guildmark.apps.audit.models import Checkpoint, Event, LedgerEntry, LedgerHead, LedgerPending
from guildmark.apps.audit.services.events import leaf_of
from guildmark.apps.keys.services import rotate_key
from guildmark.apps.keys.states import KeyPurpose
from guildmark.cores import ledger as tree
from tests.apps.audit.wall import Painted, Washed, record

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[3] / "docs" / "how-to" / "check_ledger.py"
ORIGIN = "institute.example/ledger"
BAD, MISSING = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND


@pytest.fixture
def grown(institute: None, at: datetime) -> list[Checkpoint]:
    """A ledger that grew in three steps: the founding and the key, one entry, three entries."""
    services.sequence_pending(at=at)
    for paintings in (0, 1, 3):
        for _ in range(paintings):
            record(Painted("red"), subject="tests.wall:secret", at=at, reason="A secret reason.")
        services.sequence_pending(at=at)
    return list(Checkpoint.objects.order_by("size"))


def opened(checkpoint: Checkpoint) -> tree.Checkpoint:
    return tree.open_checkpoint(
        checkpoint.note, keys=queries.verifier_keys(), origin=checkpoint.origin
    )


def hashes(document: dict[str, object]) -> list[bytes]:
    listed = document["hashes"]
    assert isinstance(listed, list)
    return [base64.b64decode(each) for each in listed]


def test_nothing_is_signed_before_the_institute_is_founded(at: datetime) -> None:
    record(Painted("red"), subject="a", at=at)
    assert services.sequence_pending(at=at) == 0
    assert LedgerPending.objects.count() == 1


def test_each_batch_ends_in_a_signed_checkpoint(grown: list[Checkpoint]) -> None:
    sizes = [checkpoint.size for checkpoint in grown]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == LedgerHead.objects.get().size == LedgerEntry.objects.count() == 6
    assert not LedgerPending.objects.exists()
    for checkpoint in grown:
        assert opened(checkpoint).origin == ORIGIN
        assert opened(checkpoint).size == checkpoint.size
        assert opened(checkpoint).root == bytes(checkpoint.root)


def test_sequencing_again_changes_nothing(grown: list[Checkpoint], at: datetime) -> None:
    assert services.sequence_pending(at=at) == 0
    assert Checkpoint.objects.count() == len(grown)


def test_the_limit_makes_several_batches(institute: None, at: datetime) -> None:
    for _ in range(5):
        record(Painted("red"), subject="a", at=at)
    taken = [services.sequence_pending(at=at, limit=3) for _ in range(4)]
    assert taken == [3, 3, 1, 0]


def test_events_outside_the_ledger_stay_outside(grown: list[Checkpoint], at: datetime) -> None:
    record(Washed(), subject="a", at=at)
    assert services.sequence_pending(at=at) == 0


def test_an_entry_opens_with_its_salts_and_stays_when_they_are_gone(
    grown: list[Checkpoint],
) -> None:
    entry = LedgerEntry.objects.select_related("event__detail").last()
    assert entry is not None
    assert leaf_of(entry.event, entry.event.detail) == bytes(entry.leaf)
    services.forget("tests.wall:secret")
    proof = queries.inclusion_proof(index=entry.index, size=6)
    tree.verify_inclusion(
        leaf_hash=tree.leaf_hash(proof.leaf),
        index=entry.index,
        size=6,
        proof=proof.hashes,
        root=opened(grown[-1]).root,
    )


def test_a_new_key_signs_the_next_checkpoint_and_the_old_ones_stay_good(
    grown: list[Checkpoint], at: datetime
) -> None:
    old = queries.current_verifier_key()
    rotate_key(purpose=KeyPurpose.LEDGER, actor=None, at=at, reason="Two years are over.")
    assert services.sequence_pending(at=at) == 1
    assert queries.current_verifier_key() != old
    for checkpoint in Checkpoint.objects.all():
        opened(checkpoint)


def test_checkpoint_and_key_are_served_as_plain_text(
    grown: list[Checkpoint], client: Client
) -> None:
    note = client.get("/ledger/checkpoint")
    key = client.get("/ledger/vkey")
    assert note["Content-Type"] == key["Content-Type"] == "text/plain; charset=utf-8"
    vkey = tree.VerifierKey.parse(key.content.decode().strip())
    assert tree.open_checkpoint(note.content, keys=[vkey], origin=ORIGIN).size == 6


def test_every_entry_is_proven_in_every_signed_tree(
    grown: list[Checkpoint], client: Client
) -> None:
    for checkpoint in grown:
        for index in range(checkpoint.size):
            query = {"index": index, "size": checkpoint.size}
            document = client.get("/ledger/proof/inclusion", query).json()
            leaf = base64.b64decode(document["leaf"])
            assert json.loads(leaf)["v"] == 1
            tree.verify_inclusion(
                leaf_hash=tree.leaf_hash(leaf),
                index=document["index"],
                size=document["size"],
                proof=hashes(document),
                root=bytes(checkpoint.root),
            )


def test_every_signed_tree_continues_those_before_it(
    grown: list[Checkpoint], client: Client
) -> None:
    for old in grown:
        for new in (each for each in grown if each.size >= old.size):
            query = {"old": old.size, "new": new.size}
            document = client.get("/ledger/proof/consistency", query).json()
            tree.verify_consistency(
                old_size=document["old"],
                old_root=bytes(old.root),
                new_size=document["new"],
                new_root=bytes(new.root),
                proof=hashes(document),
            )


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("inclusion?index=0", BAD, "“size” must be given"),
        ("inclusion?index=x&size=2", BAD, "“index” must be given"),
        ("inclusion?index=-1&size=2", BAD, "“index” must be given"),
        ("inclusion?index=1&size=9999999999999999999", BAD, "“size” must be given"),
        ("inclusion?index=2&size=2", MISSING, "numbers begin with 0"),
        ("inclusion?index=0&size=999999999999999999", MISSING, "has 6 entries now"),
        ("consistency?old=3&new=2", MISSING, "must not be larger"),
        ("consistency?old=3&new=7", MISSING, "has 6 entries now"),
        ("consistency?old=²&new=7", BAD, "“old” must be given"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(
    grown: list[Checkpoint], client: Client, address: str, status: HTTPStatus, says: str
) -> None:
    answer = client.get(f"/ledger/proof/{address}")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code == status
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("address", ["checkpoint", "vkey"])
def test_an_empty_ledger_says_so(client: Client, address: str) -> None:
    answer = client.get(f"/ledger/{address}")
    assert answer.status_code == MISSING
    assert "no entries yet" in answer.json()["detail"]


def test_the_ledger_page_shows_what_is_public_and_nothing_else(
    grown: list[Checkpoint], client: Client
) -> None:
    page = client.get(reverse("audit:ledger")).content.decode()
    assert ORIGIN in page
    assert "tests:wall:painted" in page
    assert "red" in page
    for secret in ("somebody", "tests.wall:secret", "A secret reason"):
        assert secret not in page
    for event in Event.objects.all():
        assert str(event.actor) not in page


def test_the_ledger_page_can_be_narrowed_to_one_kind(
    grown: list[Checkpoint], client: Client
) -> None:
    answer = client.get(reverse("audit:ledger"), {"kind": "keys:key:created"})
    assert [entry.name for entry in answer.context["entries"]] == ["keys:key:created"]
    unknown = client.get(reverse("audit:ledger"), {"kind": "no:such:kind"})
    assert len(unknown.context["entries"]) == 6


def test_people_read_titles_and_labels_with_the_technical_name_beside(
    grown: list[Checkpoint], client: Client
) -> None:
    painted = LedgerEntry.objects.filter(event__name="tests:wall:painted").earliest("index")
    page = client.get(reverse("audit:ledger")).text
    assert "Wall painted (tests:wall:painted)</option>" in page
    assert "Key made (keys:key:created)</option>" in page
    for text in (page, client.get(reverse("audit:entry", args=[painted.index])).text):
        assert "Wall painted <small><code>tests:wall:painted</code></small>" in text
        assert "Shade" in text
        assert "colour" not in text


def test_truth_is_written_as_yes_or_no(institute: None, at: datetime) -> None:
    services.sequence_pending(at=at)
    founded = queries.ledger_entries(name="institute:institute:founded").get()
    assert queries.public_entry(founded).details[-1] == ("Web address fixed", "no")


def test_a_field_without_a_value_is_left_out(institute: None, at: datetime) -> None:
    record(Painted("red", painter=""), subject="a", at=at)
    record(Painted(""), subject="b", at=at)
    services.sequence_pending(at=at)
    entries = queries.ledger_entries(name="tests:wall:painted")
    assert [queries.public_entry(each).details for each in entries] == [[], [("Shade", "red")]]


def test_every_kind_in_the_ledger_has_a_title_of_its_own() -> None:
    titles = [str(title) for title in queries.ledger_event_titles().values()]
    assert len(set(titles)) == len(titles) > 5


def test_many_entries_come_in_pages(institute: None, at: datetime, client: Client) -> None:
    for number in range(30):
        record(Painted("red"), subject=f"a{number}", at=at + timedelta(seconds=number))
    services.sequence_pending(at=at)
    second = client.get(reverse("audit:ledger"), {"page": 2})
    assert [entry.index for entry in second.context["entries"]] == list(range(6, -1, -1))


def test_an_entry_page_shows_its_bytes_and_its_proof(
    grown: list[Checkpoint], client: Client
) -> None:
    answer = client.get(reverse("audit:entry", args=[2]))
    page = answer.content.decode()
    for sibling in queries.inclusion_proof(index=2, size=6).hashes:
        assert sibling.hex() in page
    assert answer.context["leaf"] == bytes(LedgerEntry.objects.get(index=2).leaf).decode()


@pytest.mark.parametrize("index", [6, 10**18])
def test_an_entry_that_is_not_there_is_not_found(
    grown: list[Checkpoint], client: Client, index: int
) -> None:
    assert client.get(f"/ledger/entry/{index}/").status_code == MISSING


def test_an_empty_ledger_has_a_page(client: Client) -> None:
    assert client.get(reverse("audit:ledger")).status_code == HTTPStatus.OK


def test_a_script_written_from_the_specifications_alone_finds_that_everything_holds(
    grown: list[Checkpoint], client: Client, tmp_path: Path
) -> None:
    old, new = grown[0], grown[-1]
    vkey = client.get("/ledger/vkey").content.decode().strip()
    (tmp_path / "old").write_text(old.note)
    for name, address in {
        "new": "checkpoint",
        "inclusion": f"proof/inclusion?index=1&size={new.size}",
        "consistency": f"proof/consistency?old={old.size}&new={new.size}",
    }.items():
        (tmp_path / name).write_bytes(client.get(f"/ledger/{address}").content)
    command = [
        sys.executable, str(SCRIPT), "--vkey", vkey, "--checkpoint", "new",
        "--inclusion", "inclusion", "--index", "1",
        "--old-checkpoint", "old", "--consistency", "consistency",
    ]  # fmt: skip
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "Everything holds." in checked.stdout
