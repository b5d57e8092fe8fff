"""`guildmark retry-mail`: send once more what was given up."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from guildmark.apps.mail import services


class Command(BaseCommand):
    """Queue dead messages again."""

    help = (
        "Queue the mails again that were given up after refusals, once their cause is mended. "
        "Mails with secret links are among them for three days; then their text is erased, and "
        "people ask anew."
    )

    def handle(self, **_options: Any) -> None:
        """Queue them and say how many there were."""
        count = services.retry_dead(at=timezone.now())
        self.stdout.write(f"{count} mails are queued again.")
