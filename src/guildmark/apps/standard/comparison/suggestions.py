"""What may have become of a requirement that no record follows: a person decides, not we."""

from collections.abc import Iterable
from dataclasses import dataclass

from guildmark.cores.catalog import Catalog, Requirement, Status
from guildmark.cores.textkit import SuccessorIndex

LIMIT = 5
SHORTEST_TELLING = 3
SAYING_NOTHING = {"and", "any", "are", "can", "does", "for", "has", "its", "not", "that", "the"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A requirement of the newer edition that resembles one of the older.

    `score` is a similarity from 0 to 1; `shared` are the words that speak most for it.
    """

    key: str
    score: float
    shared: tuple[str, ...]


def suggest(
    older: Catalog, newer: Catalog, *, only: Iterable[str] | None = None, limit: int = LIMIT
) -> dict[str, tuple[Suggestion, ...]]:
    """Rank, for each active requirement of the older edition, those of the newer.

    `only` names the older keys to rank for; all of them by default. Linear in the number of those
    times the words they share with the newer edition.
    """
    wanted = None if only is None else set(only)
    index = SuccessorIndex({each.key: _text(each) for each in _active(newer)})
    return {
        each.key: tuple(
            Suggestion(found.key, found.score, tuple(filter(_tells, found.shared)) or found.shared)
            for found in index.rank(_text(each), limit=limit)
        )
        for each in _active(older)
        if wanted is None or each.key in wanted
    }


def _tells(word: str) -> bool:
    """Whether a word says something to people; "a" and "the" do not."""
    return len(word) >= SHORTEST_TELLING and word not in SAYING_NOTHING


def _active(catalog: Catalog) -> Iterable[Requirement]:
    return (each for each in catalog.requirements if each.status is not Status.WITHDRAWN)


def _text(requirement: Requirement) -> str:
    return f"{requirement.title}\n{requirement.statement}".strip()
