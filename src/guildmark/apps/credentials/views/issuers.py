"""The list of other issuers whom the institute recognises: everybody of the registry reads it."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.apps.accounts.queries import User
from guildmark.apps.credentials import policies, queries, recognising
from guildmark.apps.credentials.issuer_forms import DropForm, IssuerForm
from guildmark.apps.credentials.models import RecognisedIssuer
from guildmark.apps.credentials.recognising import IssuerRefused

DROP = "drop"
"""What the button is named that takes an issuer from the list."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issuers(request: HttpRequest) -> HttpResponse:
    """Show the list, and let administrators add to it."""
    actor = cast("User", request.user)
    policies.REGISTRY_READ.require(actor)
    form = IssuerForm()
    if request.method == "POST":
        policies.ISSUER_RECOGNISE.require(actor)
        form = IssuerForm(request.POST)
        if form.is_valid() and _recognised(request, form):
            return redirect("credentials:issuers")
    context = {
        "issuers": queries.recognised_issuers(),
        "form": form,
        "may_change": policies.ISSUER_RECOGNISE.allows(actor),
        "crumbs": _crumbs(),
    }
    return render(request, "credentials/issuers.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issuer(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the name or note of an issuer, or take it from the list."""
    policies.ISSUER_RECOGNISE.require(request.user)
    row = queries.recognised_issuers().filter(pk=pk).first()
    if row is None:
        raise Http404(_("There is no such issuer on the list."))
    form, drop_form = IssuerForm(known=row), DropForm()
    if request.method == "POST" and DROP in request.POST:
        drop_form = DropForm(request.POST)
        if drop_form.is_valid() and _dropped(request, row, drop_form):
            return redirect("credentials:issuers")
    elif request.method == "POST":
        form = IssuerForm(request.POST, known=row)
        if form.is_valid() and _recognised(request, form):
            return redirect("credentials:issuers")
    context = {"issuer": row, "form": form, "drop_form": drop_form, "crumbs": _crumbs(row.name)}
    return render(request, "credentials/issuer.html", context)


def _recognised(request: HttpRequest, form: IssuerForm) -> bool:
    wanted = form.wanted()
    try:
        recognising.recognise(wanted, actor=request.user, at=timezone.now())
    except IssuerRefused as refusal:
        return _show(refusal, form)
    text = _("%(name)s is recognised: its credentials are told as those of an issuer known here.")
    messages.success(request, text % {"name": wanted.name})
    return True


def _dropped(request: HttpRequest, row: RecognisedIssuer, form: DropForm) -> bool:
    reason = form.cleaned_data["reason"]
    try:
        recognising.drop(row, reason=reason, actor=request.user, at=timezone.now())
    except IssuerRefused as refusal:
        return _show(refusal, form)
    messages.success(request, _("%(name)s is not recognised any more.") % {"name": row.name})
    return True


def _show(refusal: IssuerRefused, form: forms.Form) -> bool:
    form.add_error(refusal.field, str(refusal))
    return False


def _crumbs(here: str = "") -> list[dict[str, Any]]:
    crumbs = [{"label": _("Registry"), "url": reverse("credentials:registry")}]
    if here:
        crumbs.append({"label": _("Recognised issuers"), "url": reverse("credentials:issuers")})
    return [*crumbs, {"label": here or _("Recognised issuers")}]
