"""`guildmark verify FILE`."""

import functools
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError
from django.utils import timezone

from guildmark.apps.credentials import examining, fetching, files, resolving
from guildmark.apps.credentials.examining import Examination
from guildmark.cores.vc.verification import Outcome
from guildmark.site.management.base import JSON, OwnCommand, Refused

HOLDS, FAILS, COULD_NOT_CHECK = 0, 1, 3  # exit codes
CODES = {
    Outcome.HOLDS: HOLDS,
    Outcome.FAILS: FAILS,
    Outcome.COULD_NOT_CHECK: COULD_NOT_CHECK,
}
WORDS: dict[str, str] = {
    Outcome.HOLDS: "holds",
    Outcome.FAILS: "FAILS",
    Outcome.COULD_NOT_CHECK: "not checked",
}


class Command(OwnCommand):
    """Check a signed credential."""

    help = (
        "Check a signed credential: its form, signature, issuer, dates, status and person, each by "
        "itself; one of our own in the registry too. Exit code 0: it holds; 1: it does not; 2: the "
        "command was not understood; 3: it could not be checked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file, and whom to believe."""
        parser.add_argument(
            "file", metavar="FILE", help="JSON, a PNG or SVG picture, or - for standard input"
        )
        parser.add_argument(
            "--offline", action="store_true", help="ask nobody: use this database alone"
        )
        parser.add_argument(
            "--trust", action="append", default=[], metavar="ID",
            help="an issuer that you know, such as did:web:example.org; may be given again",
        )  # fmt: skip
        parser.add_argument(
            "--email", default="", metavar="ADDRESS",
            help="check that it is about the person with this address",
        )  # fmt: skip
        self.add_format(parser)

    def handle(self, *, file: str, **options: Any) -> None:
        """Print each check, then the verdict; the exit code says whether it holds."""
        found = _examined(file, options)
        if options["format"] == JSON:
            self.write_json({"ok": found.outcome is Outcome.HOLDS, **found.as_json()})
        else:
            self._write_text(found)
        if code := CODES[found.outcome]:
            raise SystemExit(code)

    def _write_text(self, found: Examination) -> None:
        for each in found.checks:
            word = WORDS.get(each.outcome, str(each.outcome_label))
            self.stdout.write(f"{word:13}{each.label}: {each.reason}")
        if found.says is not None:
            names = [each["name"] for each in found.says.achievements] or [found.says.name]
            by = found.issuer_name or found.report.issuer_id
            self.stdout.write(f"\n{', '.join(names)}, issued by {by}")
        at = f"{found.checked_at:%Y-%m-%d %H:%M} UTC"
        self.stdout.write(f"{found.verdict_label} (checked {at})")


def _examined(file: str, options: dict[str, Any]) -> Examination:
    get = resolving.nothing_foreign if options["offline"] else functools.cache(fetching.get_json)
    try:
        document = files.document_in(files.text_in(_content(file)))
        return examining.examine(
            document,
            at=timezone.now(),
            get=get,
            email=options["email"],
            trusted=options["trust"],
        )
    except files.FileRefused as refusal:
        code = COULD_NOT_CHECK if refusal.is_beyond_us else FAILS
        raise Refused(f"{file}: {refusal}", returncode=code) from refusal
    except DatabaseError as fault:
        raise Refused(
            f"The database can't be asked: {str(fault).strip()}", returncode=COULD_NOT_CHECK
        ) from fault


def _content(file: str) -> bytes:
    """Return at most one byte more than a file may have."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(files.LARGEST + 1)
        with Path(file).open("rb") as opened:
            return opened.read(files.LARGEST + 1)
    except OSError as fault:
        message = f"{file} can't be read: {fault.strerror}."
        raise Refused(message, returncode=COULD_NOT_CHECK) from fault
