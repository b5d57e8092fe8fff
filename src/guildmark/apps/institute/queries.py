"""Reading the institute."""

from datetime import date
from typing import Any

from django.urls import reverse

from .models import Institute as Institute  # Others speak of the institute by this name.
from .models import Programme

UNFOUNDED = Institute(name="Guildmark", origin="http://localhost:8000", tagline="")


def institute() -> Institute:
    """Return the institute, or an unsaved stand-in named Guildmark before `guildmark init`."""
    return Institute.objects.first() or UNFOUNDED


def is_founded() -> bool:
    """Whether `guildmark init` (or the demo) has made the institute."""
    return Institute.objects.exists()


def holidays() -> frozenset[date]:
    """Return the days from Monday to Friday on which nobody works."""
    return frozenset(date.fromisoformat(each) for each in institute().holidays)


def programme() -> Programme | None:
    """Return the programme that is loaded, if one is."""
    return Programme.objects.first()


def address(name: str, *arguments: Any) -> str:
    """Return the whole address of a page, as it stands in mails and on paper."""
    return f"{institute().origin}{reverse(name, args=arguments)}"
