"""What second persons decide."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.credentials import policies, queries
from guildmark.apps.credentials.events import ProposalDecided
from guildmark.apps.credentials.models import Credential, Proposal, StateChange
from guildmark.apps.credentials.states import PROPOSAL, Action

from .awarding import Award, award_of, carry_out_award
from .changing import carry_out_change, change_of
from .recording import record
from .refusals import CredentialRefused, checked_reason, refuse_own
from .renewing import carry_out_renewal, renewal_of


def approve(
    proposal: Proposal, *, reason: str, actor: Any, at: datetime
) -> Credential | StateChange:
    """Approve as the second person, and do what was asked, in one transaction.

    Raises `CredentialRefused`, `TransitionRefused` and `PermissionRefused`; then the proposal
    stays open.
    """
    with transaction.atomic():
        row = _decide(proposal, "approve", reason, actor=actor, at=at)
        _refuse_unfit_asker(row)
        people = {"actor": row.asked_by or SYSTEM, "second": actor}
        if row.action == Action.AWARD:
            made = carry_out_award(_award_as_it_is_now(row, actor), **people, at=at)
            Proposal.objects.filter(pk=row.pk).update(credential=made)
            return made
        if row.renews:
            return carry_out_renewal(renewal_of(row), **people, at=at)
        credential = row.credential
        assert credential is not None  # noqa: S101 - only awards are without one.
        return carry_out_change(credential, change_of(row), **people, at=at)


def refuse(proposal: Proposal, *, reason: str, actor: Any, at: datetime) -> Proposal:
    """Refuse as the second person. Raises `CredentialRefused` and `PermissionRefused`."""
    with transaction.atomic():
        return _decide(proposal, "refuse", reason, actor=actor, at=at)


def withdraw(proposal: Proposal, *, actor: Any, at: datetime) -> Proposal:
    """Take back what one asked for. Raises `PermissionRefused`."""
    with transaction.atomic():
        row = Proposal.objects.select_for_update().get(pk=proposal.pk)
        policies.PROPOSAL_WITHDRAW.require(actor, row)
        return _close(row, "withdraw", "", actor=actor, at=at)


def _decide(
    proposal: Proposal, transition: str, reason: str, *, actor: Any, at: datetime
) -> Proposal:
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    policies.PROPOSAL_DECIDE.require(actor, row)
    refuse_own(row.details.get("email", ""), actor)
    refuse_own(row.credential.holder_email if row.credential else "", actor)
    return _close(row, transition, checked_reason(reason), actor=actor, at=at)


def _close(row: Proposal, transition: str, reason: str, *, actor: Any, at: datetime) -> Proposal:
    row.state = PROPOSAL.target(row.state, transition).value
    row.decided_by, row.decided_at, row.decision_reason = actor, at, reason
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    event = ProposalDecided(row.asked_for, row.state)
    record(event, f"credentials.proposal:{row.pk}", actor=actor, at=at, reason=reason)
    return row


def _award_as_it_is_now(row: Proposal, actor: Any) -> Award:
    """Return the award that waits, to the address of today where components led to it.

    Raises `CredentialRefused` where it is not earned any more, and for who recorded a component
    where nobody but the system asked: two people stand behind an award.
    """
    wanted = award_of(row)
    if "earned_by" not in row.details:
        return wanted
    person = accounts.open_person_by_actor(UUID(row.details["earned_by"]))
    if person is None:
        raise CredentialRefused(_("The account is closed, so nothing can be awarded."))
    if not queries.progress_of(person, row.type).is_complete:
        raise CredentialRefused(
            _("A component was recorded anew as not passed, so this is not earned. Refuse it.")
        )
    recorded = queries.outcomes(person, row.type).filter(recorded_by=actor)
    if row.asked_by is None and recorded.exists():
        raise CredentialRefused(
            _("You recorded one of the components, so another registrar has to approve.")
        )
    return replace(wanted, email=person.email)


def _refuse_unfit_asker(row: Proposal) -> None:
    """Refuse what its asker may not ask for any more, or has come to gain by."""
    asker, about = row.asked_by, row.credential
    if asker is None:
        return
    refuse_own(row.details.get("email", "") if about is None else about.holder_email, asker)
    refusal = policies.CREDENTIAL_AWARD.refusal(asker)
    if about is not None and about.holder_id == asker.pk:
        refusal = policies.NOT_ONESELF.refusal(asker, about)
    if refusal is not None:
        raise CredentialRefused(
            _("%(who)s, who asked for this, may not do it any more: %(why)s")
            % {"who": asker, "why": refusal}
        )
