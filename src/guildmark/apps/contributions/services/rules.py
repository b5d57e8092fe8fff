"""Changing the rules of the queue: always as a new version."""

from datetime import datetime
from typing import Any

from django.db import transaction

from guildmark.apps.audit import services as audit
from guildmark.apps.contributions import policies, ruling
from guildmark.apps.contributions.events import RulesChanged
from guildmark.apps.contributions.models import Rules


def change_rules(wanted: dict[str, Any], *, actor: Any, at: datetime) -> bool:
    """Put new rules in force for what comes in from now on; return whether anything changed.

    `wanted` has been checked by the section of the programme. Raises `PermissionRefused`.
    """
    policies.RULES_CHANGE.require(actor)
    with transaction.atomic():
        before = ruling.in_force()
        if all(getattr(before, name) == value for name, value in wanted.items()):
            return False
        values = {
            name: getattr(before, name)
            for name in ("first_answer_days", "disposition_days", "reasons", "topics")
        }
        made = Rules.objects.create(version=before.version + 1, made_at=at, **{**values, **wanted})
        event = RulesChanged(made.version)
        audit.record(event, actor=actor, subject="contributions.rules", at=at)
    return True
