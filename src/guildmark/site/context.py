"""What every page knows: the institute, the way around, and the colours chosen."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from guildmark.apps.accounts.slots import navigation_entries
from guildmark.apps.institute import queries

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A link in the masthead."""

    label: str
    url: str
    current: bool


def face(request: HttpRequest) -> dict[str, Any]:
    """Give templates `institute`, `navigation`, `theme`, `verify_url` and `footer_links`."""
    chosen = request.COOKIES.get("theme", "")
    return {
        "institute": queries.institute(),
        "navigation": list(_navigation(request)),
        "theme": chosen if chosen in THEMES else "system",
        "verify_url": reverse("credentials:verify"),
        "footer_links": [{"label": _("Contact"), "url": reverse("contributions:contact")}],
    }


def _navigation(request: HttpRequest) -> "list[NavigationEntry]":
    if not hasattr(request, "user"):  # Refused before anybody was recognised.
        return []
    links = [link for provider in navigation_entries if (link := provider(request))]
    return [
        NavigationEntry(str(link.title), url, current=request.path.startswith(url))
        for link in links
        if (url := reverse(link.url_name))
    ]
