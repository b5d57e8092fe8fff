"""Who worked for the same family of employers; all of it in SQL, with derived columns.

`Employer.resolved` and `Employer.family` are kept by the services that change the register.
"""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from guildmark.apps.practitioners.models import Employer, Employment, VendorInterest

from .employers import vendor_interests


def root(employer: Employer) -> int:
    """Return the id of the employer at the end of all merges and parents."""
    return employer.family_id or employer.pk


def worked(*, since: date, until: date) -> QuerySet[Employment]:
    """Return what counts as work for others on any day of an interval, both days included.

    What was withdrawn is no work, nor is work for the institute itself.
    """
    overlaps = Q(begins__lte=until) & (Q(ends__isnull=True) | Q(ends__gte=since))
    rows = Employment.objects.filter(overlaps, withdrawn_at__isnull=True)
    return rows.filter(employer__resolved__is_institute=False) if since <= until else rows.none()


def family_ids(person: Any, *, since: date, until: date) -> QuerySet[Employment, Any]:
    """Return the families of a person as a subquery of ids."""
    rows = worked(since=since, until=until).filter(person_id=person.pk)
    return rows.order_by().values_list("employer__family_id", flat=True)


def families(person: Any, *, since: date, until: date) -> frozenset[int]:
    """Return the ids of the families for which a person worked on any day of the interval.

    A family has the id of the employer at its root; who works for themselves is a family alone.
    """
    return frozenset(family_ids(person, since=since, until=until))


def colleagues(person: Any, *, since: date, until: date) -> QuerySet[Employment, Any]:
    """Return the ids of the others who share a family with a person, each in the interval.

    Usable as a subquery. Ids may come more than once.
    """
    mine = family_ids(person, since=since, until=until)
    theirs = worked(since=since, until=until).filter(employer__family_id__in=mine)
    others = theirs.exclude(person_id=person.pk).order_by()
    return others.annotate(colleague=F("person_id")).values_list("colleague", flat=True)


def people_of(wanted: QuerySet[Any, Any], *, since: date, until: date) -> QuerySet[Employment, Any]:
    """Return the ids of who worked for one of some families, as a subquery; repeats may come."""
    rows = worked(since=since, until=until).filter(employer__family_id__in=wanted).order_by()
    return rows.annotate(worker=F("person_id")).values_list("worker", flat=True)


def vendor_families(person: Any, *, on: date) -> QuerySet[VendorInterest, Any]:
    """Return the families of the vendors that a person is bound to on a day, as a subquery."""
    rows = vendor_interests(person, on).order_by()
    return rows.values_list("vendor__family_id", flat=True)
