"""The page of mail preferences, and the link below a mail that stops it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from . import queries, services, slots, unsubscribing
from .forms import PreferencesForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show which mails somebody gets, and change how often."""
    chosen = queries.frequencies(request.user)
    form = PreferencesForm(request.POST or None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        services.change_preferences(request.user, form.frequencies())
        messages.success(request, _("Your mail preferences are saved."))
        return redirect("mail:preferences")
    required = [kind for kind in slots.kinds if not kind.optional]
    return render(request, "mail/preferences.html", {"form": form, "required": required})


# The token proves that the request comes from the mail; mail programs (RFC 8058) have no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop what the mail was about, and stop it."""
    try:
        _user, names = unsubscribing.read(token)
        done = request.method == "POST"
        if done:
            services.unsubscribe(token)
    except unsubscribing.BadToken as refusal:
        return render(request, "mail/bad_link.html", {"reason": str(refusal)}, status=400)
    kinds = [kind for kind in queries.optional_kinds() if kind.name in names]
    return render(request, "mail/unsubscribe.html", {"kinds": kinds, "done": done})
