"""Django's mail backend: what Django and its libraries send becomes rows, sent by the worker."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from . import services


class QueueingBackend(BaseEmailBackend):
    """Queues each mail in the current transaction, so that it is rolled back with it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the mails and return how many there were."""
        queued = [services.queue_mail(mail, at=timezone.now()) for mail in email_messages]
        return len([messages for messages in queued if messages])
