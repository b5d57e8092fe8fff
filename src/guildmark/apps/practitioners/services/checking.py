"""Asking the institute to look at what one can show, and what its checker records."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import notices, policies
from guildmark.apps.practitioners.events import CheckMoved
from guildmark.apps.practitioners.models import CheckRequest, Experience, Verification
from guildmark.apps.practitioners.policies import CheckAt
from guildmark.apps.practitioners.states import CHECK, CheckState, Way

from .experience import LONGEST_SEEN, lock_experience, subject, write_verification
from .refusals import PractitionerRefused, given, locked, note, reason_of


def ask_checker(row: Experience, *, actor: Any, at: datetime) -> CheckRequest:
    """Ask the institute to check an experience; its checkers read the words from then on.

    Raises `PractitionerRefused` where it was asked already, and `PermissionRefused`.
    """
    with transaction.atomic():
        person = locked(actor)
        row = lock_experience(row)
        policies.EXPERIENCE_EDIT.require(person, row)
        if row.checks.filter(state=CheckState.ASKED.value).exists():
            raise PractitionerRefused(_("The institute was asked to check this already."))
        made = CheckRequest.objects.create(experience=row, asked_at=at)
        note(CheckMoved(made.state), subject(row), actor=actor, at=at)
    return made


def withdraw_check(row: CheckRequest, *, actor: Any, at: datetime) -> CheckRequest:
    """Take back what one asked the institute to check. Raises `PermissionRefused`."""
    with transaction.atomic():
        person = locked(actor)
        row = _locked(row)
        policies.EXPERIENCE_EDIT.require(person, row.experience)
        return _move(row, "withdraw", actor=actor, at=at)


def verify_by_checker(
    row: CheckRequest, *, domains: Iterable[str], seen: str, actor: Any, at: datetime
) -> Verification:
    """Verify experience as a named checker who writes down what they saw.

    Raises `PractitionerRefused`, and `PermissionRefused` for one's own experience and that of a
    colleague of the last 24 months.
    """
    missing = _("Say what you saw, and how you know that it is theirs.")
    seen = given(seen, field="seen", longest=LONGEST_SEEN, missing=missing)
    with transaction.atomic():
        experience, row = _both_locked(row)
        policies.EXPERIENCE_CHECK.require(actor, CheckAt(row, at))
        _move(row, "verify", actor=actor, at=at)
        made = write_verification(
            experience, Way.CHECKER, domains, actor=actor, at=at, by=actor, seen=seen
        )
        notices.tell_check(row, at=at)
    return made


def decline_check(row: CheckRequest, *, reason: str, actor: Any, at: datetime) -> CheckRequest:
    """Say that what was shown is not enough, and why.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    reason = reason_of(reason)
    with transaction.atomic():
        _experience, row = _both_locked(row)
        policies.EXPERIENCE_CHECK.require(actor, CheckAt(row, at))
        row.reason = reason
        row = _move(row, "decline", actor=actor, at=at)
        notices.tell_check(row, at=at)
    return row


def _move(row: CheckRequest, transition: str, *, actor: Any, at: datetime) -> CheckRequest:
    row.state = CHECK.target(row.state, transition).value
    row.decided_at, row.decided_by = at, actor
    row.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    note(CheckMoved(row.state), subject(row.experience), actor=actor, at=at, reason=row.reason)
    return row


def _both_locked(row: CheckRequest) -> tuple[Experience, CheckRequest]:
    experience = lock_experience(row.experience)
    return experience, _locked(row)


def _locked(row: CheckRequest) -> CheckRequest:
    return CheckRequest.objects.select_for_update(no_key=True).get(pk=row.pk)
