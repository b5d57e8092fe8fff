"""The public page of a person, and the pages on which they decide what stands there."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark.apps.practitioners import queries, services
from guildmark.apps.practitioners.forms.profiles import ExpertiseForm, ProfileForm, profile_values
from guildmark.apps.practitioners.models import Profile
from guildmark.apps.practitioners.slots import ProfileSection, profile_sections
from guildmark.apps.practitioners.states import Level, Sector

from .request import attempt, own_page, posted, signed_in, tabs


@dataclass(frozen=True, slots=True)
class ShownDomain:
    """What everybody may read about a person's experience in one domain."""

    title: str
    until: datetime | None


@never_cache
@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Show what a person chose to show. A page that is not public is like one that is not there."""
    found = queries.public_profile(handle)
    if found is None:
        raise Http404(_("There is no page of a person with this handle."))
    now = timezone.now()
    titles = queries.domain_titles()
    shown = queries.coarse(found.person, now) if found.shows_experience else []
    domains = [ShownDomain(titles.get(each.domain, each.domain), each.until) for each in shown]
    context = {
        "profile": found,
        "sector": Sector(found.sector).label if found.shows_sector and found.sector else "",
        "expertise": _expertise(found, titles),
        "verified": [each for each in domains if each.until],
        "attested": [each for each in domains if not each.until],
        "credentials": queries.shown_credentials(found, at=now),
        "sections": _sections(found),
    }
    return render(request, "practitioners/person.html", context)


@own_page
def profile(request: HttpRequest) -> HttpResponse:
    """Change what one tells about oneself, and who may read it."""
    actor = signed_in(request)
    row = queries.profile(actor)
    form = ProfileForm(posted(request), initial=profile_values(row) or _beginning(actor))
    if form.is_valid():
        saved = attempt(form, lambda at: services.edit_profile(form.wanted(), actor=actor, at=at))
        if saved is not None:
            text = _("Saved. Everybody can read your page now.")
            messages.success(request, text if saved.is_public else _("Saved. Nobody else sees it."))
            return redirect("practitioners:profile")
    context = {"form": form, "profile": row, "tabs": tabs(request)}
    return render(request, "practitioners/profile.html", context)


@own_page
def expertise(request: HttpRequest) -> HttpResponse:
    """Say how well one knows each domain."""
    actor = signed_in(request)
    form = ExpertiseForm(posted(request), person=actor)
    if form.is_valid():
        saved = attempt(
            form, lambda at: services.declare_expertise(form.wanted(), actor=actor, at=at)
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("practitioners:expertise")
    context = {"form": form, "tabs": tabs(request)}
    return render(request, "practitioners/expertise.html", context)


def _beginning(actor: object) -> dict[str, str]:
    """Begin with the name that the account has; it is shown to nobody until the person says so."""
    return {"name": getattr(actor, "display_name", "")}


def _expertise(found: Profile, titles: dict[str, str]) -> list[tuple[str, object]]:
    if not found.shows_expertise:
        return []
    said = {each.domain: Level(each.level).label for each in queries.expertise(found.person)}
    return [(title, said[key]) for key, title in titles.items() if key in said]


def _sections(found: Profile) -> list[ProfileSection]:
    if not found.shows_contributions:
        return []
    parts = (provider(found.person) for provider in profile_sections)
    return [each for each in parts if each is not None and each.lines]
