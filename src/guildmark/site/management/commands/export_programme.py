"""`guildmark export-programme`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from guildmark.site.management.base import JSON, OwnCommand, Refused
from guildmark.site.management.files import replace_text
from guildmark.site.programme.document import ProgrammeRefused
from guildmark.site.programme.transfer import export_programme


class Command(OwnCommand):
    """Write what `load-programme` reads."""

    help = (
        "Write the programme of this institute as a JSON file that `guildmark load-programme` "
        "takes, here or elsewhere. Without --output it goes to the screen or into a pipe."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file."""
        parser.add_argument("--output", metavar="FILE", help="the file to write or replace")
        self.add_format(parser)

    def handle(self, *, output: str | None, **options: Any) -> None:
        """Write the document."""
        try:
            document = export_programme()
        except ProgrammeRefused as refusal:
            raise Refused(str(refusal)) from refusal
        if output is None:
            self.write_json(document)
            return
        replace_text(Path(output), json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        if options["format"] == JSON:
            self.write_json({"ok": True, "file": output})
        else:
            self.stdout.write(f"{document['programme']['name']} is written to {output}.")
