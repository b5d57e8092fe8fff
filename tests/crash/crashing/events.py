"""The event that jobs and requests record."""

from dataclasses import dataclass
from typing import ClassVar

from guildmark.apps.audit.events import Event


@dataclass(frozen=True)
class Happened(Event):
    """Something happened."""

    name: ClassVar[str] = "tests:crash:happened"
    title: ClassVar[str] = "Something happened"
    ledger: ClassVar[bool] = True
    public: ClassVar[tuple[str, ...]] = ("number",)
    number: int
