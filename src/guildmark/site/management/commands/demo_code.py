"""`guildmark demo-code`: the sign-in code that a demo person's authenticator app would show."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management.base import CommandParser

from guildmark.site.demo.institute import DemoRefused, is_demo, refuse_demo_in_production
from guildmark.site.demo.people import ADMINISTRATOR, PEOPLE
from guildmark.site.management.base import JSON, OwnCommand, Refused

PERIOD = 30  # seconds for which a code holds (RFC 6238)


class Command(OwnCommand):
    """Compute the code from the demo's public secret."""

    help = (
        "Show the six digits that the authenticator app of a demo person shows now. "
        "Works for the demo institute only, whose secrets are public."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the person."""
        parser.add_argument(
            "email",
            nargs="?",
            default=ADMINISTRATOR.email,
            choices=[person.email for person in PEOPLE if person.secret],
            help=f"the demo person; {ADMINISTRATOR.email} by default",
        )
        self.add_format(parser)

    def handle(self, *, email: str, **options: Any) -> None:
        """Print the code and for how long it holds."""
        try:
            refuse_demo_in_production()
        except DemoRefused as refusal:
            raise Refused(str(refusal)) from refusal
        if not is_demo():
            raise Refused("This is not the demo institute. Start it with `guildmark run --demo`.")
        secret = next(person.secret for person in PEOPLE if person.email == email)
        counter, gone = divmod(int(time.time()), PERIOD)
        code = format_hotp_value(hotp_value(secret, counter))
        if options["format"] == JSON:
            self.write_json({"email": email, "code": code, "seconds_left": PERIOD - gone})
            return
        self.stdout.write(f"{code}   for {email}, {PERIOD - gone} s left")
