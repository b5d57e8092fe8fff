"""The register of employers, and whom a person told that they worked for."""

from datetime import date
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, When

from guildmark.apps.practitioners.models import (
    Employer,
    EmployerDomain,
    EmployerName,
    Employment,
    VendorInterest,
)
from guildmark.apps.practitioners.naming import fold_name
from guildmark.apps.practitioners.states import EmployerKind

AT_ONCE = 10
"""Employers that a search shows at most."""


def register() -> QuerySet[Employer]:
    """Return the organisations of the register, the merged ones too, by name."""
    rows = Employer.objects.filter(kind=EmployerKind.ORGANISATION.value)
    return rows.select_related("parent", "merged_into", "family")


def employer(pk: int) -> Employer | None:
    """Return an organisation of the register by its number."""
    return register().filter(pk=pk).first()


def employers_like(text: str, *, most: int = AT_ONCE) -> list[Employer]:
    """Return organisations of which some name contains the text, those that begin with it first.

    What was merged is found by its names, and stands for the one that counts.
    """
    word = fold_name(text)
    if not word:
        return []
    named = EmployerName.objects.filter(folded__contains=word).values("employer_id")
    found = register().filter(Q(folded__contains=word) | Q(pk__in=named))
    rows = register().filter(pk__in=found.order_by().values("resolved_id"))
    rank = Case(
        When(folded=word, then=0),
        When(folded__startswith=word, then=1),
        default=2,
        output_field=IntegerField(),
    )
    return list(rows.annotate(rank=rank).order_by("rank", "folded", "pk")[:most])


def aliases(row: Employer) -> QuerySet[EmployerName]:
    """Return the other names of an employer."""
    return EmployerName.objects.filter(employer=row)


def mail_domains(row: Employer) -> frozenset[str]:
    """Return the mail domains of an employer and of all that was merged with it.

    Only those of an employer that was checked, because anybody can add an employer.
    """
    same = EmployerDomain.objects.filter(
        employer__resolved_id=row.resolved_id, employer__resolved__checked_at__isnull=False
    )
    return frozenset(same.values_list("domain", flat=True))


def mail_domains_of(row: Employer) -> QuerySet[EmployerDomain]:
    """Return the mail domains that were entered for this very row."""
    return EmployerDomain.objects.filter(employer=row)


def self_employment(person: Any) -> Employer | None:
    """Return the employer that a person is for themselves, if they ever said so."""
    return Employer.objects.filter(owner_id=person.pk).first()


def employments(person: Any) -> QuerySet[Employment]:
    """Return for whom a person worked, the newest first, without what was withdrawn."""
    rows = Employment.objects.filter(person_id=person.pk, withdrawn_at__isnull=True)
    return rows.select_related("employer__resolved")


def vendor_lines(person: Any) -> QuerySet[VendorInterest]:
    """Return what ever bound a person to vendors, without what was withdrawn."""
    rows = VendorInterest.objects.filter(person_id=person.pk, withdrawn_at__isnull=True)
    return rows.select_related("vendor__resolved")


def vendor_interests(person: Any, on: date) -> QuerySet[VendorInterest]:
    """Return what binds a person to vendors on a day; `vendor.family_id` is the vendor's family."""
    going_on = Q(begins__lte=on) & (Q(ends__isnull=True) | Q(ends__gte=on))
    return vendor_lines(person).filter(going_on)
