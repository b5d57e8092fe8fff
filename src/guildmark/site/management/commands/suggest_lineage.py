"""`guildmark suggest-lineage KEY E1 E2`."""

from typing import Any

from django.core.management.base import CommandParser

from guildmark.apps.standard import queries
from guildmark.apps.standard.comparison import Suggestion
from guildmark.site.management.base import JSON, OwnCommand
from guildmark.site.management.frameworks import find_edition


class Command(OwnCommand):
    """Rank what each requirement may have become."""

    help = (
        "For each requirement of one edition, rank up to five of another that resemble it, with "
        "score and the words they share. Nothing is recorded: what became of a requirement is "
        "for a person to decide."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the editions."""
        parser.add_argument("key", metavar="KEY", help="the framework's key, such as asvs")
        parser.add_argument("older", metavar="E1", help="the edition to start from")
        parser.add_argument("newer", metavar="E2", help="the edition in which to look")
        self.add_format(parser)

    def handle(self, *, key: str, older: str, newer: str, **options: Any) -> None:
        """Print the candidates, best first."""
        before, after = find_edition(key, older), find_edition(key, newer)
        found = queries.ranked_successors(before, after)
        if options["format"] == JSON:
            self.write_json(
                {source: [_document(each) for each in near] for source, near in found.items()}
            )
            return
        labels = {each.key: str(each) for each in queries.requirements(after)}
        for row in queries.requirements(before):
            if row.key in found:
                self.stdout.write(str(row))
                for each in found[row.key]:
                    shared = ", ".join(each.shared)
                    self.stdout.write(f"  {each.score:.2f}  {labels[each.key]}  ({shared})")
        self.stdout.write(f"{len(found)} requirements, up to five candidates each")


def _document(each: Suggestion) -> dict[str, Any]:
    return {"key": each.key, "score": round(each.score, 4), "shared": list(each.shared)}
