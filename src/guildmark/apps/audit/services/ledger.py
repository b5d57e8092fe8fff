"""The sequencer: puts pending entries into the ledger's tree and signs what has become of it.

One process at a time sequences, under the row lock of the head. Entries, hashes, checkpoint and
head are written in one transaction, so a killed sequencer leaves nothing half done, and no two
checkpoints can contradict each other.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import (
    Checkpoint,
    LedgerEntry,
    LedgerHead,
    LedgerPending,
)
from guildmark.apps.audit.nodes import StoredNodes
from guildmark.apps.institute.queries import institute, is_founded
from guildmark.apps.keys.queries import KeyPurpose, active_key, has_active_key
from guildmark.apps.keys.services import KeyExists, create_key, sign
from guildmark.cores import ledger as tree

BATCH = 500


def sequence_pending(*, at: datetime, limit: int = BATCH) -> int:
    """Put up to `limit` pending entries into the ledger and sign a checkpoint; return how many.

    Makes the signing key when there is none. Does nothing before the institute is founded, whose
    origin names the ledger, and nothing while another process sequences.
    """
    if not LedgerPending.objects.exists() or not is_founded():
        return 0
    _ensure_key(at)
    with transaction.atomic():
        if (head := _locked_head()) is None:
            return 0
        pending = list(LedgerPending.objects.order_by("pk")[:limit])
        if pending:
            _integrate(head, pending, at=at)
    return len(pending)


def ledger_origin() -> str:
    """Return the name of the ledger: the institute's host, and /ledger."""
    return f"{urlsplit(institute().origin).netloc}/ledger"


def _ensure_key(at: datetime) -> None:
    if has_active_key(KeyPurpose.LEDGER):
        return
    try:
        create_key(purpose=KeyPurpose.LEDGER, actor=SYSTEM, at=at)
    except KeyExists:  # Another process was first.
        return


def _locked_head() -> LedgerHead | None:
    LedgerHead.objects.bulk_create([LedgerHead(pk=1)], ignore_conflicts=True)
    return LedgerHead.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _integrate(head: LedgerHead, pending: Sequence[LedgerPending], *, at: datetime) -> None:
    leaves = [bytes(each.leaf) for each in pending]
    grown = tree.append(
        StoredNodes(), size=head.size, leaf_hashes=[tree.leaf_hash(leaf) for leaf in leaves]
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(index=index, event_id=each.event_id, leaf=leaf)
        for index, (each, leaf) in enumerate(zip(pending, leaves, strict=True), start=head.size)
    )
    LedgerPending.objects.filter(pk__in=[each.pk for each in pending]).delete()
    head.size = grown.size
    head.save(update_fields=["size"])
    _sign(grown, at=at)


def _sign(head: tree.TreeHead, *, at: datetime) -> None:
    key = active_key(KeyPurpose.LEDGER)
    origin = ledger_origin()
    note = tree.sign_checkpoint(
        tree.Checkpoint(origin, head.size, head.root),
        key=tree.VerifierKey(origin, bytes(key.public)),
        sign=lambda message: sign(purpose=KeyPurpose.LEDGER, message=message).value,
    )
    Checkpoint.objects.create(
        size=head.size, root=head.root, origin=origin, kid=key.kid, note=note, made_at=at
    )
