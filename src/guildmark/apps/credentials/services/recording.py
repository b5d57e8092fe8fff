"""Writing down what was done: the event, and the version that a verifier sees."""

from datetime import datetime
from typing import Any

from guildmark.apps.audit import services as audit
from guildmark.apps.credentials.models import Credential


def subject_of(row: Credential) -> str:
    """Return by which name the audit knows a credential."""
    return f"credentials.credential:{row.pk}"


def record(event: Any, subject: str, *, actor: Any, at: datetime, reason: str = "") -> None:
    """Record an event in the transaction of what it tells."""
    audit.record(event, actor=actor, subject=subject, at=at, reason=reason)


def save_seen_change(row: Credential, fields: list[str], *, at: datetime) -> None:
    """Save what a verifier can see, under a new version."""
    row.version += 1
    row.changed_at = at
    row.save(update_fields=[*fields, "version", "changed_at"])
