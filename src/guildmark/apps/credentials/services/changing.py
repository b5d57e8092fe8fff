"""Moving credentials from state to state."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.credentials import notices, policies, status_lists
from guildmark.apps.credentials.events import CredentialChanged
from guildmark.apps.credentials.models import Credential, Proposal, StateChange
from guildmark.apps.credentials.states import CAUSES, CREDENTIAL, Action, Cause, Move, State

from .proposing import propose
from .recording import record, save_seen_change, subject_of
from .refusals import LONGEST_TEXT, CredentialRefused, checked_reason, refuse_own
from .signing import sign


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a credential: `public_text` is for verifiers, `reason` for the file."""

    move: Move
    cause: Cause
    reason: str
    public_text: str = ""
    successor: Credential | None = field(default=None)


def change(
    credential: Credential, wanted: Change, *, actor: Any, at: datetime
) -> StateChange | Proposal:
    """Move a credential to another state, or ask a second person where the type wants one.

    Raises `CredentialRefused`, `TransitionRefused` and `PermissionRefused`.
    """
    policies.CREDENTIAL_CHANGE.require(actor, credential)
    refuse_own(credential.holder_email, actor)
    check_change(credential, wanted)
    if not credential.type.needs_second_person(Action(wanted.move.value)):
        return carry_out_change(credential, wanted, actor=actor, second=None, at=at)
    details = {"cause": wanted.cause.value, "public_text": wanted.public_text}
    if wanted.successor is not None:
        details["successor"] = str(wanted.successor.pk)
    action = Action(wanted.move.value)
    return propose(action, credential.type, credential, details, wanted.reason, actor=actor, at=at)


def change_of(row: Proposal) -> Change:
    """Return the change that somebody asked for."""
    successor = row.details.get("successor")
    return Change(
        move=Move(row.action),
        cause=Cause(row.details["cause"]),
        reason=row.reason,
        public_text=row.details["public_text"],
        successor=Credential.objects.get(pk=int(successor)) if successor else None,
    )


def carry_out_change(
    credential: Credential, wanted: Change, *, actor: Any, second: Any, at: datetime
) -> StateChange:
    """Move a credential, and tell its holder."""
    with transaction.atomic():
        saved = move(credential, wanted, actor=actor, second=second, at=at)
        notices.tell_change(saved.credential, saved, at=at)
    return saved


def move(
    credential: Credential, wanted: Change, *, actor: Any, second: Any, at: datetime
) -> StateChange:
    """Move a credential and record that, in the transaction of the caller."""
    with transaction.atomic():
        row, wanted = _locked(credential, wanted)
        check_change(row, wanted)
        source, target = row.state, CREDENTIAL.target(row.state, wanted.move)
        row.state, row.public_text = target.value, wanted.public_text
        row.successor = wanted.successor
        save_seen_change(row, ["state", "public_text", "successor"], at=at)
        if target is State.ACTIVE and row.holder is not None and not row.document:
            sign(row, email=row.holder.email, actor=actor, at=at)
        status_lists.note_change(row)
        saved = StateChange.objects.create(
            credential=row,
            move=wanted.move.value,
            source=source,
            target=target.value,
            cause=wanted.cause.value,
            public_text=wanted.public_text,
            actor=actor,
            second_person=second,
            at=at,
        )
        event = CredentialChanged(row.type.code, wanted.move, target, wanted.cause)
        record(event, subject_of(row), actor=second or actor, at=at, reason=wanted.reason)
    return saved


def check_change(credential: Credential, wanted: Change) -> None:
    """Refuse what can't become of a credential in the state that it is in."""
    CREDENTIAL.target(credential.state, wanted.move)
    checked_reason(wanted.reason)
    if wanted.cause not in CAUSES[wanted.move]:
        raise CredentialRefused(
            _("“%(cause)s” is no cause for this. Choose one of: %(causes)s.")
            % {
                "cause": wanted.cause.label,
                "causes": ", ".join(str(each.label) for each in CAUSES[wanted.move]),
            }
        )
    if len(wanted.public_text) > LONGEST_TEXT:
        raise CredentialRefused(
            _("The public text can have %(most)s characters at most.") % {"most": LONGEST_TEXT}
        )
    successor = wanted.successor
    if wanted.move is not Move.SUPERSEDE:
        return
    if successor is None or successor.pk == credential.pk or successor.state != State.ACTIVE:
        raise CredentialRefused(_("Name the active credential that takes the place of this one."))
    if not any(_whose(credential)) or _whose(successor) != _whose(credential):
        raise CredentialRefused(
            _("%(number)s is somebody else's. Name a credential of the same holder.")
            % {"number": successor.number}
        )


def _whose(credential: Credential) -> tuple[int | None, str]:
    return credential.holder_id, credential.holder_email


def _locked(credential: Credential, wanted: Change) -> tuple[Credential, Change]:
    """Lock a credential and its successor, always in the same order, and read both anew."""
    successor = wanted.successor
    keys = {credential.pk, successor.pk if successor is not None else credential.pk}
    rows = Credential.objects.select_for_update(of=("self",)).select_related("type")
    found = {each.pk: each for each in rows.filter(pk__in=keys).order_by("pk")}
    if successor is not None:
        wanted = replace(wanted, successor=found[successor.pk])
    return found[credential.pk], wanted
