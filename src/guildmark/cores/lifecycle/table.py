"""Transition tables that know their legal moves and can say why a move is refused."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Generic, TypeVar

S = TypeVar("S", bound=Enum)


class TransitionRefused(Exception):
    """A transition was asked for in a state where the table has no such arrow.

    `state` and `transition` are what was asked, `sources` the states in which that transition
    is legal, `available` the transitions that are legal in `state`; all are plain strings.
    """

    def __init__(
        self,
        lifecycle: str,
        *,
        state: str,
        transition: str,
        sources: tuple[str, ...],
        available: tuple[str, ...],
    ) -> None:
        self.lifecycle = lifecycle
        self.state = state
        self.transition = transition
        self.sources = sources
        self.available = available
        super().__init__(
            f'{lifecycle}: "{transition}" is not possible while the state is "{state}". '
            f'"{transition}" is possible in: {_listing(sources, "no state")}. '
            f'From "{state}" one can: {_listing(available, "nothing, it is final")}.'
        )


@dataclass(frozen=True)
class Transition(Generic[S]):
    """An arrow set: from any of `sources`, the move called `name` leads to `target`."""

    name: str
    sources: Collection[S]
    target: S

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", frozenset(self.sources))


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """A transition table over a string enumeration (StrEnum, or Django's TextChoices).

    A name may appear in several transitions if their sources do not overlap, so one move can
    lead to different states. States are accepted as members or as their stored values.
    Raises ValueError at construction for an unknown state, a transition without sources, an
    ambiguous name or a state that cannot be reached from `initial`.

    >>> from enum import StrEnum
    >>> Door = StrEnum("Door", ["OPEN", "SHUT"])
    >>> door = Lifecycle("door", Door, Door.OPEN, (Transition("shut", {Door.OPEN}, Door.SHUT),))
    >>> door.target("open", "shut").value
    'shut'
    """

    name: str
    states: type[S]
    initial: S
    transitions: Collection[Transition[S]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "transitions", tuple(self.transitions))
        self._refuse_unknown_states()
        self._refuse_ambiguous_names()
        self._refuse_unreachable_states()

    def target(self, state: S | str, name: str) -> S:
        """Return the state that `name` leads to, or raise TransitionRefused."""
        here = self.states(state)
        if (here, name) in self._arrows:
            return self._arrows[here, name]
        raise TransitionRefused(
            self.name,
            state=str(here.value),
            transition=name,
            sources=tuple(str(s.value) for s in self.states if (s, name) in self._arrows),
            available=self.available(here),
        )

    def available(self, state: S | str) -> tuple[str, ...]:
        """Return the names of the transitions that are legal in `state`, in table order."""
        here = self.states(state)
        return tuple(t.name for t in self.transitions if here in t.sources)

    @property
    def terminal_states(self) -> frozenset[S]:
        """The states that nothing leads out of."""
        return frozenset(state for state in self.states if not self.available(state))

    def mermaid(self) -> str:
        """Return the table as the text of a Mermaid state diagram, in declaration order."""
        lines = ["stateDiagram-v2"]
        lines += [f'    state "{s.value}" as {_node(s)}' for s in self.states if _renamed(s)]
        lines.append(f"    [*] --> {_node(self.initial)}")
        lines += [
            f"    {_node(source)} --> {_node(t.target)}: {t.name}"
            for t in self.transitions
            for source in self.states
            if source in t.sources
        ]
        lines += [f"    {_node(s)} --> [*]" for s in self.states if s in self.terminal_states]
        return "\n".join(lines) + "\n"

    @cached_property
    def _arrows(self) -> dict[tuple[S, str], S]:
        return {(source, t.name): t.target for t in self.transitions for source in t.sources}

    def _refuse_unknown_states(self) -> None:
        known = set(self.states)
        if self.initial not in known:
            raise ValueError(f"{self.name}: the initial state {self.initial!r} is unknown.")
        for t in self.transitions:
            if not t.sources:
                raise ValueError(f'{self.name}: transition "{t.name}" starts from no state.')
            for state in {*t.sources, t.target} - known:
                raise ValueError(
                    f'{self.name}: transition "{t.name}" names the unknown state {state!r}.'
                )

    def _refuse_ambiguous_names(self) -> None:
        seen: set[tuple[S, str]] = set()
        for t in self.transitions:
            arrows = {(source, t.name) for source in t.sources}
            for source, name in arrows & seen:
                raise ValueError(
                    f'{self.name}: transition "{name}" leaves "{source.value}" more than once.'
                )
            seen |= arrows

    def _refuse_unreachable_states(self) -> None:
        reached, frontier = {self.initial}, {self.initial}
        while frontier:
            frontier = {t.target for t in self.transitions if frontier & set(t.sources)} - reached
            reached |= frontier
        if lost := [str(state.value) for state in self.states if state not in reached]:
            raise ValueError(
                f"{self.name}: no transition leads from "
                f'"{self.initial.value}" to {_listing(lost, "")}.'
            )


def _listing(names: Iterable[str], nothing: str) -> str:
    return ", ".join(f'"{name}"' for name in names) or nothing


def _node(state: Enum) -> str:
    return state.name.lower()


def _renamed(state: Enum) -> bool:
    return str(state.value) != _node(state)
