"""Ways in that the site offers for contexts that lie below the home page's slot."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guildmark.apps.accounts.slots import Door, Link, home_doors, navigation_entries


def ledger_door(_request: HttpRequest) -> Iterable[Door]:
    """Lead everyone to the public ledger."""
    text = _("What this institute decided and when, in a list that nobody can rewrite unseen.")
    return [Door(title=_("Look into the ledger"), text=text, url=reverse("audit:ledger"))]


def ledger_link(_request: HttpRequest) -> Link:
    """Keep the ledger in the masthead."""
    return Link(title=_("Ledger"), url_name="audit:ledger")


def register() -> None:
    """Put these into the slots."""
    home_doors.register(ledger_door, name="ledger", order=80)
    navigation_entries.register(ledger_link, name="ledger", order=80)
