"""What the doctor looks at in the key store.

These are system checks with the tag `DOCTOR`. They are registered as deployment checks, so that
only `run_checks(tags=[DOCTOR], include_deployment_checks=True, databases=[...])` runs them, and no
migration waits for them.
"""

import stat
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.utils import timezone

from . import kek, queries, services
from .models import Key

DOCTOR = "doctor"
SOON = timedelta(days=30)
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@register(DOCTOR, deploy=True)
def check_kek(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Report a key-encryption key that is missing, or does not fit a key."""
    if not databases:
        return []
    try:
        if not settings.GUILDMARK_KEK_MAY_BE_MADE:
            kek.key_encryption_keys()
        for key in Key.objects.order_by("pk"):
            services.verify_unwrapping(key)
    except kek.KekUnavailable as error:
        return [
            Error(
                str(error),
                hint="Without it nothing can be signed or decrypted. Bring it back from where you "
                "keep it apart from the database; a new one does not open the old keys.",
                id="guildmark.keys.E001",
            )
        ]
    return []


@register(DOCTOR, deploy=True)
def check_kek_file(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Report a key-encryption key that others on this machine may read."""
    path = kek.kek_file()
    if not databases or path is None or not path.exists() or not path.stat().st_mode & OTHERS:
        return []
    return [
        Error(
            f"Others than the owner may read the key-encryption key in {path}.",
            hint=f"Run chmod 600 {path}. If somebody may have read it, rotate it as well: "
            "see “Rotate keys” in the documentation.",
            id="guildmark.keys.E002",
        )
    ]


@register(DOCTOR, deploy=True)
def check_old_wrapping(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Report keys that are still wrapped by an old key-encryption key."""
    if not databases or not _kek_is_here():
        return []
    newest = kek.key_encryption_keys()[0].fingerprint
    if not (old := Key.objects.exclude(kek=newest).count()):
        return []
    return [
        Warning(
            f"{old} keys are still wrapped by an old key-encryption key.",
            hint="Run guildmark rewrap-keys, then remove the old line from GUILDMARK_KEK_FILE.",
            id="guildmark.keys.W002",
        )
    ]


@register(DOCTOR, deploy=True)
def check_expiry(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Report keys that should be replaced within a month."""
    if not databases:
        return []
    return [
        Warning(
            f"The {key.purpose} key {key.kid} should be replaced by {key.not_after:%Y-%m-%d}.",
            hint=f"Run guildmark rotate-key {key.purpose} --reason “why”. What it signed or "
            "encrypted stays good.",
            id="guildmark.keys.W001",
        )
        for key in queries.expiring(at=timezone.now(), within=SOON)
    ]


def _kek_is_here() -> bool:
    path = kek.kek_file()
    return path is None or Path(path).exists()
