"""`guildmark import-registry FILE`."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from guildmark.apps.credentials.taking_over import RegistryRefused, take_over
from guildmark.site.management.base import JSON, OwnCommand, Refused
from guildmark.site.management.files import read_text

MOST_SHOWN = 50


class Command(OwnCommand):
    """Take over the credentials of an older registry."""

    help = (
        "Take over the credentials of an older registry from a CSV file with the columns id, type, "
        "name and issued, and if you like email, valid_until, state and text. All rows come in, or "
        "none; rows that are here already are passed over. Without valid_until the validity of "
        "the type counts; write none for a credential without end. Holders claim theirs by e-mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file."""
        parser.add_argument("file", metavar="FILE", help="the CSV file; - reads from a pipe")
        parser.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")
        self.add_format(parser)

    def handle(self, *, file: str, dry_run: bool, **options: Any) -> None:
        """Take it over, or say everything that is wrong with it."""
        try:
            done = take_over(read_text(file), actor=None, at=timezone.now(), dry_run=dry_run)
        except RegistryRefused as refusal:
            if options["format"] == JSON:
                self.write_json({"ok": False, "problems": [asdict(p) for p in refusal.problems]})
                raise SystemExit(1) from refusal
            raise Refused(_told(file, refusal)) from refusal
        if options["format"] == JSON:
            self.write_json({"ok": True, "added": done.added, "known": done.known})
            return
        would = "would be added" if dry_run else "added"
        self.stdout.write(f"{done.added} credentials {would}, {done.known} were here already")


def _told(file: str, refusal: RegistryRefused) -> str:
    shown = refusal.problems[:MOST_SHOWN]
    lines = [f"row {each.row}, {each.column}: {each.text}" for each in shown]
    more = len(refusal.problems) - len(shown)
    rest = [f"... and {more} more"] if more else []
    return "\n".join([f"Nothing was taken over from {file}:", *lines, *rest])
