"""Sections of a programme file: each context above registers its own in `AppConfig.ready`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from guildmark.cores.slots import Slot


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a programme file can't be loaded: where (a JSON path such as $.programme.code), what."""

    path: str
    text: str


class SectionRefused(ValueError):
    """A section can't be loaded into this database; `problems` says where and why, all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{each.path}: {each.text}" for each in self.problems))


class ProgrammeSection(Protocol):
    """What a context loads from a programme file and exports to it."""

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Everything that is wrong with the data, which lies at `path`; writes nothing."""
        ...

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Bring the database to what the data says; return whether anything changed.

        Runs in the transaction of the whole file, after all sections were found free of problems.
        Raises `SectionRefused` for what only the database shows to be wrong, with paths that begin
        at $, the root of the section.
        """
        ...

    def export(self) -> Any:
        """What `load` would take, or None when there is nothing."""
        ...


programme_sections: Slot[ProgrammeSection] = Slot("programme sections")
