"""`guildmark rewrap-keys`: wrap all keys under the newest key-encryption key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guildmark.apps.keys import kek, services


class Command(BaseCommand):
    """The second step of rotating the key-encryption key."""

    help = (
        "Wrap every key under the first key-encryption key of GUILDMARK_KEK_FILE. After that the "
        "older lines of the file are not needed any more."
    )

    def handle(self, **_: Any) -> None:
        """Rewrap, and say how many keys were changed."""
        try:
            count = services.rewrap_keys(actor=None, at=timezone.now())
        except kek.KekUnavailable as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{count} keys are wrapped anew.")
