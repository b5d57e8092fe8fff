"""What Guildmark's own commands share: their names with hyphens, and `--format json`."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

TEXT, JSON = "text", "json"


def program() -> str:
    """How `guildmark` is called from here: by name, or by its path below the current folder."""
    script = Path(sys.executable).parent / "guildmark"
    found = shutil.which("guildmark")
    if found and Path(found).samefile(script):
        return "guildmark"
    return os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)


class Refused(CommandError):
    """The command can't do what was asked; the message says why and what to do."""


class OwnCommand(BaseCommand):
    """A command whose result is text for people or, with `--format json`, one JSON document."""

    requires_system_checks: list[str] = []
    answers_in_json = False  # Commands may have a --format of their own that means files.

    def add_format(self, parser: CommandParser) -> None:
        """Offer `--format`."""
        self.answers_in_json = True
        parser.add_argument(
            "--format",
            choices=[TEXT, JSON],
            default=TEXT,
            help="text for people (default), or one JSON document for programs",
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; with `--format json` a refusal is a JSON document as well."""
        try:
            return super().execute(*args, **options)
        except CommandError as refusal:
            if not (self.answers_in_json and options.get("format") == JSON):
                raise
            self.write_json({"ok": False, "error": str(refusal)})
            raise SystemExit(refusal.returncode) from refusal

    def write_json(self, document: Any) -> None:
        """Print a JSON document."""
        self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))
