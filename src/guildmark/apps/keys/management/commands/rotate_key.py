"""`guildmark rotate-key`: replace a key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guildmark.apps.keys import kek, queries, services
from guildmark.apps.keys.states import KeyPurpose


class Command(BaseCommand):
    """Retire the key in use for a purpose and make its successor."""

    help = (
        "Replace a key. The old one signs and encrypts nothing more, but stays, so that what it "
        "signed can be verified and what it encrypted can be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("purpose", choices=[purpose.value for purpose in KeyPurpose])
        parser.add_argument("--reason", required=True, help="Why; it is kept with the event.")
        parser.add_argument(
            "--compromised",
            action="store_true",
            help="Somebody else may hold the old key: what it signed counts no more by itself.",
        )

    def handle(self, *, purpose: str, reason: str, compromised: bool, **_: Any) -> None:
        """Rotate the key and name the new one."""
        try:
            key = services.rotate_key(
                purpose=KeyPurpose(purpose),
                actor=None,
                at=timezone.now(),
                reason=reason,
                compromised=compromised,
            )
        except (queries.KeyMissing, services.KeyExists, kek.KekUnavailable) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"The key in use is now {key.kid}.")
