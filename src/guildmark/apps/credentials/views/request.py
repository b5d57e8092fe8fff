"""What the pages of registrars have in common: who asks, what for, and where to go on."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import queries
from guildmark.apps.credentials.forms import state_label
from guildmark.apps.credentials.models import Credential, Proposal
from guildmark.apps.credentials.states import Action, Move, ProposalState, State
from guildmark.cores.identifiers import IdRefused
from guildmark.cores.lifecycle import TransitionRefused

Text = str | Promise
PROPOSAL_WORDS: dict[ProposalState, Promise] = {
    ProposalState.OPEN: gettext_lazy("waits"),
    ProposalState.APPROVED: gettext_lazy("approved"),
    ProposalState.REFUSED: gettext_lazy("refused"),
    ProposalState.WITHDRAWN: gettext_lazy("withdrawn"),
}
WHAT_FOLLOWS: dict[ProposalState, Promise] = {
    ProposalState.OPEN: gettext_lazy(
        "This waits for a second registrar. Nothing changes before they have approved."
    ),
    ProposalState.REFUSED: gettext_lazy("Refused. Nothing was changed."),
    ProposalState.WITHDRAWN: gettext_lazy("Withdrawn. Nothing was changed."),
}


def signed_in(request: HttpRequest) -> User:
    return cast("User", request.user)


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def crumbs(here: str) -> list[dict[str, str]]:
    return [{"label": _("Registry"), "url": reverse("credentials:registry")}, {"label": here}]


def found_or_404(number: str) -> Credential:
    try:
        row = queries.lookup(number)
    except IdRefused:
        row = None
    if row is None:
        raise Http404(_("The registry has no credential with this id."))
    return row


def to_what_was_made(request: HttpRequest, made: Any) -> HttpResponse:
    """Say what was done, or that it waits, and lead to where it can be seen."""
    if isinstance(made, Proposal):
        messages.info(request, str(WHAT_FOLLOWS[ProposalState(made.state)]))
        return redirect("credentials:proposal", made.pk)
    if isinstance(made, Credential):
        messages.success(request, _award_sentence(made))
        return redirect("credentials:kept", made.number)
    row = made.credential
    text = _("%(number)s is %(state)s now.")
    messages.success(request, text % {"number": row.number, "state": state_label(State(row.state))})
    return redirect("credentials:kept", row.number)


def _award_sentence(made: Credential) -> str:
    if (renewed := made.predecessors.first()) is None:
        return _("%(number)s is awarded.") % {"number": made.number}
    return _("%(number)s is awarded and has taken the place of %(old)s.") % {
        "number": made.number,
        "old": renewed.number,
    }


def not_possible(refusal: TransitionRefused) -> str:
    text = _("This is not possible any more: the credential is %(state)s now.")
    return text % {"state": state_label(State(refusal.state))}


def title_of(row: Proposal) -> str:
    """Return in words what is asked for."""
    if row.action == Action.AWARD:
        return _("Award %(type)s to %(name)s") % {
            "type": row.type.code,
            "name": row.details["name"],
        }
    if row.renews:
        return _("Renew %(number)s") % {"number": row.credential}
    return f"{Move(row.action).label} {row.credential}"


def address_of(row: Proposal) -> str:
    return reverse("credentials:proposal", args=[row.pk])
