"""What a person did for the standard, and what it counts towards renewal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from guildmark.apps.credentials import queries as credentials
from guildmark.apps.credentials.states import Standing
from guildmark.apps.practitioners.models import Contribution, ContributionKind, RenewalRule

GOES_ON = (Standing.VALID, Standing.SUSPENDED, Standing.EXPIRED)


@dataclass(frozen=True, slots=True)
class ContributionRecord:
    """Points since a credential began, and how many its renewal needs; None where none is set."""

    credential: credentials.Credential
    points: int
    needed: int | None

    @property
    def missing(self) -> int:
        """The points that are still missing."""
        return max(0, (self.needed or 0) - self.points)

    @property
    def percent(self) -> int:
        """How much of the points there is, at most 100."""
        return min(100, 100 * self.points // self.needed) if self.needed else 100


def contribution_kinds() -> QuerySet[ContributionKind]:
    """Return what counts, and how much, as the programme says."""
    return ContributionKind.objects.all()


def contributions(person: Any) -> QuerySet[Contribution]:
    """Return what a person did, the newest first."""
    return Contribution.objects.filter(person_id=person.pk)


def points_policy() -> dict[str, int]:
    """Return the points that each kind counts."""
    return dict(ContributionKind.objects.values_list("kind", "points"))


def points_needed() -> dict[str, int]:
    """Return the points that a renewal needs, by the code of the type of credential."""
    return dict(RenewalRule.objects.values_list("type", "points"))


def points_since(person: Any, since: datetime, until: datetime) -> int:
    """Return the points that a person gathered from one moment on, up to another."""
    rows = contributions(person).filter(at__gte=since, at__lte=until)
    total: int | None = rows.aggregate(total=Sum("points"))["total"]
    return total or 0


def record_of(person: Any, at: datetime) -> list[ContributionRecord]:
    """Return for each credential that can be renewed what was gathered in its period."""
    needed = points_needed()
    held = [each for each in credentials.held_by(person) if each.standing(at) in GOES_ON]
    return [
        ContributionRecord(
            each,
            points_since(person, each.valid_from, max(at, each.valid_until or at)),
            needed.get(each.type.code),
        )
        for each in held
    ]
