"""Places on the standard's pages that contexts above fill."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest

from guildmark.apps.accounts.slots import Text
from guildmark.cores.slots import Slot


@dataclass(frozen=True, slots=True)
class Requested:
    """The requirement whose page is shown: framework, edition and permanent key."""

    framework: str
    edition: str
    key: str


@dataclass(frozen=True, slots=True)
class PanelItem:
    """A line of evidence, with its page if it has one."""

    text: Text
    url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the evidence beside a requirement, such as its gaps or who meets it."""

    title: Text
    items: list[PanelItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do about a requirement, such as sending feedback on it."""

    title: Text
    url: str


requirement_panels: Slot[Callable[[HttpRequest, Requested], Panel | None]] = Slot(
    "requirement panels"
)
requirement_actions: Slot[Callable[[HttpRequest, Requested], Iterable[Action]]] = Slot(
    "requirement actions"
)
