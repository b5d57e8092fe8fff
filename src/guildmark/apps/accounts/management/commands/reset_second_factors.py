"""`guildmark reset-second-factors`: let somebody in who lost their second factors."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guildmark.apps.accounts import queries, services
from guildmark.apps.audit.events import SYSTEM


class Command(BaseCommand):
    """Reset a person's second factors as an operator, when no administrator can."""

    help = (
        "Remove the authenticator app, passkeys and recovery codes of a person who lost them, and "
        "sign the person out everywhere. Make sure first that it is really them who asks. "
        "It is recorded, with the reason, and the person gets a mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", metavar="EMAIL", help="The address the person signs in with.")
        parser.add_argument("--reason", required=True, help="Why; it is kept with the event.")

    def handle(self, *, email: str, reason: str, **_: Any) -> None:
        """Reset, and say what was done."""
        if (person := queries.person_by_email(email)) is None:
            raise CommandError(f"Nobody signs in with {email}. Check the address.")
        kinds = ", ".join(str(each.get_type_display()) for each in queries.second_factors(person))
        try:
            services.reset_second_factors(person, actor=SYSTEM, at=timezone.now(), reason=reason)
        except services.AccountRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Removed from {person.email}: {kinds}.\n"
            "Their sessions have ended. They sign in with their password now; their roles sleep "
            "until they set up a second factor."
        )
