"""Reading the institute."""

from .models import Institute as Institute  # Others speak of the institute by this name.
from .models import Programme

UNFOUNDED = Institute(name="Guildmark", origin="http://localhost:8000", tagline="")


def institute() -> Institute:
    """Return the institute, or an unsaved stand-in named Guildmark before `guildmark init`."""
    return Institute.objects.first() or UNFOUNDED


def is_founded() -> bool:
    """Whether `guildmark init` (or the demo) has made the institute."""
    return Institute.objects.exists()


def programme() -> Programme | None:
    """Return the programme that is loaded, if one is."""
    return Programme.objects.first()
