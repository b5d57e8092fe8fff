"""Delivering events: in order per receiver and subject, each once in effect.

What is due is read from delivery rows, never from a mark of how far one got, so an event whose
transaction commits late is not skipped. A receiver that fails keeps only its own (receiver,
subject) waiting.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from guildmark.apps.audit.events import Recorded, Subscription, event_class, subscription
from guildmark.apps.audit.models import Delivery, EventDetail
from guildmark.apps.audit.states import DELIVERY, DeliveryState

from .backoff import backoff
from .failures import Failure, describe

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8


class DeliveryNotDead(ValueError):
    """Only a dead delivery can be tried again by hand."""


class EventUnknown(LookupError):
    """No installed context declares this event, or registers this receiver, any more."""


def deliver_due(*, at: datetime, limit: int = 100) -> int:
    """Deliver up to `limit` events that are due; return how many were tried.

    Receiver and mark share one transaction. Several workers may deliver at once.
    """
    tried = 0
    while tried < limit:
        batch = list(deliverable(at=at)[: limit - tried])
        if not (now := sum(deliver(delivery, at=at) for delivery in batch)):
            break  # Nothing is due, or other workers are at all of it.
        tried += now
    return tried


def deliverable(*, at: datetime) -> QuerySet[Delivery]:
    """Return the deliveries that are due and wait for none before them."""
    before = Delivery.objects.filter(
        receiver=OuterRef("receiver"),
        subject=OuterRef("subject"),
        version__lt=OuterRef("version"),
    ).exclude(state=DeliveryState.DONE)
    due = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=at)
    return due.exclude(Exists(before)).order_by("due_at", "pk")


def deliver(delivery: Delivery, *, at: datetime) -> bool:
    """Deliver one event; return False when another worker is at it or has done it."""
    try:
        with transaction.atomic():
            if (locked := _locked(delivery)) is None:
                return False
            _hand_over(locked)
            _mark(locked, "deliver", done_at=at, error="")
    except (Exception, SystemExit) as error:  # sys.exit() must not end the worker's thread.
        logger.exception("Event %s could not be delivered", delivery)
        _note_failure(delivery, describe(error), at=at)
    return True


def retry_delivery(delivery: Delivery, *, at: datetime) -> Delivery:
    """Have a dead delivery tried again, with all its attempts. Raises `DeliveryNotDead`."""
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if delivery.state != DeliveryState.DEAD:
            raise DeliveryNotDead(
                _("The delivery %(delivery)s is not dead, so it needs no other try.")
                % {"delivery": delivery}
            )
        _mark(delivery, "retry", attempts=0, due_at=at)
    return delivery


def _locked(delivery: Delivery) -> Delivery | None:
    waiting = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING)
    return waiting.select_for_update(skip_locked=True).first()


def _hand_over(delivery: Delivery) -> None:
    _receiver(delivery).receiver(_recorded(delivery))


def _receiver(delivery: Delivery) -> Subscription:
    if (found := subscription(delivery.receiver)) is None:
        raise EventUnknown(f'No receiver is called "{delivery.receiver}" now.')
    return found


def _recorded(delivery: Delivery) -> Recorded[Any]:
    row = delivery.event
    if (declared := event_class(row.name)) is None:
        raise EventUnknown(f'No event is called "{row.name}" now.')
    detail = EventDetail.objects.filter(event=row).first()
    return Recorded(
        id=row.uuid,
        event=declared.from_payload(row.payload),
        subject=row.subject,
        version=row.version,
        actor_id=row.actor,
        at=row.at,
        reason=detail.reason if detail else "",
    )


def _note_failure(delivery: Delivery, failure: Failure, *, at: datetime) -> None:
    with transaction.atomic():
        if (locked := _locked(delivery)) is None:
            return
        attempts = locked.attempts + 1
        _mark(
            locked,
            "give up" if attempts >= MAX_ATTEMPTS else "fail",
            attempts=attempts,
            due_at=at + backoff(attempts),
            error=failure.summary,
        )


def _mark(delivery: Delivery, transition: str, **changes: Any) -> None:
    changes["state"] = DELIVERY.target(delivery.state, transition).value
    for field, value in changes.items():
        setattr(delivery, field, value)
    delivery.save(update_fields=list(changes))
