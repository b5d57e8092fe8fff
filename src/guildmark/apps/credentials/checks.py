"""What the doctor looks at in the registry: that answers kept ready are those of the rows."""

from collections.abc import Iterator
from itertools import islice

from django.core.checks import CheckMessage, Error

from guildmark.apps.audit.checks import examination

from . import ready_answers

NAMED = 5


@examination
def check_ready_answers() -> Iterator[CheckMessage]:
    """Report answers to verifiers that are not what the registry holds."""
    untrue = ready_answers.untrue()
    if some := list(islice(untrue, NAMED)):
        more = " and more" if next(untrue, None) else ""
        yield Error(
            f"Verifiers are told something else than the registry holds of: "
            f"{', '.join(some)}{more}.",
            hint="Somebody wrote to the database past Guildmark. Find out what was changed; then "
            "delete the rows of these ids from credentials_readyanswer. The worker writes them "
            "anew within the hour, and until then nothing wrong is told.",
            id="guildmark.credentials.E001",
        )
