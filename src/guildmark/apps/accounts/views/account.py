"""A person's own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.apps.accounts import policies, queries, services
from guildmark.apps.accounts.forms import CloseForm, PreferencesForm, preferences_of

from .request import confirmed, posted, signed_in


@never_cache
@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what the account holds, with a link to each thing one can change."""
    person = signed_in(request)
    return render(
        request,
        "accounts/overview.html",
        {
            "person": person,
            "grants": queries.open_grants(person),
            "dormant": queries.dormant_roles(person),
            "has_second_factor": queries.has_second_factor(person),
            "session_count": len(queries.sessions(person)),
        },
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Change display name, time zone and language."""
    person = signed_in(request)
    form = PreferencesForm(posted(request), initial=preferences_of(person))
    if request.method == "POST" and form.is_valid():
        person = services.change_preferences(person, **form.cleaned_data)
        messages.success(request, _("Your preferences are saved."))
        return _in_language(redirect("accounts:overview"), person.language)
    return render(request, "accounts/preferences.html", {"form": form})


@never_cache
@login_required
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def personal_data(request: HttpRequest) -> HttpResponse:
    """Say what the export holds, and give it as a file."""
    if request.method != "POST":
        return render(request, "accounts/personal_data.html")
    data = services.export_personal_data(signed_in(request), at=timezone.now())
    return JsonResponse(
        data,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={"Content-Disposition": 'attachment; filename="personal-data.json"'},
    )


@never_cache
@login_required
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Say what closing the account erases and what stays, and close it."""
    person = signed_in(request)
    form = CloseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        services.close_account(person, actor=person, at=timezone.now())
        logout(request)
        messages.success(request, _("Your account is closed. Thank you for having been here."))
        return redirect("home")
    refusal = policies.ACCOUNT_CLOSE.refusal(person, person)
    return render(request, "accounts/close.html", {"form": form, "refusal": refusal})


def _in_language(response: HttpResponseRedirect, language: str) -> HttpResponseRedirect:
    """Set the language cookie that Django reads, or take it away."""
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response
