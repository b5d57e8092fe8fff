"""What this context puts into the slots below: desk, personal data, closing an account."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.slots import DeskItem, DeskSection
from guildmark.apps.audit import services as audit

from . import policies, queries
from .models import (
    CheckRequest,
    Contribution,
    Employer,
    Employment,
    Experience,
    Expertise,
    Handle,
    LoadCap,
    OptIn,
    Profile,
    Reference,
    Unavailability,
    VendorInterest,
    Verification,
    VerificationEnd,
)
from .queries.profiles import closed_digest
from .services.experience import close_requests, subject
from .states import ReferenceState

SOON = timedelta(days=90)
"""How long before a verification lapses the desk tells of it."""
ERASED = "(erased)"
"""Stands where words stood that went with the account of the person whom they were about."""


def waiting(request: HttpRequest) -> DeskSection:
    """Show a person which referees they wait for, and what was verified and lapses soon."""
    now, titles = timezone.now(), queries.domain_titles()
    items = [_reference_item(each, now) for each in queries.waiting_references(request.user)]
    items += [
        DeskItem(
            title=_("Verified experience lapses: %(domain)s")
            % {"domain": titles.get(each.domain, each.domain)},
            url=reverse("practitioners:experiences"),
            detail=_("Ask a referee or the institute again if you go on."),
            due=each.until,
        )
        for each in queries.lapsing(request.user, at=now, within=SOON)
    ]
    return DeskSection(
        title=_("Your profile and experience"),
        empty_text=_(
            "Referees whom you asked, and verified experience that lapses soon, will appear here. "
            "Your profile stands in the menu of your account."
        ),
        items=items,
    )


def to_check(request: HttpRequest) -> DeskSection | None:
    """Show checkers what they can decide."""
    if not policies.CHECKS_READ.allows(request.user):
        return None
    items = [
        DeskItem(
            title=str(each.experience.person),
            url=reverse("practitioners:check", args=[each.pk]),
            detail=_("Asked on %(day)s") % {"day": date_format(each.asked_at)},
        )
        for each in queries.waiting_checks(request.user, timezone.now())
    ]
    return DeskSection(
        title=_("Experience to check"),
        empty_text=_("Experience that people ask the institute to check will appear here."),
        items=items,
    )


def to_keep(request: HttpRequest) -> DeskSection | None:
    """Lead the keepers of the register to it, and to the employers that nobody checked yet."""
    if not policies.EMPLOYER_KEEP.allows(request.user):
        return None
    unchecked = queries.register().filter(checked_at__isnull=True, merged_into__isnull=True)
    register = DeskItem(
        title=_("Open the register"),
        url=reverse("practitioners:employers"),
        detail=_(
            "Add an employer, say what belongs together, or mark the institute itself. What people "
            "add appears here until it is checked."
        ),
    )
    items = [register]
    if number := unchecked.count():
        waiting = DeskItem(
            title=_("Employers not checked yet: %(number)s") % {"number": number},
            url=reverse("practitioners:employers", query={"unchecked": "yes"}),
            detail=_("People added them. Check the name, or merge with one that is there."),
        )
        items = [waiting, register]
    return DeskSection(title=_("Register of employers"), empty_text="", items=items)


def personal_data(person: Any) -> dict[str, Any]:
    """Return everything that is kept of a person here, ready for JSON."""
    return {
        "profile": _profile_data(queries.profile(person)),
        "expertise": {each.domain: each.level for each in queries.expertise(person)},
        "work": [_line(each, role=each.role) for each in Employment.objects.filter(person=person)],
        "vendor_interests": [
            _line(each, kind=each.kind) for each in VendorInterest.objects.filter(person=person)
        ],
        "experience": [_experience(each) for each in Experience.objects.filter(person=person)],
        "opt_ins": [
            {
                "purpose": each.purpose,
                "domain": each.domain,
                "since": each.since.isoformat(),
                "until": _iso(each.until),
            }
            for each in queries.opt_in_history(person)
        ],
        "load_caps": queries.load_caps(person),
        "unavailable": [
            [each.begins.isoformat(), each.ends.isoformat()]
            for each in queries.unavailabilities(person)
        ],
        "contributions": [
            {"kind": each.kind, "title": each.title, "points": each.points, "at": _iso(each.at)}
            for each in queries.contributions(person)
        ],
        "answers_as_referee": [
            {"name": each.typed_name, "answer": each.state, "at": _iso(each.answered_at)}
            for each in Reference.objects.filter(answered_by=person)
        ],
    }


def close_account(person: Any, at: datetime) -> None:
    """Erase what a person told, and cut loose what others verified of it.

    Handles stay taken, as a digest that tells nobody which they were. Verifications that the
    person gave to others stay; what they signed as a referee keeps its answer, without the name.
    """
    for row in Experience.objects.select_for_update().filter(person=person):
        close_requests(row, at=at)
        _cut_loose(row)
    for each in Handle.objects.select_for_update().filter(person=person):
        each.folded, each.person = closed_digest(each.folded), None
        each.save(update_fields=["folded", "person"])
    for model in (
        Profile, Expertise, Employment, VendorInterest, OptIn, LoadCap, Unavailability, Contribution
    ):  # fmt: skip
        model._default_manager.filter(person=person).delete()  # noqa: SLF001 - Django's own name
    Employer.objects.filter(owner=person).update(owner=None)
    Employer.objects.filter(added_by=person).update(added_by=None)
    _erase_as_referee(person)


def _cut_loose(row: Experience) -> None:
    rows = Reference.objects.filter(experience=row)
    rows.update(email="", statement="", typed_name="", answer="", token_digest="", answered_by=None)
    Verification.objects.filter(experience=row).exclude(seen="").update(seen=ERASED)
    VerificationEnd.objects.filter(verification__experience=row).update(reason=ERASED)
    CheckRequest.objects.filter(experience=row).exclude(reason="").update(reason=ERASED)
    Experience.objects.filter(pk=row.pk).update(person=None, role="", description="")
    audit.forget(subject(row))


def _erase_as_referee(person: Any) -> None:
    """Erase who the person was to others; what they have not answered yet is withdrawn."""
    addresses = [person.email, *(each.lower() for each, _ok in accounts.email_addresses(person))]
    mine = Reference.objects.filter(Q(answered_by=person) | Q(email__in=addresses))
    waiting = mine.filter(state=ReferenceState.ASKED.value)
    waiting.update(state=ReferenceState.WITHDRAWN.value, token_digest="", email="")
    mine.update(email="", typed_name="", answer="", answered_by=None)


def _reference_item(row: Reference, now: datetime) -> DeskItem:
    lapsed = row.has_lapsed(now)
    return DeskItem(
        title=_("Referee asked: %(email)s") % {"email": row.email},
        url=reverse("practitioners:experience", args=[row.experience_id]),
        detail=_("No answer in 30 days. Ask again, or somebody else.") if lapsed else "",
        due=None if lapsed else row.expires_at,
    )


def _profile_data(row: Profile | None) -> dict[str, Any] | None:
    if row is None:
        return None
    left_out = ("id", "person_id", "created_at", "changed_at")
    names = [field.attname for field in row._meta.concrete_fields if field.attname not in left_out]
    return {
        **{name: getattr(row, name) for name in names},
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }


def _line(row: Employment | VendorInterest, **more: str) -> dict[str, Any]:
    where = row.employer if isinstance(row, Employment) else row.vendor
    return {
        "name": str(where),
        **more,
        "begins": row.begins.isoformat(),
        "ends": _iso(row.ends),
        "withdrawn": _iso(row.withdrawn_at),
    }


def _experience(row: Experience) -> dict[str, Any]:
    return {
        "employer": str(row.employer) if row.employer else "",
        "domains": row.keys,
        "system": row.system,
        "role": row.role,
        "begins": row.begins.isoformat(),
        "ends": _iso(row.ends),
        "scale": row.scale,
        "description": row.description,
        "attested": _iso(row.attested_at),
        "withdrawn": _iso(row.withdrawn_at),
        "references": [
            {
                "email": each.email,
                "asked": _iso(each.asked_at),
                "state": each.state,
                "signed": each.answer,
            }
            for each in row.references.all()
        ],
        "verifications": [
            {
                "way": each.way,
                "domains": each.keys,
                "at": _iso(each.verified_at),
                "lapses": _iso(each.lapses_at),
                "ended": _iso(each.end.at) if hasattr(each, "end") else None,
            }
            for each in row.verifications.all()
        ],
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
