"""What this context puts into the slots below: home, navigation, programme file."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildmark.apps.accounts.slots import Door, Link

from . import queries
from .programme import StandardSection

SECTION = StandardSection()


def doors(_request: HttpRequest) -> Iterable[Door]:
    """Lead everyone to the institute's own framework and to what changed in it last."""
    if (own := queries.own_framework()) is None or (edition := queries.newest(own)) is None:
        return []
    found = [
        Door(
            title=_("Read the standard"),
            text=_("%(name)s, edition %(number)s: every requirement, with the failure it prevents.")
            % {"name": own.name, "number": edition.number},
            url=reverse("standard:framework", args=[own.key]),
        )
    ]
    if edition.supersedes is not None:
        found.append(
            Door(
                title=_("See what changed in %(number)s, and why") % {"number": edition.number},
                text=_("Every difference from %(number)s, computed from the texts.")
                % {"number": edition.supersedes.number},
                url=reverse(
                    "standard:comparison", args=[own.key, edition.supersedes.number, edition.number]
                ),
            )
        )
    return found


def link(_request: HttpRequest) -> Link | None:
    """Keep the standard in the masthead once there is one."""
    if not queries.frameworks().exists():
        return None
    return Link(title=gettext_lazy("Standard"), url_name="standard:frameworks")
