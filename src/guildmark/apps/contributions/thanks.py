"""Whose feedback was accepted, by the edition it was about, with the credit that they chose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.practitioners import queries as practitioners

from .models import Contribution, Voice
from .states import Credit, Kind, Outcome

ORDER = (Credit.NONE, Credit.HANDLE, Credit.NAMED)
"""Who chose several of them for one edition is named by the last in this order."""
Choice = tuple[str, int, str]
"""Edition, key of the person, credit."""


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


def thanks(framework: str, editions: Sequence[str]) -> list[Thanks]:
    """Return whose feedback on these editions of a framework was accepted, in their order.

    Authors, who joined, and both of what was joined to it. Accounts that are closed are left out.
    """
    best: dict[str, dict[int, Credit]] = {}
    for edition, person, credit in _choices(framework):
        chosen = best.setdefault(edition, {})
        chosen[person] = max(chosen.get(person, Credit.NONE), Credit(credit), key=ORDER.index)
    return [_thanks(each, best[each]) for each in editions if each in best]


def _choices(framework: str) -> Iterable[Choice]:
    """Read no more than is needed: there may be many, and everybody may ask."""
    accepted = Contribution.objects.filter(
        kind=Kind.FEEDBACK.value, outcome=Outcome.ACCEPTED.value, framework=framework
    ).order_by()
    joined = Contribution.objects.filter(merged_into__in=accepted).order_by()
    for rows, edition in ((accepted, "edition"), (joined, "merged_into__edition")):
        authors = rows.filter(author__is_active=True)
        yield from authors.values_list(edition, "author_id", "credit")
        voices = Voice.objects.filter(contribution__in=rows, left_at=None, person__is_active=True)
        yield from voices.values_list(f"contribution__{edition}", "person_id", "credit")


def _thanks(edition: str, chosen: dict[int, Credit]) -> Thanks:
    wanting = [key for key, credit in chosen.items() if credit is not Credit.NONE]
    people = list(accounts.people_with_keys(wanting))
    profiles = practitioners.profiles_of(people)
    found = [_credited(each, chosen[each.pk], profiles.get(each.pk)) for each in people]
    named = sorted((each for each in found if each is not None), key=lambda each: each.name)
    return Thanks(edition, tuple(named), unnamed=len(chosen) - len(named))


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
