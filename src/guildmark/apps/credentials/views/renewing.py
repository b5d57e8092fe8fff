"""Renewing a credential in one step."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.apps.accounts import kept_forms
from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import policies, services
from guildmark.apps.credentials.forms import RenewalForm
from guildmark.apps.credentials.models import Credential
from guildmark.apps.credentials.services import CredentialRefused
from guildmark.apps.credentials.states import Cause, ProposalState

from .request import crumbs, found_or_404, posted, signed_in, to_what_was_made


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, number: str) -> HttpResponse:
    """Award the new credential that takes the place of this one, or ask a second registrar to."""
    actor = signed_in(request)
    policies.REGISTRY_READ.require(actor)
    row = found_or_404(number)
    policies.CREDENTIAL_RENEW.require(actor, row)
    if request.method == "POST" and (before := _sent_before(row, actor)) is not None:
        return to_what_was_made(request, before)
    form = RenewalForm(posted(request), initial=kept_forms.take(request))
    if form.is_valid() and (made := _renewed(request, row, form)) is not None:
        return to_what_was_made(request, made)
    return _renewal_page(request, row, form)


def _renewed(request: HttpRequest, row: Credential, form: RenewalForm) -> Any:
    reason, begins = form.cleaned_data["reason"], form.begins()
    actor, now = signed_in(request), timezone.now()
    try:
        return services.renew(row, reason=reason, actor=actor, at=now, valid_from=begins)
    except CredentialRefused as refusal:
        form.add_error("valid_from" if begins else None, str(refusal))
    return None


def _renewal_page(request: HttpRequest, row: Credential, form: RenewalForm) -> HttpResponse:
    context = {
        "credential": row,
        "crumbs": [
            *crumbs(row.number)[:-1],
            {"label": row.number, "url": reverse("credentials:kept", args=[row.number])},
            {"label": _("Renew")},
        ],
        "form": form,
        "second": services.renewal_needs_second_person(row),
        "standing": row.standing(timezone.now()),
    }
    try:
        context["ends"] = services.renewed_period(row, at=timezone.now())[1]
    except CredentialRefused as refusal:
        context["refusal"] = str(refusal)
    return render(request, "credentials/renew.html", context)


def _sent_before(row: Credential, actor: User) -> Any:
    """Return what the same person made of the same renewal just before, when it is sent twice."""
    last = row.changes.order_by("-at", "-pk").first()
    if last is not None and last.cause == Cause.RENEWED and last.actor_id == actor.pk:
        return row.successor
    asked = row.proposals.filter(state=ProposalState.OPEN, details__renews=True, asked_by=actor)
    return asked.first()
