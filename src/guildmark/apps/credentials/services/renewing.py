"""Renewing a credential: a new one is awarded and takes the place of the old one, in one step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.credentials import notices, policies
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.periods import months_after
from guildmark.apps.credentials.reminders import DAYS
from guildmark.apps.credentials.states import Action, Cause, Move, State

from .awarding import issue
from .changing import Change, move
from .proposing import propose, refuse_second_proposal
from .refusals import CredentialRefused, checked_reason, lock_holder, refuse_own

EARLY = timedelta(days=DAYS[0])
"""Who renews so soon before the end, or sooner, loses no day."""
Period = tuple[datetime, datetime | None]

WHY_NOT: dict[State, Promise] = {
    State.SUSPENDED: gettext_lazy(
        "%(number)s is suspended. Reinstate it first, if it is to hold again."
    ),
    State.REVOKED: gettext_lazy(
        "%(number)s was revoked, and what was revoked is not renewed. Award a new one, if the "
        "holder has earned it anew."
    ),
    State.SUPERSEDED: gettext_lazy(
        "%(number)s was superseded: renew the credential that took its place."
    ),
    State.SURRENDERED: gettext_lazy(
        "%(number)s was given back, and what was given back is not renewed. Award a new one, if "
        "the holder wants it again."
    ),
}


@dataclass(frozen=True, slots=True)
class Renewal:
    """Which credential is to be renewed, why, and from when, if not from now."""

    credential: Credential
    reason: str
    valid_from: datetime | None = None


def renew(
    credential: Credential,
    *,
    reason: str,
    actor: Any,
    at: datetime,
    valid_from: datetime | None = None,
) -> Credential | Proposal:
    """Renew a credential, or ask a second person where the type wants one to award or supersede.

    Returns the new credential, or what waits. Raises `CredentialRefused` and `PermissionRefused`.
    """
    policies.CREDENTIAL_RENEW.require(actor, credential)
    refuse_own(credential.holder_email, actor)
    wanted = Renewal(credential, checked_reason(reason), valid_from)
    renewed_period(credential, at=at, valid_from=valid_from)
    if not renewal_needs_second_person(credential):
        return carry_out_renewal(wanted, actor=actor, second=None, at=at)
    details = {"cause": Cause.RENEWED.value, "public_text": "", "renews": True}
    if valid_from is not None:
        details["valid_from"] = valid_from.isoformat()
    kind = credential.type
    return propose(Action.SUPERSEDE, kind, credential, details, wanted.reason, actor=actor, at=at)


def renewal_needs_second_person(credential: Credential) -> bool:
    """Whether one person alone can't award, or can't supersede, credentials of this type."""
    return any(
        credential.type.needs_second_person(each) for each in (Action.AWARD, Action.SUPERSEDE)
    )


def renewed_period(
    credential: Credential, *, at: datetime, valid_from: datetime | None = None
) -> Period:
    """Return from when until when the new credential would be valid.

    It begins at once, for the old one ends with it, and runs from the end of the old one where
    that is near: no day is lost and there is no gap. A day that was given counts as it is.
    Raises `CredentialRefused` for what can't be renewed, or not from that day.
    """
    _refuse_unrenewable(credential, at=at)
    begins = (valid_from or at).replace(microsecond=0)
    if begins > at or begins < credential.valid_from:
        raise CredentialRefused(
            _("Begin on a day from %(first)s to today: the old credential ends with the new one.")
            % {"first": credential.valid_from.date().isoformat()}
        )
    ended, months = credential.valid_until, credential.type.validity_months
    is_early = valid_from is None and ended is not None and at < ended <= at + EARLY
    counted_from = ended if is_early and ended is not None else begins
    ends = None if months is None else months_after(counted_from, months)
    if ends is not None and ends <= at:
        raise CredentialRefused(
            _("From that day it would have ended on %(day)s already. Begin later.")
            % {"day": ends.date().isoformat()}
        )
    return begins, ends


def renewal_of(row: Proposal) -> Renewal:
    """Return the renewal that somebody asked for."""
    assert row.credential is not None  # noqa: S101 - there is nothing else to renew.
    begins = row.details.get("valid_from")
    return Renewal(row.credential, row.reason, datetime.fromisoformat(begins) if begins else None)


def carry_out_renewal(wanted: Renewal, *, actor: Any, second: Any, at: datetime) -> Credential:
    """Award the new credential, have it take the place of the old one, and tell the holder once."""
    people = {"actor": actor, "second": second}
    with transaction.atomic():
        lock_holder(wanted.credential)
        rows = Credential.objects.select_for_update(of=("self",)).select_related("type", "holder")
        old = rows.get(pk=wanted.credential.pk)
        refuse_second_proposal(old)
        new = _successor(old, renewed_period(old, at=at, valid_from=wanted.valid_from), at=at)
        email = new.holder.email if new.holder is not None else new.holder_email
        issue(new, email=email, reason=wanted.reason, **people, at=at)
        change = Change(Move.SUPERSEDE, Cause.RENEWED, wanted.reason, successor=new)
        move(old, change, **people, at=at)
        notices.tell_renewal(new, old, email=email, at=at)
    return new


def _successor(old: Credential, period: Period, *, at: datetime) -> Credential:
    """Return the same for the same holder, shown as the holder chose to be shown."""
    begins, ends = period
    return Credential(
        type=old.type,
        holder=old.holder,
        holder_name=old.holder_name,
        holder_email=old.holder_email,
        shown_as=old.shown_as,
        handle=old.handle,
        awarded_at=at,
        valid_from=begins,
        valid_until=ends,
        changed_at=at,
    )


def _refuse_unrenewable(credential: Credential, *, at: datetime) -> None:
    number = {"number": credential.number}
    if (state := State(credential.state)) is not State.ACTIVE:
        raise CredentialRefused(WHY_NOT[state] % number)
    if credential.holder_id is None and not credential.holder_email:
        raise CredentialRefused(
            _("No address is known of who holds %(number)s, so nobody can be awarded a new one.")
            % number
        )
    if credential.valid_until is None:
        raise CredentialRefused(_("%(number)s has no end, so it needs no renewal.") % number)
    if credential.valid_from > at:
        raise CredentialRefused(
            _("%(number)s is not valid yet. Renew it when it comes to its end.") % number
        )
