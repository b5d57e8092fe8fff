"""What a person did, who verified it, and until when that counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from guildmark.apps.practitioners.models import (
    Experience,
    ExperienceDomain,
    Reference,
    Verification,
    VerificationDomain,
    VerificationEnd,
)
from guildmark.apps.practitioners.states import ReferenceState


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of an experience in one domain; without `until` it is attested only."""

    domain: str
    until: datetime | None


def in_force(at: datetime) -> QuerySet[Verification]:
    """Return the verifications that count at a moment: not lapsed, ended or withdrawn."""
    ended = VerificationEnd.objects.filter(verification=OuterRef("pk"), at__lte=at)
    kept = Q(experience__withdrawn_at__isnull=True) | Q(experience__withdrawn_at__gt=at)
    rows = Verification.objects.filter(kept, ~Exists(ended))
    return rows.filter(verified_at__lte=at, lapses_at__gt=at)


def verified_domains(person: Any, at: datetime) -> frozenset[str]:
    """Return the keys of the domains in which a person has verified experience at a moment."""
    rows = _verified(at).filter(verification__experience__person_id=person.pk)
    return frozenset(rows.values_list("domain", flat=True))


def attested_domains(person: Any, at: datetime) -> frozenset[str]:
    """Return the keys of the domains in which a person attests experience, verified or not."""
    kept = Q(experience__withdrawn_at__isnull=True) | Q(experience__withdrawn_at__gt=at)
    rows = ExperienceDomain.objects.filter(kept, experience__person_id=person.pk)
    rows = rows.filter(experience__attested_at__lte=at)
    return frozenset(rows.values_list("domain", flat=True))


def verified_in(domain: str, at: datetime) -> QuerySet[VerificationDomain, Any]:
    """Return the ids of people with verified experience in a domain; usable as a subquery."""
    rows = _verified(at).filter(
        domain=domain,
        verification__experience__person__isnull=False,
        verification__experience__person__is_active=True,
    )
    return rows.order_by().values_list("verification__experience__person_id", flat=True)


def coarse(person: Any, at: datetime) -> list[Standing]:
    """Return what counts in each domain over all experience: all that others are ever shown."""
    rows = _verified(at).filter(verification__experience__person_id=person.pk)
    ends = dict(
        rows.order_by("domain").values_list("domain").annotate(until=Max("verification__lapses_at"))
    )
    keys = sorted(attested_domains(person, at))
    return [Standing(key, ends.get(key)) for key in keys]


def own_experience(person: Any) -> QuerySet[Experience]:
    """Return what a person attests, the newest first, without what was withdrawn."""
    rows = Experience.objects.filter(person_id=person.pk, withdrawn_at__isnull=True)
    return rows.select_related("employer__resolved").prefetch_related("domains")


def experience_of(person: Any, pk: int) -> Experience | None:
    """Return one experience of a person."""
    return own_experience(person).filter(pk=pk).first()


def standings(rows: Iterable[Experience], at: datetime) -> dict[int, list[Standing]]:
    """Return for each experience, by its number, what counts in each of its domains."""
    found = {each.pk: each for each in rows}
    counted = _verified(at).filter(verification__experience_id__in=found)
    ends = {
        (pk, domain): until
        for pk, domain, until in counted.order_by("verification__lapses_at").values_list(
            "verification__experience_id", "domain", "verification__lapses_at"
        )
    }
    return {
        pk: [Standing(key, ends.get((pk, key))) for key in row.keys] for pk, row in found.items()
    }


def lapsing(person: Any, *, at: datetime, within: timedelta) -> list[Standing]:
    """Return the domains in which all that was verified lapses soon."""
    return [each for each in coarse(person, at) if each.until and each.until <= at + within]


def reference_by_token(token: str) -> Reference | None:
    """Return the request that a referee's link leads to, whatever became of it."""
    digest = token_digest(token)
    rows = Reference.objects.select_related("experience__person", "experience__employer")
    return rows.filter(token_digest=digest, experience__person__isnull=False).first()


def token_digest(token: str) -> str:
    """Return what is kept of the secret of a link."""
    return sha256(token.encode()).hexdigest()


def waiting_references(person: Any) -> QuerySet[Reference]:
    """Return what a person asked referees and was not answered, lapsed or not."""
    rows = Reference.objects.filter(
        experience__person_id=person.pk,
        experience__withdrawn_at__isnull=True,
        state=ReferenceState.ASKED.value,
    )
    return rows.select_related("experience").order_by("asked_at", "pk")


def _verified(at: datetime) -> QuerySet[VerificationDomain]:
    return VerificationDomain.objects.filter(verification__in=in_force(at))
