"""Reading events, ledger, deliveries and jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guildmark.apps.keys.queries import KeyPurpose, public_keys
from guildmark.cores import ledger as tree

from .events import Text, declared_events, event_class
from .models import Checkpoint, Delivery, Event, Job, LedgerEntry, Worker
from .nodes import StoredNodes
from .states import DeliveryState, JobState


class EntryMissing(LookupError):
    """The ledger has no such entry, or no tree of this size."""


@dataclass(frozen=True)
class PublicEntry:
    """What everyone may see of a ledger entry: never who did it, nor to what."""

    index: int
    name: str
    title: Text
    at: datetime
    details: list[tuple[Text, str]]


@dataclass(frozen=True)
class InclusionProof:
    """Entry `index`, and the hashes from it up to the root of the tree of the first `size`."""

    index: int
    size: int
    leaf: bytes
    hashes: tuple[bytes, ...]


def events_of(subject: str) -> QuerySet[Event]:
    """Return everything that was recorded of a subject, oldest first."""
    return Event.objects.filter(subject=subject).select_related("detail").order_by("version")


def events_by_or_about(pseudonym: str) -> QuerySet[Event]:
    """Return what a person did or what happened to them, for the export of their data."""
    about = Event.objects.filter(subject=pseudonym)
    return (about | Event.objects.filter(actor=pseudonym)).order_by("at", "pk")


def latest_checkpoint() -> Checkpoint | None:
    """Return the newest signed checkpoint, or None while the ledger is empty."""
    return Checkpoint.objects.order_by("-size").first()


def verifier_keys() -> list[tree.VerifierKey]:
    """Return the keys that checkpoints of the latest origin may be signed with, newest first."""
    latest = latest_checkpoint()
    if latest is None:
        return []
    keys = public_keys(KeyPurpose.LEDGER)
    return [tree.VerifierKey(latest.origin, bytes(key.public)) for key in keys]


def current_verifier_key() -> tree.VerifierKey | None:
    """Return the key that signed the newest checkpoint, or None while the ledger is empty."""
    latest = latest_checkpoint()
    if latest is None:
        return None
    key = public_keys(KeyPurpose.LEDGER).get(kid=latest.kid)
    return tree.VerifierKey(latest.origin, bytes(key.public))


def inclusion_proof(*, index: int, size: int) -> InclusionProof:
    """Prove that entry `index` is in the tree of the first `size`. Raises `EntryMissing`."""
    _refuse_unsigned(size)
    if not 0 <= index < size:
        raise EntryMissing(
            _("The first %(size)d entries have no number %(index)d; numbers begin with 0.")
            % {"size": size, "index": index}
        )
    leaf = bytes(LedgerEntry.objects.get(pk=index).leaf)
    hashes = tree.inclusion_proof(StoredNodes(), index=index, size=size)
    return InclusionProof(index, size, leaf, hashes)


def consistency_proof(*, old: int, new: int) -> tuple[bytes, ...]:
    """Prove that the tree of `new` entries continues that of `old`. Raises `EntryMissing`."""
    _refuse_unsigned(new)
    if not 0 <= old <= new:
        raise EntryMissing(
            _("“old” (%(old)d) must not be larger than “new” (%(new)d), nor negative.")
            % {"old": old, "new": new}
        )
    return tree.consistency_proof(StoredNodes(), old_size=old, new_size=new)


def ledger_entries(*, name: str = "") -> QuerySet[LedgerEntry]:
    """Return the entries of the ledger, newest first, of one kind of event or of all."""
    entries = LedgerEntry.objects.select_related("event").order_by("-index")
    return entries.filter(event__name=name) if name else entries


def ledger_event_titles() -> dict[str, Text]:
    """Return the kinds of events that can be in the ledger: names, and titles for people."""
    return {declared.name: declared.title for declared in declared_events() if declared.ledger}


def public_entry(entry: LedgerEntry) -> PublicEntry:
    """Return what everyone may see of an entry: the fields that its event declares public.

    An event that no installed context declares any more shows its name and nothing else.
    """
    event = entry.event
    if (declared := event_class(event.name)) is None:
        return PublicEntry(entry.index, event.name, event.name, event.at, [])
    shown = [key for key in declared.public if event.payload.get(key) not in ("", None)]
    details = [(declared.label(key), _readable(event.payload[key])) for key in shown]
    title = getattr(declared, "title", event.name)  # It may be in the ledger no longer.
    return PublicEntry(entry.index, event.name, title, event.at, details)


def dead_jobs() -> QuerySet[Job]:
    """Return the jobs that were given up, oldest first."""
    return Job.objects.filter(state=JobState.DEAD).order_by("finished_at")


def waiting_jobs() -> QuerySet[Job]:
    """Return the jobs that wait or run, the next first."""
    open_states = [JobState.READY.value, JobState.RUNNING.value]
    return Job.objects.filter(state__in=open_states).order_by("-priority", "run_after")


def dead_deliveries() -> QuerySet[Delivery]:
    """Return the deliveries that were given up, in the order in which they would have gone."""
    return Delivery.objects.filter(state=DeliveryState.DEAD).order_by("due_at", "pk")


def workers_seen(*, at: datetime, within: timedelta) -> QuerySet[Worker]:
    """Return the workers that gave a sign of life within this time."""
    return Worker.objects.filter(seen_at__gte=at - within)


def _readable(value: object) -> str:
    """Write a stored value as people read it."""
    match value:
        case bool():
            return _("yes") if value else _("no")
        case list():
            return ", ".join(map(_readable, value))
    return str(value)


def _refuse_unsigned(size: int) -> None:
    latest = latest_checkpoint()
    signed = latest.size if latest else 0
    if not 0 <= size <= signed:
        raise EntryMissing(
            _("The ledger has %(signed)d entries now; there is no tree of %(size)d.")
            % {"signed": signed, "size": size}
        )
