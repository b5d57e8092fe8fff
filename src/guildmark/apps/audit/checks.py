"""What the doctor looks at in events, ledger and jobs.

System checks with the tag `DOCTOR`, registered as deployment checks: see `keys.checks`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.db.models import Count
from django.utils import timezone

from guildmark.apps.keys.checks import DOCTOR
from guildmark.cores import ledger as tree

from . import immutability, queries
from .models import Event, EventDetail, LedgerEntry, LedgerNode, Subject
from .services.events import SALT_BYTES, content_digest, details_digest, leaf_of

__all__ = ["DOCTOR"]
SILENT = timedelta(seconds=60)
NAMED = 5
Examination = Callable[[], Iterator[CheckMessage]]


def examination(examine: Examination) -> Examination:
    """Register an examination of the database to run for the doctor only."""

    def check(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
        return list(examine()) if databases else []

    check.__name__, check.__doc__ = examine.__name__, examine.__doc__
    register(check, DOCTOR, deploy=True)
    return examine


@examination
def check_triggers() -> Iterator[CheckMessage]:
    """Report tables that have lost the triggers which keep their rows."""
    if tables := immutability.missing():
        yield Error(
            f"Rows that should never change could be changed in: {', '.join(tables)}.",
            hint="A trigger is missing or was changed. Run guildmark migrate, which puts it back, "
            "and find out who removed it.",
            id="guildmark.audit.E001",
        )


@examination
def check_events() -> Iterator[CheckMessage]:
    """Report events whose bytes are not those that were written."""
    if changed := [str(event) for event in _changed_events()]:
        yield Error(
            f"{len(changed)} events were changed after they were written: {_some(changed)}.",
            hint="Somebody wrote to the database past Guildmark. Keep a copy of it for evidence, "
            "compare these rows with a backup, and restore them.",
            id="guildmark.audit.E002",
        )


@examination
def check_versions() -> Iterator[CheckMessage]:
    """Report subjects that lack events they once had."""
    reached = dict(Subject.objects.values_list("key", "version"))  # Read first: more may follow.
    counted = Event.objects.values("subject").annotate(count=Count("pk"))
    counts = dict(counted.values_list("subject", "count"))
    if lacking := sorted(key for key in reached if counts.get(key, 0) < reached[key]):
        yield Error(
            f"Events of {len(lacking)} subjects are missing: {_some(lacking)}.",
            hint="Somebody deleted rows past Guildmark. Keep a copy of the database for evidence "
            "and restore them from a backup.",
            id="guildmark.audit.E007",
        )


@examination
def check_entries() -> Iterator[CheckMessage]:
    """Report ledger entries that do not say what their event says."""
    entries = LedgerEntry.objects.select_related("event__detail").order_by("index")
    if differing := [str(entry.index) for entry in entries.iterator(500) if _differs(entry)]:
        yield Error(
            f"{len(differing)} ledger entries do not fit their events: {_some(differing)}.",
            hint="An entry or its event was changed. Keep a copy of the database for evidence and "
            "restore these rows from a backup.",
            id="guildmark.audit.E003",
        )


@examination
def check_tree() -> Iterator[CheckMessage]:
    """Report a ledger whose entries do not lead to the signed checkpoint."""
    problem = _problem_of_tree()
    if problem:
        yield Error(
            problem,
            hint="The ledger was changed after it was signed, and people who kept a checkpoint "
            "will notice. Stop the worker, keep a copy for evidence, and restore the ledger's "
            "tables from a backup.",
            id="guildmark.audit.E004",
        )


@examination
def check_jobs() -> Iterator[CheckMessage]:
    """Report jobs that were given up."""
    dead = queries.dead_jobs()
    if count := dead.count():
        yield Error(
            f"{count} jobs were given up: {_some(sorted({job.task for job in dead[:100]}))}.",
            hint="The log tells why they failed. When the cause is mended, run "
            "guildmark retry-dead.",
            id="guildmark.audit.E005",
        )


@examination
def check_deliveries() -> Iterator[CheckMessage]:
    """Report events that could not be delivered."""
    dead = queries.dead_deliveries()
    if count := dead.count():
        yield Error(
            f"{count} events could not be delivered: {_some([str(one) for one in dead[:NAMED]])}.",
            hint="Later events of the same subjects wait behind them. The log tells why; when the "
            "cause is mended, run guildmark retry-dead.",
            id="guildmark.audit.E006",
        )


@examination
def check_worker() -> Iterator[CheckMessage]:
    """Report that nobody runs jobs."""
    if not queries.workers_seen(at=timezone.now(), within=SILENT).exists():
        yield Warning(
            f"No worker was seen within the last {SILENT.total_seconds():.0f} seconds.",
            hint="Mail, events and the ledger wait. Run guildmark worker beside the web server; "
            "guildmark run starts one.",
            id="guildmark.audit.W001",
        )


def _changed_events() -> Iterator[Event]:
    for event in Event.objects.select_related("detail").order_by("pk").iterator(500):
        sound = content_digest(event) == bytes(event.digest)
        if sound and hasattr(event, "detail"):
            sound = details_digest(event, event.detail) == bytes(event.details_digest)
        if not sound:
            yield event


def _problem_of_tree() -> str:
    """Compute the tree anew from its entries, and compare it with what is stored and signed."""
    entries = LedgerEntry.objects.count()  # Before the checkpoint: a worker may be adding more.
    latest = queries.latest_checkpoint()
    signed_size = latest.size if latest else 0
    hashes = list(_leaf_hashes(signed_size))
    if entries > signed_size or len(hashes) != signed_size:
        return f"The ledger has {entries} entries, but {signed_size} were signed."
    if latest is None:
        return ""
    fresh = tree.MemoryNodes()
    head = tree.append(fresh, size=0, leaf_hashes=hashes)
    try:
        signed = tree.open_checkpoint(
            latest.note, keys=queries.verifier_keys(), origin=latest.origin
        )
    except tree.LedgerError as error:
        return f"The signed checkpoint is not good: {error}"
    if head.root != signed.root:
        return f"The {latest.size} entries of the ledger are not those that were signed."
    stored = _stored_nodes()
    sound = all(stored.get(address) == fresh.nodes[address] for address in fresh.nodes)
    return "" if sound else "Stored hashes do not fit the entries."


def _differs(entry: LedgerEntry) -> bool:
    """Compare an entry with its event, leaving out only the digests whose salts were erased."""
    event: Event = entry.event
    detail = event.detail if hasattr(event, "detail") else EventDetail()
    salts = {"subject": bytes(detail.subject_salt), "actor": bytes(detail.actor_salt)}
    erased = {name for name, salt in salts.items() if not salt}
    filled = {f"{name}_salt": salt or bytes(SALT_BYTES) for name, salt in salts.items()}
    try:
        expected = leaf_of(event, EventDetail(**filled))
        return _without(erased, expected) != _without(erased, bytes(entry.leaf))
    except (tree.LedgerError, ValueError, AttributeError):
        return True  # A digest of the wrong length, or an entry that is no JSON object.


def _without(names: set[str], leaf: bytes) -> object:
    if not names:
        return leaf
    return {name: value for name, value in json.loads(leaf).items() if name not in names}


def _leaf_hashes(size: int) -> Iterator[bytes]:
    entries = LedgerEntry.objects.filter(index__lt=size).order_by("index")
    leaves = entries.values_list("leaf", flat=True).iterator(500)
    return (tree.leaf_hash(bytes(leaf)) for leaf in leaves)


def _stored_nodes() -> dict[tree.NodeAddress, bytes]:
    return {
        tree.NodeAddress(node.level, node.index): bytes(node.hash)
        for node in LedgerNode.objects.iterator(500)
    }


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
