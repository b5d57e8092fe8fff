"""`guildmark export-framework KEY --edition E --format oscal|json|csv|markdown`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from guildmark.apps.standard import queries
from guildmark.apps.standard.exchange import WRITERS, Format, write
from guildmark.site.management.base import OwnCommand
from guildmark.site.management.files import replace_text
from guildmark.site.management.frameworks import find_edition


class Command(OwnCommand):
    """Write an edition as a file."""

    help = (
        "Write an edition of a framework as a file: the same bytes each time. Without --output it "
        "goes to the screen or into a pipe."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the edition, the format and the file."""
        parser.add_argument("key", metavar="KEY", help="the framework's key, such as psf")
        parser.add_argument("--edition", required=True, metavar="E", help="the edition's number")
        parser.add_argument(
            "--format", required=True, choices=[each.value for each in WRITERS],
            help="oscal (catalog, JSON), json, csv or markdown",
        )  # fmt: skip
        parser.add_argument("--output", metavar="FILE", help="the file to write or replace")

    def handle(self, *, key: str, edition: str, output: str | None, **options: Any) -> None:
        """Write it."""
        text = write(queries.catalog(find_edition(key, edition)), Format(options["format"]))
        if output is None:
            self.stdout.write(text, ending="")
            return
        replace_text(Path(output), text)
        self.stdout.write(f"{key} {edition} is written to {output}.")
