"""Keeping the register of employers, so that nobody has two families and no family has a ring.

Two columns of each row, `resolved` and `family`, are derived from merges and parents. Every change
of these takes one lock for the whole register first: two changes at once could close a ring.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import policies, queries
from guildmark.apps.practitioners.countries import COUNTRIES
from guildmark.apps.practitioners.events import (
    EmployerAdded,
    EmployerChanged,
    EmployerMerged,
    EmployerMoved,
    EmployerUnmerged,
)
from guildmark.apps.practitioners.models import Employer, EmployerDomain, EmployerName
from guildmark.apps.practitioners.models.employers import LONGEST_NAME
from guildmark.apps.practitioners.naming import EVERYBODYS, domain_of, fold_name, is_domain
from guildmark.apps.practitioners.states import EmployerKind

from .refusals import PractitionerRefused, given, locked, note, reason_of

A_DAY = timedelta(days=1)
MOST_A_DAY = 10
"""New employers that one person can add within 24 hours."""


def add_employer(name: str, *, country: str = "", actor: Any, at: datetime) -> Employer:
    """Add an organisation that is not in the register; who keeps the register has checked it.

    Returns the one that is there already where it has this very name and country. Raises
    `PractitionerRefused` and `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    name, country = _checked_name(name), _checked_country(country)
    with transaction.atomic():
        person = locked(actor)
        if (known := _known(name, country)) is not None:
            return known
        keeps = policies.EMPLOYER_KEEP.allows(actor)
        if not keeps:
            _refuse_too_many(person, at)
        row = Employer.objects.create(
            name=name,
            folded=fold_name(name),
            country=country,
            added_by=person,
            added_at=at,
            checked_by=person if keeps else None,
            checked_at=at if keeps else None,
        )
        _stand_alone(row)
        note(EmployerAdded(keeps), subject(row), actor=actor, at=at)
    return row


def work_for_oneself(*, actor: Any, at: datetime) -> Employer:
    """Return the employer that a person is for themselves; make it at the first time.

    Raises `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    with transaction.atomic():
        person = locked(actor)
        if (known := queries.self_employment(person)) is not None:
            return known
        row = Employer.objects.create(
            kind=EmployerKind.SELF_EMPLOYED.value, owner=person, added_at=at
        )
        _stand_alone(row)
    return row


def check_employer(row: Employer, *, actor: Any, at: datetime, reason: str = "") -> Employer:
    """Say that the organisation exists under this name. Raises `PermissionRefused`."""
    policies.EMPLOYER_KEEP.require(actor)
    with transaction.atomic():
        row = _locked(row)
        row.checked_by, row.checked_at = actor, at
        row.save(update_fields=["checked_by", "checked_at"])
        note(EmployerChanged("checked"), subject(row), actor=actor, at=at, reason=reason)
    return row


def rename_employer(
    row: Employer, name: str, *, country: str = "", actor: Any, at: datetime, reason: str
) -> Employer:
    """Give an organisation its right name and country; it is still found by the old name.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.EMPLOYER_KEEP.require(actor)
    name, country, reason = _checked_name(name), _checked_country(country), reason_of(reason)
    with transaction.atomic():
        row = _locked(row)
        if name != row.name:
            _add_name(row, row.name)
        row.name, row.folded, row.country = name, fold_name(name), country
        row.save(update_fields=["name", "folded", "country"])
        EmployerName.objects.filter(employer=row, folded=row.folded).delete()
        note(EmployerChanged("renamed"), subject(row), actor=actor, at=at, reason=reason)
    return row


def add_name(row: Employer, name: str, *, actor: Any, at: datetime) -> Employer:
    """Let an organisation be found by one more name.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.EMPLOYER_KEEP.require(actor)
    name = _checked_name(name)
    with transaction.atomic():
        row = _locked(row)
        if fold_name(name) != row.folded:
            _add_name(row, name)
        note(EmployerChanged("named"), subject(row), actor=actor, at=at)
    return row


def set_mail_domains(
    row: Employer, domains: Iterable[str], *, actor: Any, at: datetime, reason: str
) -> Employer:
    """Say by which mail domains referees of an organisation are known.

    Raises `PractitionerRefused` for what is no domain or where everybody can get a mailbox, and
    `PermissionRefused`.
    """
    policies.EMPLOYER_KEEP.require(actor)
    reason = reason_of(reason)
    wanted = {_checked_domain(each) for each in domains if each.strip()}
    with transaction.atomic():
        row = _locked(row)
        queries.mail_domains_of(row).exclude(domain__in=wanted).delete()
        for each in sorted(wanted):
            EmployerDomain.objects.get_or_create(employer=row, domain=each)
        note(EmployerChanged("mail domains"), subject(row), actor=actor, at=at, reason=reason)
    return row


def mark_institute(
    row: Employer, is_institute: bool, *, actor: Any, at: datetime, reason: str
) -> Employer:
    """Say whether an organisation is the institute itself: work for it makes no colleagues.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.EMPLOYER_KEEP.require(actor)
    reason = reason_of(reason)
    with transaction.atomic():
        row = _locked(row)
        if row.merged_into_id is not None:
            raise PractitionerRefused(_("This was merged. Change the one that counts instead."))
        row.is_institute = is_institute
        row.save(update_fields=["is_institute"])
        note(EmployerChanged("institute"), subject(row), actor=actor, at=at, reason=reason)
    return row


def set_parent(
    row: Employer, parent: Employer | None, *, actor: Any, at: datetime, reason: str
) -> Employer:
    """Put an organisation under another one, or take it out of its family.

    Raises `PractitionerRefused` where that would close a ring or either was merged, and
    `PermissionRefused`.
    """
    policies.EMPLOYER_KEEP.require(actor)
    reason = reason_of(reason)
    with transaction.atomic():
        _lock_register()
        row = _locked(row)
        parent = _locked(parent) if parent else None
        for each in filter(None, (row, parent)):
            if each.merged_into_id is not None:
                raise PractitionerRefused(
                    _("“%(name)s” was merged. Choose the one that counts instead.")
                    % {"name": each.name},
                    "parent",
                )
        _refuse_ring(row, parent, field="parent")
        row.parent = parent
        row.save(update_fields=["parent"])
        _derive(row)
        moved = EmployerMoved(parent.pk if parent else 0)
        note(moved, subject(row), actor=actor, at=at, reason=reason)
    row.refresh_from_db()
    return row


def merge_employers(
    row: Employer, into: Employer, *, actor: Any, at: datetime, reason: str
) -> Employer:
    """Say that two rows are the same organisation, and that `into` counts from now on.

    What people told of the first stays with it and counts for the second; so it can be undone.
    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.EMPLOYER_KEEP.require(actor)
    reason = reason_of(reason)
    with transaction.atomic():
        _lock_register()
        row, into = _locked(row), _locked(into)
        _refuse_unfit_merge(row, into)
        row.merged_into = into
        row.save(update_fields=["merged_into"])
        _derive(row)
        note(EmployerMerged(into.pk), subject(row), actor=actor, at=at, reason=reason)
    row.refresh_from_db()
    return row


def undo_merge(row: Employer, *, actor: Any, at: datetime, reason: str) -> Employer:
    """Take a merge back; the organisation is where it was before.

    Raises `PractitionerRefused` where it was not merged, or where its old parent has come to
    belong to it meanwhile, and `PermissionRefused`.
    """
    policies.EMPLOYER_KEEP.require(actor)
    reason = reason_of(reason)
    with transaction.atomic():
        _lock_register()
        row = _locked(row)
        into = row.merged_into_id
        if into is None:
            raise PractitionerRefused(_("This was not merged with another one."))
        row.merged_into = None
        _refuse_ring(row, row.parent)
        row.save(update_fields=["merged_into"])
        _derive(row)
        note(EmployerUnmerged(into), subject(row), actor=actor, at=at, reason=reason)
    row.refresh_from_db()
    return row


def subject(row: Employer) -> str:
    """Return the key by which events know an employer."""
    return f"practitioners.employer:{row.pk}"


def _stand_alone(row: Employer) -> None:
    row.resolved = row.family = row
    row.save(update_fields=["resolved", "family"])


def _add_name(row: Employer, name: str) -> None:
    EmployerName.objects.get_or_create(
        employer=row, folded=fold_name(name), defaults={"name": name}
    )


def _known(name: str, country: str) -> Employer | None:
    same = queries.register().filter(folded=fold_name(name), country=country)
    found = same.order_by("merged_into_id", "pk").first()
    return found.resolved if found else None


def _refuse_too_many(person: Any, at: datetime) -> None:
    day = Employer.objects.filter(added_by=person, added_at__gt=at - A_DAY)
    if day.count() >= MOST_A_DAY:
        raise PractitionerRefused(
            _("You added %(most)s employers within a day. Go on tomorrow.") % {"most": MOST_A_DAY},
            "employer",
        )


def _refuse_unfit_merge(row: Employer, into: Employer) -> None:
    if row.merged_into_id is not None or into.merged_into_id is not None:
        which = row if row.merged_into_id is not None else into
        raise PractitionerRefused(
            _("“%(name)s” was merged already. Undo that first, or choose the one that counts.")
            % {"name": which.name},
            "into",
        )
    if row.is_institute != into.is_institute:
        raise PractitionerRefused(
            _("One of the two is marked as the institute itself, the other is not."), "into"
        )
    _refuse_ring(row, into, field="into")


def _refuse_ring(row: Employer, above: Employer | None, *, field: str = "") -> None:
    """Refuse to put a row below one that is below the row itself."""
    seen, here = set(), above
    while here is not None and here.pk not in seen:
        if here.pk == row.pk:
            raise PractitionerRefused(
                _("“%(above)s” belongs to “%(name)s”. Take it out of that family first.")
                % {"above": above.name if above else "", "name": row.name},
                field,
            )
        seen.add(here.pk)
        here = here.merged_into or here.parent


def _derive(row: Employer) -> None:
    """Write the derived columns of a row and of everything below it."""
    up = row.merged_into or row.parent
    row.resolved_id = row.pk if row.merged_into is None else row.merged_into.resolved_id
    row.family_id = row.pk if up is None else up.family_id
    row.save(update_fields=["resolved", "family"])
    for below in Employer.objects.filter(merged_into=row):
        _derive(below)
    for below in Employer.objects.filter(parent=row, merged_into__isnull=True):
        _derive(below)


def _lock_register() -> None:
    """Take the lock of the whole register: the row that was there first, which never goes."""
    first = Employer.objects.select_for_update(no_key=True).order_by("pk")[:1]
    list(first)


def _locked(row: Employer) -> Employer:
    found = Employer.objects.select_for_update(no_key=True).get(pk=row.pk)
    if found.is_self_employed:
        raise PractitionerRefused(_("A person who works for themselves is not in the register."))
    return found


def _checked_name(name: str) -> str:
    missing = _("Give the name of the employer.")
    cleaned = given(name, field="name", longest=LONGEST_NAME, missing=missing)
    if not fold_name(cleaned) or len(fold_name(cleaned)) > LONGEST_NAME:
        raise PractitionerRefused(_("“%(name)s” is no name.") % {"name": cleaned}, "name")
    return cleaned


def _checked_country(country: str) -> str:
    code = country.strip().upper()
    if code and code not in COUNTRIES:
        raise PractitionerRefused(
            _("“%(code)s” is no country. Choose one from the list.") % {"code": country}, "country"
        )
    return code


def _checked_domain(text: str) -> str:
    domain = domain_of(text)
    if not is_domain(domain):
        raise PractitionerRefused(
            _("“%(text)s” is no mail domain. Give one such as example.org on each line.")
            % {"text": text.strip()},
            "domains",
        )
    if domain in EVERYBODYS:
        raise PractitionerRefused(
            _("Everybody can get a mailbox at %(domain)s, so it shows nothing. Remove it.")
            % {"domain": domain},
            "domains",
        )
    return domain
