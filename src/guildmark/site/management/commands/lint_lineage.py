"""`guildmark lint-lineage KEY E1 E2 [--mapping FILE]`."""

from typing import Any

from django.core.management.base import CommandParser

from guildmark.apps.standard import queries
from guildmark.apps.standard.comparison import Finding
from guildmark.cores.catalog import CatalogRefused, Lineage, read_mapping
from guildmark.site.management.base import JSON, OwnCommand
from guildmark.site.management.files import read_text
from guildmark.site.management.frameworks import find_edition, refuse


class Command(OwnCommand):
    """Show the pairs that are the least credible."""

    help = (
        "Look over the lineage between two editions, as recorded here or as a mapping file tells "
        "it, and show the pairs of requirements whose texts agree least, and contradictions."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the editions, and the file if there is one."""
        parser.add_argument("key", metavar="KEY", help="the framework's key, such as asvs")
        parser.add_argument("older", metavar="E1", help="the older edition")
        parser.add_argument("newer", metavar="E2", help="the newer edition")
        parser.add_argument(
            "--mapping",
            metavar="FILE",
            help="a mapping in the vocabulary of the ASVS, not yet recorded",
        )
        parser.add_argument(
            "--worst", type=int, default=20, metavar="N", help="how many pairs to show; default 20"
        )
        self.add_format(parser)

    def handle(self, *, key: str, older: str, newer: str, **options: Any) -> None:
        """Print the pairs, the least credible first."""
        before, after = find_edition(key, older), find_edition(key, newer)
        mapping = options["mapping"]
        found = queries.linted(before, after, _records(mapping) if mapping else None)
        shown = found[: max(0, options["worst"])]
        if options["format"] == JSON:
            self.write_json({"pairs": len(found), "worst": [_document(each) for each in shown]})
            return
        old = {each.key: each.label for each in queries.requirements(before)}
        new = {each.key: each.label for each in queries.requirements(after)}
        for each in shown:
            ends = f"{old.get(each.source, each.source)} → {new.get(each.target, each.target)}"
            near = f"nearest {new.get(each.nearest, '')}" if each.rank != 1 else "is the nearest"
            faults = f"  CONTRADICTION: {', '.join(each.faults)}" if each.faults else ""
            self.stdout.write(f"{each.score:.2f}  {each.kind.value:9} {ends}  ({near}){faults}")
        faulty = sum(bool(each.faults) for each in found)
        self.stdout.write(f"{len(found)} pairs, {faulty} with a contradiction")


def _records(file: str) -> tuple[Lineage, ...]:
    try:
        return tuple(read_mapping(read_text(file)))
    except CatalogRefused as refusal:
        refuse(f"{file} can't be read as a mapping", refusal)


def _document(each: Finding) -> dict[str, Any]:
    return {
        "source": each.source,
        "target": each.target,
        "kind": each.kind.value,
        "score": round(each.score, 4),
        "rank": each.rank,
        "nearest": each.nearest,
        "faults": list(each.faults),
    }
