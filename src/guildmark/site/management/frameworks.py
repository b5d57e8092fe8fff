"""What the commands about frameworks share: finding editions, and telling problems."""

from typing import NoReturn

from guildmark.apps.standard import queries
from guildmark.apps.standard.queries import Edition
from guildmark.cores.catalog import CatalogRefused

from .base import Refused


def find_edition(key: str, number: str) -> Edition:
    """Return an edition, or raise `Refused` with what there is instead."""
    known = {each.key: each for each in queries.frameworks()}
    if (framework := known.get(key)) is None:
        there = ", ".join(sorted(known)) or "none"
        raise Refused(f"There is no framework “{key}” here; there are: {there}.")
    editions = {each.number: each for each in queries.editions(framework)}
    if (edition := editions.get(number)) is None:
        there = ", ".join(editions)
        raise Refused(f"“{key}” has no edition {number} here; it has: {there}.")
    return edition


def refuse(what: str, refusal: CatalogRefused) -> NoReturn:
    """Raise `Refused` with every problem, a line each."""
    count = len(refusal.problems)
    word = "problem" if count == 1 else "problems"
    raise Refused(f"{what}: {count} {word}.\n{refusal}") from refusal
