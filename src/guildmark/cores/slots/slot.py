"""The typed, ordered registry behind a slot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

P = TypeVar("P")


@dataclass(frozen=True)
class _Entry(Generic[P]):
    order: int
    name: str
    provider: P


class Slot(Generic[P]):
    """Providers of one kind, iterated by (order, name) whatever the order of registration.

    A page declares the slot; other contexts register while the program starts, so a slot
    is filled before the first request and only read afterwards.

    >>> from collections.abc import Callable
    >>> desk: Slot[Callable[[str], str]] = Slot("desk")
    >>> _ = desk.register(lambda person: f"Exams of {person}", name="exams", order=10)
    >>> _ = desk.register(lambda person: f"Cases of {person}", name="cases")
    >>> [provider("Ada") for provider in desk]
    ['Cases of Ada', 'Exams of Ada']
    >>> desk.names
    ('cases', 'exams')
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, _Entry[P]] = {}

    def register(self, provider: P, *, name: str, order: int = 0) -> P:
        """Add a provider and return it; repeating a registration exactly changes nothing.

        Raises ValueError when the name already belongs to another provider or order.
        """
        entry = _Entry(order, name, provider)
        known = self._entries.setdefault(name, entry)
        if known.provider is not provider or known.order != order:
            raise ValueError(
                f'Slot "{self.name}" already has a provider called "{name}" '
                f"(order {known.order}: {known.provider!r}). Choose another name."
            )
        return provider

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the providers, in the order of iteration."""
        return tuple(entry.name for entry in self._ordered())

    def __iter__(self) -> Iterator[P]:
        return (entry.provider for entry in self._ordered())

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Slot({self.name!r}, names={list(self.names)!r})"

    def _ordered(self) -> list[_Entry[P]]:
        return sorted(self._entries.values(), key=lambda entry: (entry.order, entry.name))
