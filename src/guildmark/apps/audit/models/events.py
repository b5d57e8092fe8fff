"""Events, what of them can be erased, and their way to each receiver."""

from uuid import uuid4

from django.db import models

from guildmark.apps.audit.immutability import protect
from guildmark.apps.audit.states import DeliveryState


class Subject(models.Model):
    """Something events speak of; its row is the lock that numbers its events."""

    key = models.CharField(max_length=150, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} at version {self.version}"


class Event(models.Model):
    """Something that happened; written in the transaction of the change, and never changed.

    `version` numbers the events of one subject from 1 without gaps. `digest` is over all other
    columns, `details_digest` over payload and reason with a salt that can be erased.
    """

    uuid = models.UUIDField(default=uuid4, unique=True)
    format = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100, db_index=True)
    subject = models.CharField(max_length=150)
    version = models.PositiveBigIntegerField()
    actor = models.UUIDField(db_index=True)
    at = models.DateTimeField(db_index=True)
    payload = models.JSONField(default=dict)
    details_digest = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "version"], name="event_version_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.subject}, version {self.version}"


class EventDetail(models.Model):
    """What may have to be erased of an event: the reason in words, and the salts of its digests.

    An empty `actor_salt` has been erased; the reason that the actor gave has not.
    """

    event = models.OneToOneField(
        Event, on_delete=models.PROTECT, primary_key=True, related_name="detail"
    )
    reason = models.TextField(blank=True)
    subject_salt = models.BinaryField()
    actor_salt = models.BinaryField()
    details_salt = models.BinaryField()

    def __str__(self) -> str:
        return f"Details of event {self.event_id}"


class Delivery(models.Model):
    """One event on its way to one receiver."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    receiver = models.CharField(max_length=100)
    subject = models.CharField(max_length=150)
    version = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, default=DeliveryState.WAITING.value)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["receiver", "subject", "version"], name="delivery_is_unique"
            ),
            models.CheckConstraint(
                name="delivery_state_is_known",
                condition=models.Q(state__in=[state.value for state in DeliveryState]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_due", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["receiver", "subject", "version"],
                name="delivery_undone",
                condition=~models.Q(state="done"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} version {self.version} to {self.receiver}: {self.state}"


protect(Event)
protect(EventDetail, except_columns=["actor_salt"], deletable=True)
