"""Recording events and forgetting what of them may have to be erased."""

import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from guildmark.apps.audit.events import SYSTEM, Actor, Event, subscriptions
from guildmark.apps.audit.models import Delivery, EventDetail, LedgerPending
from guildmark.apps.audit.models import Event as EventRow
from guildmark.cores.ledger import canonical_json, leaf_bytes, salted_digest

SALT_BYTES = 32


class NotInTransaction(RuntimeError):
    """An event was to be recorded outside the transaction of the change it tells."""


def record(
    event: Event,
    *,
    actor: Actor | UUID | None,
    subject: str | UUID,
    at: datetime,
    reason: str = "",
) -> UUID:
    """Write an event in the transaction of the change that it tells, and return its id.

    `subject` is a pseudonymous key such as "standard.edition:4". Until the transaction ends it
    holds the lock of the subject, so that versions have no gaps and no two are the same. One
    delivery per receiver and, for an event of the ledger, one pending entry are written too.
    Raises `NotInTransaction` outside `transaction.atomic()`.
    """
    _refuse_outside_transaction(event)
    key = str(subject)
    row = _row(event, actor=_actor_id(actor), subject=key, version=_next_version(key), at=at)
    detail = _detail(row, reason)
    row.details_digest = details_digest(row, detail)
    row.digest = content_digest(row)
    row.save(force_insert=True)
    detail.save(force_insert=True)
    if event.ledger:
        LedgerPending.objects.create(event=row, leaf=leaf_of(row, detail))
    Delivery.objects.bulk_create(
        Delivery(event=row, receiver=each.name, subject=key, version=row.version, due_at=at)
        for each in subscriptions(type(event))
    )
    return row.uuid


def forget(pseudonym: UUID | str) -> int:
    """Cut a person loose from the ledger; return from how many events.

    Of events about them the reasons and all salts are erased, of events by them the actor's salt;
    the reasons that they gave for decisions about others belong to those decisions. Events and
    ledger entries stay, but nothing leads from an entry to the person any more.
    """
    about, _ = EventDetail.objects.filter(event__subject=str(pseudonym)).delete()
    if not isinstance(pseudonym, UUID):
        return about
    own = EventDetail.objects.filter(event__actor=pseudonym).exclude(actor_salt=b"")
    return about + own.update(actor_salt=b"")


def content_digest(row: EventRow) -> bytes:
    """Return SHA-256 over the canonical JSON of all columns of an event but the digest itself."""
    content = {
        "format": row.format,
        "uuid": str(row.uuid),
        "name": row.name,
        "subject": row.subject,
        "version": row.version,
        "actor": str(row.actor),
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "payload": row.payload,
        "details_digest": bytes(row.details_digest).hex(),
    }
    return sha256(canonical_json(content)).digest()


def details_digest(row: EventRow, detail: EventDetail) -> bytes:
    """Return the salted digest over payload and reason that the ledger commits to."""
    details = canonical_json({**row.payload, "reason": detail.reason})
    return salted_digest(bytes(detail.details_salt), "payload", details)


def leaf_of(row: EventRow, detail: EventDetail) -> bytes:
    """Return the bytes of the ledger entry of an event."""
    return leaf_bytes(
        event_id=str(row.uuid),
        event_type=row.name,
        subject_digest=salted_digest(bytes(detail.subject_salt), "subject", row.subject.encode()),
        actor_digest=salted_digest(bytes(detail.actor_salt), "actor", str(row.actor).encode()),
        payload_digest=bytes(row.details_digest),
        at=row.at,
    )


def _refuse_outside_transaction(event: Event) -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction(
            f'"{event.name}" must be recorded in the transaction of the change that it tells. '
            "Wrap both in transaction.atomic()."
        )


def _actor_id(actor: Actor | UUID | None) -> UUID:
    if isinstance(actor, UUID):
        return actor
    return (actor or SYSTEM).actor_id


def _row(event: Event, **columns: Any) -> EventRow:
    return EventRow(uuid=uuid4(), name=event.name, payload=event.payload(), **columns)


def _detail(row: EventRow, reason: str) -> EventDetail:
    salts = {f"{what}_salt": os.urandom(SALT_BYTES) for what in ("subject", "actor", "details")}
    return EventDetail(event=row, reason=reason, **salts)


def _next_version(key: str) -> int:
    """Count the version of a subject up, which takes the lock of its row; make it when it is new.

    One statement that both databases understand, because every write of the house passes here.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_UP, [key])
        version: int = cursor.fetchone()[0]
    return version


_COUNT_UP = """
INSERT INTO audit_subject (key, version) VALUES (%s, 1)
ON CONFLICT (key) DO UPDATE SET version = audit_subject.version + 1
RETURNING version
"""
