"""`guildmark import-framework FILE --format oscal|asvs|json|csv`."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from guildmark.apps.standard import services
from guildmark.apps.standard.exchange import READABLE, Format, Hints, Reading, read
from guildmark.apps.standard.services import Release
from guildmark.cores.catalog import Catalog, CatalogRefused, Status
from guildmark.site.management.base import OwnCommand
from guildmark.site.management.files import read_text
from guildmark.site.management.frameworks import refuse

HINTS = {
    "key": "the framework's key here; by default as the file or its name says",
    "code": "the framework's short code",
    "name": "the framework's name",
    "edition": "the edition's number; by default as the file or its name says",
    "supersedes": "the edition that this one follows; none if it follows none",
    "licence": "the licence of the text",
    "attribution": "what the licence asks to be named",
}


class Command(OwnCommand):
    """Read the file, check all of it, then import all of it."""

    help = (
        "Import an edition of a framework. Every problem is listed with its place, and then "
        "nothing is imported. Importing the same file again changes nothing; an edition that is "
        "here with another text is refused, because editions never change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file, its format, and what the file does not say itself."""
        parser.add_argument("file", metavar="FILE", help="the file; - reads from a pipe")
        parser.add_argument(
            "--format", required=True, choices=[each.value for each in READABLE],
            help="oscal (catalog, JSON), asvs (flat JSON), json or csv (as exported here)",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, and import nothing"
        )
        parser.add_argument(
            "--released", type=_day, metavar="DAY",
            help="the day on which it was released, such as 2025-05-30; by default as the file "
            "says, or else today",
        )  # fmt: skip
        for name, text in HINTS.items():
            parser.add_argument(f"--{name}", default="", metavar=name.upper(), help=text)

    def handle(self, *, file: str, **options: Any) -> None:
        """Import it, or say everything that is wrong with it."""
        said: dict[str, Any] = {
            ("number" if name == "edition" else name): options[name] for name in HINTS
        }
        said["released_at"] = options["released"]
        stem = "" if file == "-" else _stem(Path(file).name)
        try:
            reading = read(
                read_text(file), Format(options["format"]), file=stem, hints=Hints(**said)
            )
            with transaction.atomic():
                release = services.release_edition(reading.catalog, actor=None, at=timezone.now())
                transaction.set_rollback(options["dry_run"])
        except CatalogRefused as refusal:
            refuse(f"Nothing was imported from {file}", refusal)
        self._tell(release, reading, dry_run=options["dry_run"])

    def _tell(self, release: Release, reading: Reading, *, dry_run: bool) -> None:
        edition = release.edition
        done = "would be imported" if dry_run else "imported"
        state = done if release.is_new else "was here already, its text is unchanged"
        if dry_run:
            self.stdout.write("This is a dry run: nothing was imported.")
        self.stdout.write(f"{edition.framework.key} {edition.number}: {state}")
        if release.added:
            self.stdout.write(f"lineage records added: {release.added}")
        if edition.supersedes_number:
            self.stdout.write(f"follows {edition.supersedes_number}")
        if edition.framework.name != reading.catalog.framework.name:
            self.stdout.write(f"the framework keeps the name it has here: {edition.framework.name}")
        if reading.left_out:
            parts = ", ".join(f"{count} {name}" for name, count in reading.left_out.items())
            self.stdout.write(f"not kept, for want of a place: {parts}")
        if release.is_new and reading.catalog.edition.released_at is None:
            day = edition.released_at.date().isoformat()
            self.stdout.write(
                f"released: {day}, because the file does not say when. An edition can't be changed "
                "later, so name the day with --released, best in a dry run first."
            )
        self.stdout.write(_counts(reading.catalog))


def _counts(catalog: Catalog) -> str:
    found = list(catalog.requirements)
    withdrawn = sum(each.status is Status.WITHDRAWN for each in found)
    return (
        f"{len(catalog.domains)} domains, {len(found)} requirements ({withdrawn} withdrawn), "
        f"{len(catalog.lineage)} lineage records"
    )


def _day(text: str) -> datetime:
    """Return a day as its first moment in UTC; raise ValueError for what is no day."""
    return datetime.combine(date.fromisoformat(text), time.min, UTC)


def _stem(name: str) -> str:
    """Return a file's name without what tells its format."""
    for ending in (".oscal.json", ".json", ".csv", ".yml", ".yaml"):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name
