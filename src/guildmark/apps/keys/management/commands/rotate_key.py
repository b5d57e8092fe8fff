"""`guildmark rotate-key`: replace a key, or mark an old one as compromised."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guildmark.apps.keys import kek, queries, services
from guildmark.apps.keys.states import KeyPurpose

REFUSALS = (
    queries.KeyMissing,
    queries.KeyUnknown,
    services.KeyExists,
    services.SignsNothing,
    kek.KekUnavailable,
)


class Command(BaseCommand):
    """Retire the key in use for a purpose and make its successor, or mark an old key."""

    help = (
        "Replace a key. The old one signs and encrypts nothing more, but stays, so that what it "
        "signed can be verified and what it encrypted can be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("purpose", choices=[purpose.value for purpose in KeyPurpose])
        parser.add_argument("--reason", required=True, help="Why; it is kept with the event.")
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--compromised",
            action="store_true",
            help="Somebody else may hold the old key: what it signed counts no more by itself.",
        )
        how.add_argument(
            "--compromised-key",
            metavar="KID",
            help="Somebody else may hold this key, retired long ago or still in use. One that is "
            "retired is only marked; the key in use stays.",
        )

    def handle(
        self,
        *,
        purpose: str,
        reason: str,
        compromised: bool,
        compromised_key: str | None,
        **_: Any,
    ) -> None:
        """Rotate or mark the key, and name the one in use."""
        wanted = KeyPurpose(purpose)
        try:
            if compromised_key is not None:
                self._mark(wanted, compromised_key, reason)
            else:
                services.rotate_key(
                    purpose=wanted,
                    actor=None,
                    at=timezone.now(),
                    reason=reason,
                    compromised=compromised,
                )
            self.stdout.write(f"The key in use is now {queries.active_key(wanted).kid}.")
        except REFUSALS as refusal:
            raise CommandError(str(refusal)) from refusal

    def _mark(self, purpose: KeyPurpose, kid: str, reason: str) -> None:
        queries.key_named(kid, purpose)
        key = services.mark_compromised(kid, actor=None, at=timezone.now(), reason=reason)
        self.stdout.write(f"The key {key.kid} counts as compromised since {key.compromised_at}.")
