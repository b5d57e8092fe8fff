"""Who offers their time for what, and what stands in the way."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from guildmark.apps.credentials import queries as credentials
from guildmark.apps.practitioners.models import LoadCap, OptIn, Unavailability
from guildmark.apps.practitioners.states import Purpose
from guildmark.apps.standard import queries as standard


def domains() -> list[standard.Domain]:
    """Return the domains of the institute's own standard as it is in force, in its order."""
    own = standard.own_framework()
    edition = standard.newest(own) if own else None
    return list(standard.domains(edition)) if edition else []


def domain_titles() -> dict[str, str]:
    """Return what people read for the permanent key of each domain in force, in their order."""
    return {each.key: str(each) for each in domains()}


def specialist_types(domain: str) -> list[credentials.CredentialType]:
    """Return the types of credentials whose holders are specialists in a domain."""
    return [each for each in credentials.types() if domain in each.domains]


def unmapped_types() -> list[credentials.CredentialType]:
    """Return the types of specialist level to which the programme maps no domain."""
    levels = {each.level for each in credentials.types() if each.domains and each.level}
    return [each for each in credentials.types() if not each.domains and each.level in levels]


def may_review_drafts(person: Any, domain: str, at: datetime) -> bool:
    """Whether a person holds, valid now, a specialist credential that is mapped to the domain."""
    return credentials.specialists(domain, at).filter(holder_id=person.pk).exists()


def open_opt_ins(person: Any) -> frozenset[tuple[str, str]]:
    """Return the purposes and domains for which a person offers their time now."""
    rows = OptIn.objects.filter(person_id=person.pk, until__isnull=True)
    return frozenset(rows.values_list("purpose", "domain"))


def opt_in_history(person: Any) -> QuerySet[OptIn]:
    """Return everything that a person ever opted into, the newest first."""
    return OptIn.objects.filter(person_id=person.pk)


def opted_in(purpose: str, domain: str, at: datetime) -> QuerySet[OptIn, Any]:
    """Return the ids of the people who offered their time for it at a moment.

    Usable as a subquery. Drafts go only to who holds, valid at that moment, a specialist
    credential that is mapped to the domain; an opt-in from before sleeps without it.
    """
    going_on = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    rows = OptIn.objects.filter(going_on, purpose=str(purpose), domain=domain)
    rows = rows.filter(person__is_active=True)
    if purpose == Purpose.DRAFT_REVIEW:
        rows = rows.filter(person_id__in=credentials.specialists(domain, at).values("holder_id"))
    return rows.order_by().values_list("person_id", flat=True)


def load_caps(person: Any) -> dict[str, int]:
    """Return how many things at a time a person takes on, for the purposes they said it for."""
    return dict(LoadCap.objects.filter(person_id=person.pk).values_list("purpose", "most"))


def load_cap(person: Any, purpose: str) -> int | None:
    """Return how many things at a time a person takes on for a purpose; None if they didn't say."""
    return load_caps(person).get(str(purpose))


def unavailabilities(person: Any) -> QuerySet[Unavailability]:
    """Return the days on which a person can't do anything, the earliest first."""
    return Unavailability.objects.filter(person_id=person.pk)


def unavailable(on: date) -> QuerySet[Unavailability, Any]:
    """Return the ids of the people who can't do anything on a day; usable as a subquery."""
    rows = Unavailability.objects.filter(begins__lte=on, ends__gte=on)
    return rows.order_by().values_list("person_id", flat=True)
