"""What is recorded about relations and conflicts; subjects are told by their keys only."""

from dataclasses import dataclass
from typing import ClassVar

from guildmark.apps.audit.events import Event


@dataclass(frozen=True)
class ConflictDeclared(Event):
    """Somebody declared a conflict, stepped back, or stated that there is no conflict."""

    name: ClassVar[str] = "assignments:conflict:declared"
    kind: str
    about: str


@dataclass(frozen=True)
class ConflictWithdrawn(Event):
    """Somebody took a declaration back."""

    name: ClassVar[str] = "assignments:conflict:withdrawn"
    kind: str
    about: str


@dataclass(frozen=True)
class TieDeclared(Event):
    """Somebody declared that they are close to another person; `other` is a pseudonym."""

    name: ClassVar[str] = "assignments:tie:declared"
    kind: str
    other: str


@dataclass(frozen=True)
class TieEnded(Event):
    """Somebody declared that a tie has ended."""

    name: ClassVar[str] = "assignments:tie:ended"
    kind: str
    other: str
