"""`guildmark doctor`: check this installation and say what to mend."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, WARNING, CheckMessage, Tags
from django.core.checks.registry import registry
from django.core.management.base import CommandParser
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection

from guildmark.site.conf import Mode
from guildmark.site.management.base import JSON, OwnCommand
from guildmark.site.management.migrations import pending_migrations

TAG = "doctor"
CONTEXTS = {"installation_checks": "site"}
FINE, HAS_ERRORS, HAS_WARNINGS = 0, 1, 3  # exit codes
RANK = {"ok": 0, "skipped": 1, "warning": 2, "error": 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `state` is ok, skipped, warning or error."""

    check: str
    state: str
    text: str
    hint: str = ""
    number: str = ""


class Command(OwnCommand):
    """Run the checks tagged `doctor`, and in production the deployment checks too."""

    help = (
        "Check this installation: database, keys, ledger, triggers, jobs, mail, disk and clock. "
        "Exit code 0: fine; 1: errors; 2: the command was not understood; 3: warnings, with "
        "--strict only. In production the deployment checks are included."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How strict to be."""
        parser.add_argument(
            "--strict", action="store_true", help="exit with 3 when there are warnings only"
        )
        parser.add_argument(
            "--deploy", action="store_true", help="in development too, judge as in production"
        )
        self.add_format(parser)

    def handle(self, **options: Any) -> None:
        """Print each finding; the exit code says how bad it is."""
        deploy = options["deploy"] or settings.GUILDMARK_MODE is Mode.PRODUCTION
        findings = list(examine(deploy=deploy))
        worst = max((RANK[finding.state] for finding in findings), default=0)
        report = self._as_json if options["format"] == JSON else self._as_text
        report(findings)
        if worst == RANK["error"]:
            raise SystemExit(HAS_ERRORS)
        if worst == RANK["warning"] and options["strict"]:
            raise SystemExit(HAS_WARNINGS)

    def _as_json(self, findings: list[Finding]) -> None:
        names = ("check", "state", "text", "hint", "id")
        rows = [
            dict(zip(names, (f.check, f.state, f.text, f.hint, f.number), strict=True))
            for f in findings
        ]
        states = [finding.state for finding in findings]
        self.write_json({"ok": "error" not in states, "findings": rows})

    def _as_text(self, findings: list[Finding]) -> None:
        style = {"ok": self.style.SUCCESS, "error": self.style.ERROR, "warning": self.style.WARNING}
        self.stdout.write(f"Data folder {settings.GUILDMARK_VAR}, database {_database()}.")
        for finding in sorted(findings, key=lambda each: -RANK[each.state]):
            paint = style.get(finding.state, self.style.NOTICE)
            self.stdout.write(f"{paint(f'{finding.state:8}')}{finding.check}: {finding.text}")
            if finding.hint:
                self.stdout.write(f"{'':8}{finding.hint}")
        errors = sum(finding.state == "error" for finding in findings)
        warnings = sum(finding.state == "warning" for finding in findings)
        self.stdout.write(
            f"\n{_counted(len(findings), 'finding')}: {_counted(errors, 'error')}, "
            f"{_counted(warnings, 'warning')}."
        )


def examine(*, deploy: bool) -> Iterable[Finding]:
    """Run every check; without a usable database those that need one are skipped."""
    trouble = _database_trouble()
    for check in sorted(_checks(deploy=deploy), key=_name):
        if trouble is not None and TAG in getattr(check, "tags", ()):
            yield Finding(_name(check), "skipped", "needs the database, see below")
            continue
        yield from _findings(check)
    if trouble is not None:
        yield trouble


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _database() -> str:
    """Name the database without its password."""
    chosen = connection.settings_dict
    place = f" on {chosen['HOST']}" if chosen.get("HOST") else ""
    return f"{connection.vendor} {chosen['NAME']}{place}"


def _checks(*, deploy: bool) -> set[Callable[..., Any]]:
    everything = registry.get_checks(include_deployment_checks=True)
    wanted = {TAG, Tags.security} if deploy else {TAG}
    return {check for check in everything if wanted & set(getattr(check, "tags", ()))}


def _findings(check: Callable[..., Any]) -> Iterable[Finding]:
    try:
        messages: list[CheckMessage] = check(app_configs=None, databases=[DEFAULT_DB_ALIAS])
    except DatabaseError as fault:
        messages = []
        yield Finding(_name(check), "error", f"could not be checked: {str(fault).strip()}")
        return
    for message in messages:
        yield Finding(
            _name(check), _state(message.level), message.msg, message.hint or "", message.id or ""
        )
    if not messages:
        yield Finding(_name(check), "ok", "nothing to mend")


def _database_trouble() -> Finding | None:
    try:
        connection.ensure_connection()
        pending = pending_migrations()
    except DatabaseError as fault:
        hint = "Check DATABASE_URL, and that the database is up."
        return Finding("database", "error", f"can't be reached: {str(fault).strip()}", hint)
    if pending:
        text = f"{len(pending)} migrations are not applied, the first is {pending[0]}."
        return Finding("database", "error", text, "Run `guildmark migrate`.", "guildmark.E010")
    return None


def _state(level: int) -> str:
    if level >= ERROR:
        return "error"
    return "warning" if level >= WARNING else "ok"


def _name(check: Callable[..., Any]) -> str:
    """The check as people read it: `check_cache_table` of the site is site: cache table."""
    context = check.__module__.removesuffix(".checks").rpartition(".")[2]
    words = str(check.__name__).removeprefix("check_").replace("_", " ")
    return f"{CONTEXTS.get(context, context)}: {words}"
