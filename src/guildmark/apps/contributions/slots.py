"""Places on the pages of contributions that contexts above fill."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from guildmark.apps.accounts.slots import Text
from guildmark.cores.slots import Slot


@dataclass(frozen=True, slots=True)
class Way:
    """A way to take part, with the form that it leads to, and who can take it."""

    title: Text
    text: Text
    url: str
    who: Text = ""


ways_to_contribute: Slot[Callable[[HttpRequest], Iterable[Way]]] = Slot("ways to contribute")
