"""Asking a second person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.audit.events import System
from guildmark.apps.credentials.events import ProposalMade
from guildmark.apps.credentials.models import Credential, CredentialType, Proposal
from guildmark.apps.credentials.states import Action, ProposalState

from .recording import record
from .refusals import CredentialRefused, checked_reason


def propose(
    action: Action,
    kind: CredentialType,
    credential: Credential | None,
    details: Mapping[str, Any],
    reason: str,
    *,
    actor: Any,
    at: datetime,
) -> Proposal:
    """Write down what somebody wants done; the system, which is no person, leaves no name."""
    with transaction.atomic():
        if credential is not None:
            refuse_second_proposal(credential)
        row = Proposal.objects.create(
            action=action.value,
            type=kind,
            credential=credential,
            details=dict(details),
            reason=checked_reason(reason),
            asked_by=None if isinstance(actor, System) else actor,
            asked_at=at,
        )
        event = ProposalMade(row.asked_for)
        record(event, f"credentials.proposal:{row.pk}", actor=actor, at=at, reason=reason)
    return row


def refuse_second_proposal(credential: Credential) -> None:
    """Refuse what would go round something that waits for a second person."""
    Credential.objects.select_for_update().get(pk=credential.pk)
    if credential.proposals.filter(state=ProposalState.OPEN).exists():
        raise CredentialRefused(
            _("Something about this credential waits for a second person already.")
        )
