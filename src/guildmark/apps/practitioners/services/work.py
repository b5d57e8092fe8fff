"""For whom a person worked and what binds them to vendors: added, ended, withdrawn."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import policies
from guildmark.apps.practitioners.events import HistoryChanged
from guildmark.apps.practitioners.models import Employer, Employment, VendorInterest
from guildmark.apps.practitioners.periods import first_day, last_day
from guildmark.apps.practitioners.states import InterestKind

from .refusals import PractitionerRefused, given, locked, note

LONGEST_ROLE = 120
FIRST_YEAR = 1950
EMPLOYMENT, INTEREST = "employment", "vendor interest"
Line = Employment | VendorInterest


def add_employment(
    employer: Employer, *, role: str, begins: date, ends: date | None, actor: Any, at: datetime
) -> Employment:
    """Add for whom one worked, from the month of one day to the month of another.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    missing = _("Give what you were there, such as “site reliability engineer”.")
    role = given(role, field="role", longest=LONGEST_ROLE, missing=missing)
    begins, ends = months(begins, ends, at=at)
    with transaction.atomic():
        person = locked(actor)
        refuse_others_self(employer, person)
        row = Employment.objects.create(
            person=person, employer=employer, role=role, begins=begins, ends=ends, added_at=at
        )
        note(HistoryChanged(EMPLOYMENT, "added"), actor.actor_id, actor=actor, at=at)
    return row


def add_interest(
    vendor: Employer,
    *,
    kind: InterestKind,
    begins: date,
    ends: date | None,
    actor: Any,
    at: datetime,
) -> VendorInterest:
    """Add what binds one to a vendor. Raises `PractitionerRefused` and `PermissionRefused`."""
    policies.PROFILE_EDIT.require(actor)
    begins, ends = months(begins, ends, at=at)
    if vendor.is_self_employed:
        raise PractitionerRefused(_("Choose an organisation as the vendor."), "employer")
    with transaction.atomic():
        person = locked(actor)
        row = VendorInterest.objects.create(
            person=person, vendor=vendor, kind=kind.value, begins=begins, ends=ends, added_at=at
        )
        note(HistoryChanged(INTEREST, "added"), actor.actor_id, actor=actor, at=at)
    return row


def end_line(row: Line, *, ends: date, actor: Any, at: datetime) -> Line:
    """Say in which month something ended that went on so far.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    with transaction.atomic():
        row = _own(row, actor)
        if row.ends is not None:
            raise PractitionerRefused(_("This has an end already. Withdraw it and add it anew."))
        _begins, row.ends = months(row.begins, ends, at=at)
        row.save(update_fields=["ends"])
        note(HistoryChanged(_what(row), "ended"), actor.actor_id, actor=actor, at=at)
    return row


def withdraw_line(row: Line, *, actor: Any, at: datetime) -> Line:
    """Take a mistake out of what counts; it stays in the file as withdrawn.

    Raises `PractitionerRefused` and `PermissionRefused`.
    """
    policies.PROFILE_EDIT.require(actor)
    with transaction.atomic():
        row = _own(row, actor)
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        note(HistoryChanged(_what(row), "withdrawn"), actor.actor_id, actor=actor, at=at)
    return row


def months(begins: date, ends: date | None, *, at: datetime) -> tuple[date, date | None]:
    """Return the first and the last day of a period of whole months.

    Raises `PractitionerRefused` where it ends before it begins, or lies in the future.
    """
    if begins.year < FIRST_YEAR or begins > last_day(at.date()):
        raise PractitionerRefused(
            _("Give a month from %(year)s up to this month.") % {"year": FIRST_YEAR}, "begins"
        )
    if ends is None:
        return first_day(begins), None
    if last_day(ends) < first_day(begins):
        raise PractitionerRefused(_("This is before the month in which it began."), "ends")
    if ends > last_day(at.date()):
        raise PractitionerRefused(
            _("This month has not come yet. Leave it empty while it goes on."), "ends"
        )
    return first_day(begins), last_day(ends)


def refuse_others_self(employer: Employer, person: Any) -> None:
    """Refuse somebody else's self-employment as one's own employer."""
    if employer.is_self_employed and employer.owner_id != person.pk:
        raise PractitionerRefused(_("Choose an employer from the list."), "employer")


def _own(row: Line, actor: Any) -> Line:
    person = locked(actor)
    kept = Employment.objects if isinstance(row, Employment) else VendorInterest.objects
    mine = kept.select_for_update(no_key=True).filter(person_id=person.pk)
    found: Line | None = mine.filter(pk=row.pk, withdrawn_at__isnull=True).first()
    if found is None:
        raise PractitionerRefused(_("This is not yours, or it was withdrawn already."))
    return found


def _what(row: Line) -> str:
    return EMPLOYMENT if isinstance(row, Employment) else INTEREST
