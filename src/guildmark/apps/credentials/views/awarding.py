"""Awarding a credential."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.apps.accounts import kept_forms
from guildmark.apps.credentials import policies, services
from guildmark.apps.credentials.forms import AwardForm
from guildmark.apps.credentials.services import CredentialRefused

from .request import crumbs, posted, signed_in, to_what_was_made


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def award(request: HttpRequest) -> HttpResponse:
    """Award a credential, or ask a second registrar to."""
    policies.CREDENTIAL_AWARD.require(signed_in(request))
    today = timezone.now().date()
    form = AwardForm(posted(request), today=today, initial=kept_forms.take(request))
    if form.is_valid() and (made := _awarded(request, form)) is not None:
        return to_what_was_made(request, made)
    context = {"form": form, "crumbs": crumbs(_("Award a credential"))}
    return render(request, "credentials/award.html", context)


def _awarded(request: HttpRequest, form: AwardForm) -> Any:
    try:
        return services.award(form.wanted(), actor=signed_in(request), at=timezone.now())
    except CredentialRefused as refusal:
        # What else can be wrong with an award, the form has refused already.
        form.add_error("email", str(refusal))
        return None
