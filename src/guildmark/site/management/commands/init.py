"""`guildmark init`: an empty institute with its first administrator."""

import getpass
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.core.validators import validate_email
from django.http.request import validate_host
from django.utils import timezone

from guildmark.apps.accounts.services import AccountRefused
from guildmark.apps.institute import queries
from guildmark.apps.institute.services import InstituteRefused, normalised_origin
from guildmark.site.conf import admin_password
from guildmark.site.founding import Founding, found, host_of, set_password_link
from guildmark.site.management.base import JSON, OwnCommand, Refused, program
from guildmark.site.management.migrations import migrate

ORIGIN = (
    "Its public address, such as https://example.org. It becomes part of every credential and "
    "can't change once the first is issued"
)
CONTACT = "The address at which the public reaches the institute"

# Option, what it is, whether it is needed, and what it must be.
QUESTIONS: dict[str, tuple[str, bool, Callable[[str], object]]] = {
    "name": ("The institute's name", True, str),
    "origin": (ORIGIN, True, normalised_origin),
    "tagline": ("One sentence for the home page (may stay empty)", False, str),
    "contact_email": (CONTACT, True, validate_email),
    "admin_email": ("The first administrator's e-mail address", True, validate_email),
}


def port_option(origin: str) -> str:
    """The option with which `run` answers at a local origin; nothing for a public one."""
    parts = urlsplit(origin)
    local = parts.scheme == "http" and parts.port not in (None, 8000)
    return f" --port {parts.port}" if local else ""


class Command(OwnCommand):
    """Ask for what is missing, then make everything in one transaction."""

    help = (
        "Set up an empty institute: tables, keys, the institute and its first administrator. "
        "Asks for what is not given. All of it happens, or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer an option for each question."""
        for option, (meaning, _needed, _check) in QUESTIONS.items():
            parser.add_argument(f"--{option.replace('_', '-')}", help=meaning)
        parser.add_argument(
            "--no-input", action="store_true", help="never ask; refuse when something is missing"
        )
        self.add_format(parser)

    def handle(self, **options: Any) -> None:
        """Found the institute, or refuse and leave the database as it was."""
        migrate()
        if queries.is_founded():
            raise Refused(
                f"The institute “{queries.institute().name}” is already founded in this database. "
                "Use `guildmark run` to serve it, or name another DATABASE_URL or GUILDMARK_VAR."
            )
        asking = not options["no_input"] and options["format"] != JSON and sys.stdin.isatty()
        answers = {name: self._answer(name, options[name], asking=asking) for name in QUESTIONS}
        password = admin_password() or (self._asked_password() if asking else None)
        try:
            institute, person = found(Founding(**answers), password=password, at=timezone.now())
        except (InstituteRefused, AccountRefused) as refusal:
            raise Refused(f"Nothing was set up. {refusal}") from refusal
        link = "" if password else set_password_link(person, origin=institute.origin)
        self._report(institute.name, institute.origin, person.email, link, options["format"])

    def _answer(self, name: str, given: str | None, *, asking: bool) -> str:
        meaning, needed, check = QUESTIONS[name]
        if given is None and asking:
            return self._asked(meaning, needed=needed, check=check)
        if needed and not given:
            option = f"--{name.replace('_', '-')}"
            raise Refused(f"Nothing was set up. {option} is missing: {meaning}.")
        return given or ""

    def _asked(self, meaning: str, *, needed: bool, check: Callable[[str], object]) -> str:
        while True:
            answer = input(f"{meaning}: ").strip()
            if not answer and not needed:
                return ""
            try:
                if answer:
                    check(answer)
                    return answer
            except (InstituteRefused, ValidationError) as refusal:
                self.stderr.write(str(getattr(refusal, "message", refusal)))

    def _asked_password(self) -> str | None:
        prompt = "The administrator's password (leave it empty to get a link instead): "
        while password := getpass.getpass(prompt):
            if password == getpass.getpass("The same again: "):
                return password
            self.stderr.write("The two differ. Once more.")
        return None

    def _report(self, name: str, origin: str, admin: str, link: str, style: str) -> None:
        known = validate_host(host_of(origin), settings.ALLOWED_HOSTS)
        steps = [
            *([] if known else [f"Set GUILDMARK_HOSTS={host_of(origin)} for every command"]),
            f"Start the site: {program()} run{port_option(origin)}",
            *([f"Set the administrator's password, within three days: {link}"] if link else []),
            f"Sign in as {admin} and set up a second factor; until then the role sleeps",
            f"Ask the doctor: {program()} doctor",
        ]
        if style == JSON:
            result = {"ok": True, "name": name, "origin": origin, "admin_email": admin}
            self.write_json({**result, "set_password_link": link or None, "next": steps})
            return
        self.stdout.write(f"{name} is founded at {origin}.\n\nWhat to do next:")
        for number, step in enumerate(steps, 1):
            self.stdout.write(f"  {number}. {step}")
