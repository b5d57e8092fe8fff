"""What second persons decide, and who asked withdraws."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.apps.credentials import policies, services
from guildmark.apps.credentials.forms import ReasonForm
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.services import CredentialRefused
from guildmark.apps.credentials.states import Action, Cause, ProposalState
from guildmark.cores.lifecycle import TransitionRefused

from .request import (
    PROPOSAL_WORDS,
    Text,
    crumbs,
    not_possible,
    signed_in,
    title_of,
    to_what_was_made,
)

PROPOSAL_BADGES = {
    ProposalState.OPEN: "pending",
    ProposalState.APPROVED: "done",
    ProposalState.REFUSED: "rejected",
    ProposalState.WITHDRAWN: "closed",
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what somebody asked for; let a second person decide, and who asked withdraw."""
    actor = signed_in(request)
    policies.REGISTRY_READ.require(actor)
    asked = Proposal.objects.select_related("type", "credential", "asked_by", "decided_by")
    row = asked.filter(pk=pk).first()
    if row is None:
        raise Http404(_("Nobody asked for this."))
    if request.method != "POST":
        return _proposal_page(request, row, ReasonForm())
    if row.state != ProposalState.OPEN and row.decided_by == actor:  # Sent twice.
        return redirect("credentials:proposal", row.pk)
    return _decide(request, row, request.POST.get("decision", ""))


def _decide(request: HttpRequest, row: Proposal, decision: str) -> HttpResponse:
    actor = signed_in(request)
    if decision == "withdraw":
        withdrawn = services.withdraw(row, actor=actor, at=timezone.now())
        return to_what_was_made(request, withdrawn)
    if decision not in ("approve", "refuse"):
        raise BadRequest(_("Choose whether you approve or refuse."))
    policies.PROPOSAL_DECIDE.require(actor, row)
    form = ReasonForm(request.POST)
    if form.is_valid() and (made := _decided(request, row, decision, form)) is not None:
        return to_what_was_made(request, made)
    return _proposal_page(request, row, form)


def _decided(request: HttpRequest, row: Proposal, decision: str, form: ReasonForm) -> Any:
    service = services.approve if decision == "approve" else services.refuse
    reason = form.cleaned_data["reason"]
    try:
        return service(row, reason=reason, actor=signed_in(request), at=timezone.now())
    except CredentialRefused as refusal:
        form.add_error(None, str(refusal))
    except TransitionRefused as refusal:
        form.add_error(None, not_possible(refusal))
    return None


def _proposal_page(request: HttpRequest, row: Proposal, form: ReasonForm) -> HttpResponse:
    actor = signed_in(request)
    refusal = policies.PROPOSAL_DECIDE.refusal(actor, row)
    state = ProposalState(row.state)
    context = {
        "proposal": row,
        "title": title_of(row),
        "crumbs": crumbs(title_of(row)),
        "facts": list(_asked(row)),
        "state": PROPOSAL_WORDS[state],
        "badge": PROPOSAL_BADGES[state],
        "is_open": state is ProposalState.OPEN,
        "made": _made(row),
        "may_decide": refusal is None,
        "refusal": refusal,
        "may_withdraw": policies.PROPOSAL_WITHDRAW.allows(actor, row),
        "form": form,
    }
    return render(request, "credentials/proposal.html", context)


def _made(row: Proposal) -> Credential | None:
    """Return what was awarded on the approval, if anything was."""
    if row.credential is None or row.state != ProposalState.APPROVED:
        return None
    if row.renews:
        return row.credential.successor
    return row.credential if row.action == Action.AWARD else None


def _asked(row: Proposal) -> Iterator[tuple[Text, Text]]:
    """Return what the action needs, as the asking person gave it."""
    told = row.details
    if row.action == Action.AWARD:
        begins = told.get("valid_from")
        yield _("Type"), str(row.type)
        yield _("Name on the certificate"), told["name"]
        yield _("E-mail address"), told["email"]
        yield _("Valid from"), begins[:10] if begins else _("the moment of the approval")
        return
    if row.renews:
        begins = told.get("valid_from")
        yield _("Holder"), row.credential.holder_name if row.credential else ""
        yield _("Valid from"), begins[:10] if begins else _("the moment of the approval")
        return
    yield _("Cause"), Cause(told["cause"]).label
    yield _("Public text"), told["public_text"] or _("none")
    if "successor" in told:
        yield _("Successor"), str(Credential.objects.get(pk=int(told["successor"])))
