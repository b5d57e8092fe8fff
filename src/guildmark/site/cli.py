"""The `guildmark` command: Guildmark's own commands and, beside them, all of Django's.

Exit codes: 0 done, 1 refused or failed, 2 not understood (a wrong option, or an environment
variable that cannot be read), 3 warnings that `doctor --strict` counts or a credential that
`verify` could not check, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand
from django.db import OperationalError
from environs import EnvError

REFUSED, USAGE, INTERRUPTED = 1, 2, 130

# What `guildmark` alone teaches: groups of commands, a sentence for each. A test holds this
# table, the commands that exist and docs/reference/commands.md together.
GROUPS: dict[str, dict[str, str]] = {
    "Start": {
        "run": "Serve the site and work off background jobs; --demo brings a demo institute.",
        "init": "Set up an empty institute with its first administrator.",
        "demo-code": "Show the sign-in code of a demo person's authenticator app.",
    },
    "Look after": {
        "doctor": "Check this installation and say what to mend.",
        "reset-second-factors": "Let somebody in who lost their second factors.",
        "worker": "Work off background jobs only, beside a web server run elsewhere.",
        "retry-dead": "Try again the jobs and deliveries that were given up.",
        "retry-mail": "Send once more the mails that were given up.",
    },
    "Keys": {
        "rotate-key": "Replace a signing or encryption key by a new one.",
        "rewrap-keys": "Wrap all keys under the newest key-encryption key.",
    },
    "Credentials": {
        "verify": "Check a signed credential: genuine, by whom, and does it hold today?",
        "import-registry": "Take over the credentials of an older registry from a CSV file.",
    },
    "Programme": {
        "load-programme": "Load a programme from a file, all of it or nothing.",
        "export-programme": "Write the programme to a file that can be loaded elsewhere.",
    },
    "Standard": {
        "import-framework": "Import an edition of a framework from OSCAL, ASVS, JSON or CSV.",
        "export-framework": "Write an edition as OSCAL, JSON, CSV or Markdown.",
        "compare": "Tell what changed between two editions.",
        "suggest-lineage": "Rank what each requirement may have become.",
        "lint-lineage": "Show recorded pairs of requirements that are hard to believe.",
        "import-lineage": "Record what became of an imported framework's requirements.",
    },
}
OWN_COMMANDS = {name: line for group in GROUPS.values() for name, line in group.items()}


class Utility(ManagementUtility):
    """Django's command line, with our commands spelled with hyphens."""

    def execute(self) -> None:
        """Run the command; `--version` alone is Guildmark's own."""
        if self.argv[1:] == ["--version"]:
            sys.stdout.write(f"{version('guildmark')}\n")
            return
        super().execute()

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Find the command; Python spells its module with underscores."""
        own = subcommand in OWN_COMMANDS
        return super().fetch_command(subcommand.replace("-", "_") if own else subcommand)


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildmark.site.settings")
    os.umask(0o077)  # Database, secrets, mails and files are the owner's alone.
    arguments = sys.argv[1:]
    if not arguments or arguments in (["help"], ["--help"], ["-h"]):
        sys.stdout.write(overview())
        return
    sys.exit(_run(arguments))


def overview() -> str:
    """Return the help that `guildmark` alone prints."""
    width = max(map(len, OWN_COMMANDS)) + 2
    lines = ["Usage: guildmark COMMAND [OPTIONS]", ""]
    for group, commands in GROUPS.items():
        lines += [f"{group}:", *(f"  {name:{width}}{line}" for name, line in commands.items()), ""]
    lines += [
        "To try Guildmark:            guildmark run --demo",
        "To start your own institute: guildmark init, then guildmark run",
        "",
        "guildmark COMMAND --help explains one command. Django's own commands (migrate, shell,",
        "check, ...) work too: guildmark help --commands lists them all.",
    ]
    return "\n".join(lines) + "\n"


def _run(arguments: Sequence[str]) -> int:
    """Run one command; turn what the surroundings did wrong into a sentence and an exit code."""
    try:
        Utility(["guildmark", *arguments]).execute()
    except EnvError as fault:
        return _say(f"The environment can't be used. {fault}", USAGE)
    except OperationalError as fault:
        if "--traceback" in arguments:
            raise
        hint = "Is DATABASE_URL right, is the database up, and did `guildmark migrate` run?"
        return _say(f"The database refused: {str(fault).strip()}\n{hint}", REFUSED)
    except BrokenPipeError:  # Whoever read, such as `head`, has read enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _say("Interrupted; what was not finished was not kept.", INTERRUPTED)
    return 0


def _say(text: str, code: int) -> int:
    sys.stderr.write(f"{text}\n")
    return code
