"""`guildmark import-lineage KEY E1 E2 FILE`."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from guildmark.apps.standard import services
from guildmark.cores.catalog import CatalogRefused, read_mapping
from guildmark.site.management.base import JSON, OwnCommand
from guildmark.site.management.files import read_text
from guildmark.site.management.frameworks import find_edition, refuse


class Command(OwnCommand):
    """Record what became of the requirements of a framework that somebody else keeps."""

    help = (
        "Record, from a mapping file in the vocabulary of the ASVS, what became of requirements "
        "between two imported editions. Records can be added, never changed. Look the file over "
        "with lint-lineage first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the editions and the file."""
        parser.add_argument("key", metavar="KEY", help="the framework's key, such as asvs")
        parser.add_argument("older", metavar="E1", help="the older edition")
        parser.add_argument("newer", metavar="E2", help="the newer edition")
        parser.add_argument("file", metavar="FILE", help="the mapping; - reads from a pipe")
        self.add_format(parser)

    def handle(self, *, key: str, older: str, newer: str, file: str, **options: Any) -> None:
        """Record it, or say everything that is wrong with it."""
        before, after = find_edition(key, older), find_edition(key, newer)
        try:
            records = read_mapping(read_text(file))
            count = services.record_lineage(
                before, after, tuple(records), actor=None, at=timezone.now()
            )
        except CatalogRefused as refusal:
            refuse(f"Nothing was recorded from {file}", refusal)
        if options["format"] == JSON:
            self.write_json({"ok": True, "recorded": count})
            return
        self.stdout.write(f"{key} {older} → {newer}: {count} records added")
