"""`guildmark load-programme FILE`."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from guildmark.site.management.base import JSON, OwnCommand, Refused
from guildmark.site.management.files import read_text
from guildmark.site.programme.document import ProgrammeRefused
from guildmark.site.programme.transfer import load_programme


class Command(OwnCommand):
    """Read the file, check all of it, then load all of it."""

    help = (
        "Load a programme from a JSON file. Every problem is listed with its place, and then "
        "nothing is loaded. Loading the same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file."""
        parser.add_argument("file", metavar="FILE", help="the programme file; - reads from a pipe")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        self.add_format(parser)

    def handle(self, *, file: str, dry_run: bool, **options: Any) -> None:
        """Load it, or say everything that is wrong with it."""
        as_json = options["format"] == JSON
        try:
            changed = load_programme(
                read_text(file), actor=None, at=timezone.now(), dry_run=dry_run
            )
        except ProgrammeRefused as refusal:
            if as_json:
                problems = [{"path": each.path, "text": each.text} for each in refusal.problems]
                self.write_json({"ok": False, "problems": problems})
                raise SystemExit(1) from refusal
            raise Refused(f"Nothing was loaded from {file}.\n{refusal}") from refusal
        if as_json:
            self.write_json({"ok": True, "dry_run": dry_run, "changed": changed})
            return
        for part, is_changed in changed.items():
            word = ("would change" if dry_run else "loaded") if is_changed else "unchanged"
            self.stdout.write(f"{part}: {word}")
