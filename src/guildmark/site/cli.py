"""The `guildmark` command: Guildmark's own commands and, beside them, all of Django's."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildmark.site.settings")
    execute_from_command_line(sys.argv)
