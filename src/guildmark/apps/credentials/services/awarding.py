"""Awarding credentials."""

from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.credentials import issuing, notices, policies
from guildmark.apps.credentials.events import CredentialAwarded
from guildmark.apps.credentials.models import Credential, CredentialType, Proposal
from guildmark.apps.credentials.periods import months_after
from guildmark.apps.credentials.states import Action
from guildmark.cores.identifiers import fold, write_id

from .proposing import propose
from .recording import record, subject_of
from .refusals import CredentialRefused, checked_reason, refuse_own
from .signing import sign

TRIES = 5


@dataclass(frozen=True, slots=True)
class Award:
    """Who is to get which credential, and why."""

    type: CredentialType
    email: str
    name: str
    reason: str
    valid_from: datetime | None = None


def award(wanted: Award, *, actor: Any, at: datetime) -> Credential | Proposal:
    """Award a credential, or ask a second person where the type wants one.

    Raises `CredentialRefused` and `PermissionRefused`.
    """
    policies.CREDENTIAL_AWARD.require(actor)
    wanted = checked_award(wanted)
    refuse_own(wanted.email, actor)
    return award_or_propose(wanted, actor=actor, at=at)


def award_or_propose(
    wanted: Award, *, actor: Any, at: datetime, earned_by: accounts.User | None = None
) -> Credential | Proposal:
    """Award what was checked, or ask a second person where the type wants one.

    `earned_by` is whose components led to it: what waits is true only while they are passed.
    """
    if not wanted.type.needs_second_person(Action.AWARD):
        return carry_out_award(wanted, actor=actor, second=None, at=at)
    details = {"email": wanted.email, "name": wanted.name}
    if earned_by is not None:
        details["earned_by"] = str(earned_by.actor_id)
    if wanted.valid_from is not None:
        details["valid_from"] = wanted.valid_from.isoformat()
    return propose(Action.AWARD, wanted.type, None, details, wanted.reason, actor=actor, at=at)


def award_of(row: Proposal) -> Award:
    """Return the award that somebody asked for."""
    begins = row.details.get("valid_from")
    return Award(
        type=row.type,
        email=row.details["email"],
        name=row.details["name"],
        reason=row.reason,
        valid_from=datetime.fromisoformat(begins) if begins else None,
    )


def carry_out_award(wanted: Award, *, actor: Any, second: Any, at: datetime) -> Credential:
    """Make, sign and record a credential, and tell its holder."""
    with transaction.atomic():
        row = _new_credential(wanted, at=at)
        issue(row, email=wanted.email, reason=wanted.reason, actor=actor, second=second, at=at)
        notices.tell_award(row, email=wanted.email, at=at)
    return row


def issue(
    row: Credential, *, email: str, reason: str, actor: Any, second: Any, at: datetime
) -> None:
    """Give a new credential its id and its signed text, and record its award."""
    _save_under_free_id(row)
    sign(row, email=email, actor=actor, at=at)
    person = str(row.holder.actor_id) if row.holder is not None else ""
    event = CredentialAwarded(row.type.code, issuing.digest(row.document), person)
    record(event, subject_of(row), actor=second or actor, at=at, reason=reason)


def checked_award(wanted: Award) -> Award:
    """Return an award as it is kept. Raises `CredentialRefused`."""
    email, name = wanted.email.strip().lower(), " ".join(wanted.name.split())
    try:
        validate_email(email)
    except ValidationError:
        raise CredentialRefused(
            _("“%(address)s” is not an e-mail address.") % {"address": wanted.email}
        ) from None
    if not name:
        raise CredentialRefused(_("Give the name as it is to stand on the certificate."))
    reason = checked_reason(wanted.reason)
    return Award(wanted.type, email, name, reason, wanted.valid_from)


def _new_credential(wanted: Award, *, at: datetime) -> Credential:
    begins = (wanted.valid_from or at).replace(microsecond=0)
    months = wanted.type.validity_months
    holder = accounts.person_by_email(wanted.email)
    if holder is not None:  # Whoever closes the account meanwhile waits, or was first.
        holder = accounts.open_person_by_actor(holder.actor_id)
    if holder is not None and wanted.email not in accounts.confirmed_addresses(holder):
        holder = None  # Whoever signed up with the address has not shown that it is theirs.
    return Credential(
        type=wanted.type,
        holder=holder,
        holder_name=wanted.name,
        holder_email="" if holder is not None else wanted.email,
        awarded_at=at,
        valid_from=begins,
        valid_until=None if months is None else months_after(begins, months),
        changed_at=at,
    )


def _save_under_free_id(row: Credential) -> None:
    for _attempt in range(TRIES):
        row.number = write_id(row.type.code, row.valid_from.year, SystemRandom())
        row.key = fold(row.number)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:  # Drawn twice; there are 2^50 to draw from.
            continue
        return
    raise CredentialRefused(_("No free id was found. Try again."))
