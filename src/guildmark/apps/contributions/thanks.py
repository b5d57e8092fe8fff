"""Whose feedback was accepted, by the edition it was about, with the credit that they chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from guildmark.apps.practitioners import queries as practitioners

from .models import Contribution, Voice
from .states import Credit, Kind, Outcome

ORDER = (Credit.NONE, Credit.HANDLE, Credit.NAMED)
"""Who chose several of them for one edition is named by the last in this order."""
Choice = tuple[str, Any, str]
"""Edition, person, credit."""


@dataclass(frozen=True, slots=True)
class Credited:
    """Somebody as they want to be named; `handle` is given where their profile is public."""

    name: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Thanks:
    """The people behind what was accepted on one edition; `unnamed` are not named here."""

    edition: str
    named: tuple[Credited, ...]
    unnamed: int


def thanks(framework: str) -> list[Thanks]:
    """Return whose feedback on the editions of a framework was accepted, by edition.

    Authors, who joined, and both of what was joined to it. Accounts that are closed are left out.
    """
    best: dict[str, dict[Any, Credit]] = {}
    for edition, person, credit in _choices(framework):
        chosen = best.setdefault(edition, {})
        chosen[person] = max(chosen.get(person, Credit.NONE), Credit(credit), key=ORDER.index)
    return [_thanks(edition, best[edition]) for edition in sorted(best)]


def _choices(framework: str) -> Iterable[Choice]:
    accepted = Contribution.objects.filter(
        kind=Kind.FEEDBACK.value, outcome=Outcome.ACCEPTED.value, framework=framework
    )
    rows = accepted | Contribution.objects.filter(merged_into__in=accepted)
    for row in rows.select_related("author", "merged_into"):
        if row.author is not None and row.author.is_active:
            yield (row.merged_into or row).edition, row.author, row.credit
    voices = Voice.objects.filter(contribution__in=rows, left_at=None, person__is_active=True)
    for each in voices.select_related("person", "contribution__merged_into"):
        row = each.contribution
        yield (row.merged_into or row).edition, each.person, each.credit


def _thanks(edition: str, chosen: dict[Any, Credit]) -> Thanks:
    wanting = [person for person, credit in chosen.items() if credit is not Credit.NONE]
    profiles = practitioners.profiles_of(wanting)
    found = [_credited(each, credit, profiles.get(each.pk)) for each, credit in chosen.items()]
    named = sorted((each for each in found if each is not None), key=lambda each: each.name)
    return Thanks(edition, tuple(named), unnamed=len(found) - len(named))


def _credited(
    person: Any, credit: Credit, profile: practitioners.Profile | None
) -> Credited | None:
    """Return how somebody is named, or None where they are not, or never said how.

    A name leads to a profile only where that shows the name: nothing else tells who a handle is.
    """
    public = profile.handle if profile is not None and profile.is_public else ""
    if credit is Credit.NAMED:
        name = person.display_name or (profile.name if profile is not None else "")
        shows_name = profile is not None and profile.shows_name
        return Credited(name, public if shows_name else "") if name else None
    if credit is Credit.HANDLE and profile is not None and profile.handle:
        return Credited(profile.handle, public)
    return None
