"""What holders decide themselves."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.credentials import issuing, policies
from guildmark.apps.credentials.events import CredentialClaimed, VisibilityChosen
from guildmark.apps.credentials.models import Credential, StateChange
from guildmark.apps.credentials.states import Cause, Move, ShownAs, State

from .changing import Change, carry_out_change, check_change
from .recording import record, save_seen_change, subject_of
from .refusals import CredentialRefused, refuse_who_took_part
from .signing import sign

LONGEST_HANDLE = 40


def surrender(credential: Credential, *, reason: str, actor: Any, at: datetime) -> StateChange:
    """Give a credential back, as its holder; it can't be taken back.

    Raises `CredentialRefused` and `PermissionRefused`.
    """
    policies.CREDENTIAL_SURRENDER.require(actor, credential)
    wanted = Change(Move.SURRENDER, Cause.HOLDER_ASKED, reason)
    check_change(credential, wanted)
    return carry_out_change(credential, wanted, actor=actor, second=None, at=at)


def show_as(
    credential: Credential, shown_as: ShownAs, *, actor: Any, at: datetime, handle: str = ""
) -> Credential:
    """Choose how the holder is named to whoever looks the credential up.

    Raises `CredentialRefused` where a handle is wanted and none is given, and `PermissionRefused`.
    """
    policies.CREDENTIAL_SHOW.require(actor, credential)
    handle = _checked_handle(handle) if shown_as is ShownAs.HANDLE else ""
    with transaction.atomic():
        row = Credential.objects.select_for_update().get(pk=credential.pk)
        policies.CREDENTIAL_SHOW.require(actor, row)  # The account may have been closed meanwhile.
        row.shown_as, row.handle = shown_as.value, handle
        save_seen_change(row, ["shown_as", "handle"], at=at)
        record(VisibilityChosen(shown_as.value), subject_of(row), actor=actor, at=at)
    return row


def _checked_handle(handle: str) -> str:
    cleaned = " ".join(handle.split())
    if not cleaned or len(cleaned) > LONGEST_HANDLE or not cleaned.isprintable():
        raise CredentialRefused(
            _("Give the handle by which you want to be shown, of at most %(most)s characters.")
            % {"most": LONGEST_HANDLE}
        )
    return cleaned


def claim(credential: Credential, *, actor: Any, at: datetime) -> Credential:
    """Take a credential that was meant for one of the person's confirmed addresses.

    Raises `CredentialRefused`.
    """
    confirmed = set(accounts.confirmed_addresses(actor))
    with transaction.atomic():
        row = Credential.objects.select_for_update().get(pk=credential.pk)
        if row.holder_id == actor.pk:  # A second click on the same button.
            return row
        refuse_who_took_part(row, actor)
        if row.holder_id is not None or row.holder_email not in confirmed:
            raise CredentialRefused(
                _(
                    "This credential was not awarded to a confirmed e-mail address of yours. "
                    "Confirm the address that you gave the institute, or write to the registrar."
                )
            )
        address = row.holder_email
        row.holder, row.holder_email = actor, ""
        if not row.document and row.state == State.ACTIVE:
            sign(row, email=address, actor=actor, at=at)
        save_seen_change(row, ["holder", "holder_email"], at=at)
        digest = issuing.digest(row.document) if row.document else ""
        event = CredentialClaimed(digest, str(actor.actor_id))
        record(event, subject_of(row), actor=actor, at=at)
    return row
