"""Places that contexts above fill: home, navigation, desk, personal data, closing an account.

A context registers its providers in `AppConfig.ready`; the pages of `site` and `accounts` go
through them in order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from guildmark.cores.slots import Slot

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Door:
    """A way in from the home page; registered by whoever owns the page it leads to."""

    title: Text
    text: Text
    url: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the masthead."""

    title: Text
    url_name: str


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One thing that waits for a person, or news of something they did."""

    title: Text
    url: str
    detail: Text = ""
    state: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeskSection:
    """A part of the desk; without items it says what will appear there."""

    title: Text
    empty_text: Text
    items: list[DeskItem] = field(default_factory=list)


home_doors: Slot[Callable[[HttpRequest], Iterable[Door]]] = Slot("home doors")
navigation_entries: Slot[Callable[[HttpRequest], Link | None]] = Slot("navigation")
desk_sections: Slot[Callable[[HttpRequest], DeskSection | None]] = Slot("desk")

# Given a person, the data a context holds about them, ready for JSON.
personal_data: Slot[Callable[[Any], dict[str, Any]]] = Slot("personal data")

# Given a person who closes their account (user, at): erase or cut loose what the context holds.
account_closing: Slot[Callable[[Any, datetime], None]] = Slot("account closing")
