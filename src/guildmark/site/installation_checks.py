"""The doctor's checks of the installation itself: database, institute, folder, disk, clock."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http.request import validate_host

from guildmark.apps.institute import queries

from .conf import Mode
from .management.migrations import pending_migrations

LEAST_SPACE = 200 * 1024 * 1024  # bytes; below this a busy day can fill the disk
LITTLE_SPACE = 5 * LEAST_SPACE
LARGEST_CLOCK_GAP = 5.0  # seconds between this machine and the database server
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right shows an earlier time


@register("doctor", deploy=True)
def check_migrations(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The database has the tables of this version."""
    if not databases or not (pending := pending_migrations()):
        return []
    text = f"{len(pending)} migrations are not applied, the first is {pending[0]}."
    return [Error(text, hint="Run `guildmark migrate`.", id="guildmark.E010")]


@register("doctor", deploy=True)
def check_cache_table(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The cache has its table, which rate limits need."""
    table = settings.CACHES["default"]["LOCATION"]
    if not databases or table in connection.introspection.table_names():
        return []
    hint = "Run `guildmark createcachetable`."
    return [Error(f"The cache's table “{table}” is missing.", hint=hint, id="guildmark.E011")]


@register("doctor", deploy=True)
def check_institute(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The institute is founded, and its origin leads to this server."""
    if not databases:
        return []
    if not queries.is_founded():
        hint = "Run `guildmark init`, or `guildmark run --demo` to try Guildmark."
        return [Error("No institute is founded yet.", hint=hint, id="guildmark.E012")]
    origin = urlsplit(queries.institute().origin)
    if not validate_host(origin.hostname or "", settings.ALLOWED_HOSTS):
        text = f"The institute's origin {origin.geturl()} is no host name that this server answers."
        hint = f"Add {origin.hostname} to GUILDMARK_HOSTS."
        return [Error(text, hint=hint, id="guildmark.E013")]
    if settings.GUILDMARK_MODE is Mode.PRODUCTION and origin.scheme != "https":
        text = f"The origin {origin.geturl()} is not public, but this is production."
        hint = "Change the origin before the first credential is issued."
        return [Warning(text, hint=hint, id="guildmark.W010")]
    return []


@register("doctor", deploy=True)
def check_folder(**_: Any) -> list[CheckMessage]:
    """The data folder can be written, and its disk has room."""
    folder = settings.GUILDMARK_VAR
    if not os.access(folder, os.W_OK | os.X_OK):
        hint = "Make the folder, give it to the user who runs Guildmark, or set GUILDMARK_VAR."
        return [Error(f"{folder} can't be written.", hint=hint, id="guildmark.E014")]
    free = shutil.disk_usage(folder).free
    if free > LITTLE_SPACE:
        return []
    kind, number = (Error, "guildmark.E015") if free < LEAST_SPACE else (Warning, "guildmark.W011")
    hint = "Make room, or move the data folder (GUILDMARK_VAR) to a larger disk."
    return [kind(f"Only {free // 2**20} MiB are free at {folder}.", hint=hint, id=number)]


@register("doctor", deploy=True)
def check_secrets(**_: Any) -> list[CheckMessage]:
    """Nobody but the owner can read the folder of secrets and the secret key."""
    return [
        Error(f"Others can read {path}.", hint=f"Run: chmod -R go= {path}", id="guildmark.E016")
        for path in (settings.GUILDMARK_VAR / "secrets", settings.GUILDMARK_SECRET_KEY_FILE)
        if path.exists() and path.stat().st_mode & 0o077
    ]


@register("doctor", deploy=True)
def check_clock(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The clock is right; dates of credentials and sign-in codes depend on it."""
    hint = "Set the clock, and let a time service such as chrony keep it."
    now = datetime.now(UTC)
    if now < RELEASED:
        text = f"The clock shows {now:%d %B %Y}, before this version existed."
        return [Error(text, hint=hint, id="guildmark.E017")]
    gap = abs((now - _database_time()).total_seconds()) if databases else 0.0
    if gap <= LARGEST_CLOCK_GAP:
        return []
    text = f"The database server's clock is {gap:.0f} s away from this machine's."
    return [Error(text, hint=hint, id="guildmark.E018")]


def _database_time() -> datetime:
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    if not isinstance(moment, datetime):
        raise ImproperlyConfigured("The database server did not tell the time.")
    return moment
