"""Who may check the experience of whom."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.states import Role
from guildmark.apps.practitioners.models import CheckRequest
from guildmark.apps.practitioners.periods import months_before
from guildmark.apps.practitioners.states import CheckState

from .families import colleagues

CHECKERS = frozenset({Role.REGISTRAR, Role.ASSESSOR_LEAD})
"""Who checks experience for the institute."""
APART_MONTHS = 24
"""Months in which a checker and a person must not have shared a family of employers."""


def recent_colleagues(person: Any, *, at: datetime) -> QuerySet[Any, Any]:
    """Return the ids of who shared a family with a person in the last 24 months."""
    today = at.date()
    return colleagues(person, since=months_before(today, APART_MONTHS), until=today)


def waiting_checks(actor: Any, at: datetime) -> QuerySet[CheckRequest]:
    """Return what an actor may decide, the oldest first: the twin of `experience:check`."""
    rows = CheckRequest.objects.filter(
        state=CheckState.ASKED.value,
        experience__person__isnull=False,
        experience__withdrawn_at__isnull=True,
    )
    if not accounts.effective_roles(actor) & CHECKERS:
        return rows.none()
    others = rows.exclude(experience__person_id=actor.pk)
    apart = others.exclude(experience__person_id__in=recent_colleagues(actor, at=at))
    return apart.select_related("experience__person").order_by("asked_at", "pk")
