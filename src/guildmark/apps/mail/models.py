"""Messages that leave the house, and what people want to receive."""

from django.conf import settings
from django.db import models

from .states import Frequency, MessageState

# Longest that a state or frequency is spelled.
WORD = 12


class Message(models.Model):
    """One mail to one address, from the transaction that caused it until it has left.

    Texts of secret kinds are erased once the mail has left, or when their links are no good any
    more; addresses go with the account.
    `message_id` never changes, so that a mail sent twice can be recognised.
    """

    kind = models.CharField(max_length=50)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    recipient = models.CharField(max_length=320, blank=True)
    sender = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    message_id = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=WORD, default=MessageState.QUEUED.value)
    frequency = models.CharField(max_length=WORD, default=Frequency.AT_ONCE.value)
    digest = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="parts")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["state", "frequency"], name="message_by_state"),
            models.Index(fields=["created_at"], name="message_by_age"),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_state_is_known",
                condition=models.Q(state__in=[state.value for state in MessageState]),
            ),
            models.CheckConstraint(
                name="message_frequency_is_known",
                condition=models.Q(frequency__in=[each.value for each in Frequency]),
            ),
            models.CheckConstraint(
                name="message_sent_has_date",
                condition=~models.Q(state=MessageState.SENT.value)
                | models.Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} message {self.pk} ({self.state})"


class MailPreference(models.Model):
    """How often a person wants one optional kind, where they chose otherwise than the default."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_preferences"
    )
    kind = models.CharField(max_length=50)
    frequency = models.CharField(max_length=WORD)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="mail_preference_is_one"),
            models.CheckConstraint(
                name="mail_preference_frequency_is_known",
                condition=models.Q(frequency__in=[each.value for each in Frequency]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.frequency}"
