"""`guildmark compare KEY E1 E2`."""

from dataclasses import replace
from typing import Any

from django.core.management.base import CommandParser

from guildmark.apps.standard import queries
from guildmark.apps.standard.comparison import Change, Comparison
from guildmark.apps.standard.queries import Edition
from guildmark.cores.catalog import ChangeClass, LineageKind
from guildmark.site.management.base import JSON, OwnCommand
from guildmark.site.management.frameworks import find_edition


class Command(OwnCommand):
    """Tell what changed between two editions."""

    help = (
        "Tell what changed between two editions of a framework: every requirement that is new, "
        "withdrawn, moved or has other words, with the class of the change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the editions and what to show."""
        parser.add_argument("key", metavar="KEY", help="the framework's key, such as psf")
        parser.add_argument("older", metavar="E1", help="the edition to start from")
        parser.add_argument("newer", metavar="E2", help="the edition to compare with it")
        parser.add_argument(
            "--class", dest="word",
            choices=[*ChangeClass, *(each for each in LineageKind if each != LineageKind.SAME)],
            help="show changes of this class or kind only",
        )  # fmt: skip
        self.add_format(parser)

    def handle(self, *, key: str, older: str, newer: str, **options: Any) -> None:
        """Print the changes, then their counts."""
        before, after = find_edition(key, older), find_edition(key, newer)
        found = queries.comparison(before, after)
        if (word := options["word"]) is not None:
            found = replace(
                found, changes=tuple(each for each in found.changes if each.is_of(word))
            )
        if options["format"] == JSON:
            silent = word == ChangeClass.UNCHANGED
            self.write_json(queries.comparison_document(before, after, found, silent=silent))
            return
        labels = _labels(before), _labels(after)
        for change in found.changes if word == ChangeClass.UNCHANGED else found.told:
            self.stdout.write(_line(change, *labels))
        self._tell_reused(found)
        counts = found.counts()
        told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
        self.stdout.write(f"{key} {older} → {newer}: {told}")

    def _tell_reused(self, found: Comparison) -> None:
        for each in found.reused:
            self.stdout.write(
                f"WARNING: {each.label} names another requirement now: {each.older} → {each.newer}"
            )


def _labels(edition: Edition) -> dict[str, str]:
    return {each.key: each.label for each in queries.requirements(edition)}


def _line(change: Change, before: dict[str, str], after: dict[str, str]) -> str:
    old = ", ".join(before[key] for key in change.sources)
    new = ", ".join(after[key] for key in change.targets)
    name = old if old == new or not new else f"{old} → {new}" if old else new
    fields = f" ({', '.join(change.fields)})" if change.fields else ""
    return f"{change.word:13} {name}{fields}"
