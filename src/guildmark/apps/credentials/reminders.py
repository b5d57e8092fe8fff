"""Telling holders in time that a credential ends."""

from datetime import datetime, timedelta

from django.db import transaction

from . import notices
from .models import Credential, ExpiryReminder
from .states import State

DAYS = (90, 30)
"""Days before the end at which holders are told, longest first."""
AT_ONCE = 500
"""Holders who are told in one run at most; the next run goes on."""


def remind(*, at: datetime) -> int:
    """Tell everybody whose credential ends soon and who was not told yet; return how many.

    Who is past several of the days at once is told once, for the nearest.
    """
    due = Credential.objects.filter(
        state=State.ACTIVE, valid_until__gt=at, valid_until__lte=at + timedelta(days=DAYS[0])
    ).order_by("valid_until", "pk")
    told = 0
    for row in due.select_related("type", "holder").iterator():
        told += _remind(row, at=at)
        if told >= AT_ONCE:
            break
    return told


def _remind(row: Credential, *, at: datetime) -> bool:
    assert row.valid_until is not None  # noqa: S101 - asked for above.
    passed = [days for days in DAYS if row.valid_until <= at + timedelta(days=days)]
    known = set(row.reminders.values_list("days", flat=True))
    if not passed or passed[-1] in known or not (row.holder or row.holder_email):
        return False
    with transaction.atomic():
        fresh = [
            ExpiryReminder(credential=row, days=days, sent_at=at)
            for days in passed
            if days not in known
        ]
        ExpiryReminder.objects.bulk_create(fresh)
        notices.tell_end(row, at=at)
    return True
