"""Components of types: what registrars record by hand, and what a person has passed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.apps.accounts import kept_forms
from guildmark.apps.accounts.permissions import PermissionRefused
from guildmark.apps.credentials import policies, queries, services
from guildmark.apps.credentials.forms import ComponentForm
from guildmark.apps.credentials.services import CredentialRefused, Recorded
from guildmark.apps.credentials.states import Outcome

from .request import crumbs, posted, signed_in, to_what_was_made

A_PAGE = 25


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def components(request: HttpRequest) -> HttpResponse:
    """List what was recorded, and let registrars record the outcome of a component."""
    actor = signed_in(request)
    policies.REGISTRY_READ.require(actor)
    if request.method == "POST":
        policies.CREDENTIAL_AWARD.require(actor)
    form = ComponentForm(posted(request), initial=kept_forms.take(request))
    if form.is_valid() and (recorded := _recorded(request, form)) is not None:
        return _to_what_followed(request, recorded)
    found = queries.recorded_components(actor)
    context = {
        "form": form,
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "may_record": policies.CREDENTIAL_AWARD.allows(actor),
        "crumbs": crumbs(_("Components")),
    }
    return render(request, "credentials/components.html", context)


@never_cache
@login_required
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Show a person what is recorded of their components, and what is missing."""
    context = {"found": queries.progress(signed_in(request))}
    return render(request, "credentials/progress.html", context)


def _recorded(request: HttpRequest, form: ComponentForm) -> Recorded | None:
    person, reason = form.cleaned_data["email"], form.cleaned_data["reason"]
    actor, now = signed_in(request), timezone.now()
    try:
        return services.record_component(person, form.taken(), reason=reason, actor=actor, at=now)
    except (CredentialRefused, PermissionRefused) as refusal:
        form.add_error(None, str(refusal))
        return None


def _to_what_followed(request: HttpRequest, recorded: Recorded) -> HttpResponse:
    row = recorded.outcome
    words: dict[str, Any] = {
        "type": row.type.code,
        "component": row.component,
        "person": row.person,
        "outcome": Outcome(row.outcome).label,
    }
    text = _("Recorded for %(person)s: %(component)s of %(type)s, %(outcome)s.")
    messages.success(request, text % words)
    if recorded.followed is not None:
        return to_what_was_made(request, recorded.followed)
    if missing := queries.progress_of(row.person, row.type).missing:
        text = _("Still missing for %(type)s: %(components)s.")
        messages.info(request, text % {**words, "components": ", ".join(missing)})
    return redirect("credentials:components")
