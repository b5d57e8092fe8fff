"""The pages everybody meets first: home, desk, style page, and the choice of colours."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from guildmark.apps.accounts.slots import desk_sections, home_doors
from guildmark.site.forms import ExampleForm

THEMES = ("light", "dark", "system")
YEAR = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say in ten seconds what this institute does, with a door to each thing that is there."""
    doors = [door for provider in home_doors for door in provider(request)]
    return render(request, "home.html", {"doors": doors})


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person, by when, and what became of what they did."""
    sections = [section for provider in desk_sections if (section := provider(request))]
    return render(request, "desk.html", {"sections": sections})


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Show every component of the interface with real entries."""
    bound = ExampleForm({"name": "", "email": "no-address", "reason": "Kept as typed."})
    return render(request, "site/style.html", {"form": bound, "empty_form": ExampleForm()})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's colours in a cookie, then go back."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = reverse("home")
    response = HttpResponseRedirect(target)
    if (theme := request.POST.get("theme")) in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", httponly=True)
    return response
