"""A ledger that has grown for years is still extended, proven and examined."""

import random
from datetime import datetime

import pytest
from django.db import transaction

from guildmark.apps.audit import queries, services
from guildmark.apps.audit.checks import check_entries, check_events, check_tree
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import LedgerEntry
from guildmark.cores import ledger as tree
from tests.apps.audit.wall import Painted

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.timeout(1200)]

ENTRIES = 20_000
BATCH = 500


@pytest.mark.usefixtures("institute")
def test_twenty_thousand_entries_are_sequenced_proven_and_examined(at: datetime) -> None:
    for start in range(0, ENTRIES, BATCH):
        with transaction.atomic():
            for number in range(start, start + BATCH):
                services.record(
                    Painted("grey"), actor=SYSTEM, subject=f"tests.wall:{number % 97}", at=at
                )
        while services.sequence_pending(at=at):
            pass
    size = LedgerEntry.objects.count()
    assert size >= ENTRIES
    latest = queries.latest_checkpoint()
    assert latest is not None
    assert latest.size == size
    for index in random.Random(1).sample(range(size), 50):
        proven = queries.inclusion_proof(index=index, size=size)
        tree.verify_inclusion(
            leaf_hash=tree.leaf_hash(proven.leaf),
            index=index,
            size=size,
            proof=proven.hashes,
            root=bytes(latest.root),
        )
    for check in (check_events, check_entries, check_tree):
        assert list(check()) == []
