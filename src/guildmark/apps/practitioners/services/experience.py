"""Attesting experience, withdrawing it, and verifying it by whatever way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guildmark.apps.practitioners import policies, queries
from guildmark.apps.practitioners.events import (
    ExperienceAttested,
    ExperienceVerified,
    ExperienceWithdrawn,
    VerificationEnded,
)
from guildmark.apps.practitioners.models import (
    CheckRequest,
    Employer,
    Experience,
    ExperienceDomain,
    Reference,
    Verification,
    VerificationDomain,
    VerificationEnd,
)
from guildmark.apps.practitioners.periods import years_after
from guildmark.apps.practitioners.states import (
    CheckState,
    ReferenceState,
    Scale,
    SystemKind,
    Way,
)

from .refusals import (
    PractitionerRefused,
    fitting,
    given,
    known_domains,
    locked,
    note,
    reason_of,
)
from .work import LONGEST_ROLE, months, refuse_others_self

LONGEST_DESCRIPTION = 2000
LONGEST_SEEN = 1000
LONGEST_SOURCE = 100
COUNTS_FOR_YEARS = 3
MOST_EXPERIENCES = 100
"""Experiences that one person can attest at a time."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a person attests of themselves."""

    employer: Employer
    domains: tuple[str, ...]
    system: SystemKind
    role: str
    begins: date
    ends: date | None
    scale: Scale
    description: str


def attest(wanted: Attestation, *, actor: Any, at: datetime) -> Experience:
    """Attest experience of one's own. Raises `PractitionerRefused` and `PermissionRefused`."""
    policies.PROFILE_EDIT.require(actor)
    domains, values = _checked(wanted, at=at)
    with transaction.atomic():
        person = locked(actor)
        refuse_others_self(wanted.employer, person)
        _refuse_too_many(person)
        row = Experience.objects.create(person=person, attested_at=at, **values)
        ExperienceDomain.objects.bulk_create(
            ExperienceDomain(experience=row, domain=each) for each in domains
        )
        note(ExperienceAttested(tuple(domains)), subject(row), actor=actor, at=at)
    return row


def withdraw_experience(row: Experience, *, actor: Any, at: datetime) -> Experience:
    """Take back what one attested; what was verified of it counts no more.

    Requests that wait are withdrawn with it. Raises `PermissionRefused`.
    """
    with transaction.atomic():
        person = locked(actor)
        row = lock_experience(row)
        policies.EXPERIENCE_EDIT.require(person, row)
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        close_requests(row, at=at)
        note(ExperienceWithdrawn(), subject(row), actor=actor, at=at)
    return row


def verify_by_portfolio(
    row: Experience, *, domains: Iterable[str], source: str, actor: Any, at: datetime
) -> Verification:
    """Verify experience that an assessed portfolio showed; `source` names the portfolio.

    The same portfolio verifies the same experience once; again, the first verification comes
    back. Raises `PractitionerRefused` and `PermissionRefused`.
    """
    missing = _("Name the portfolio that this rests on.")
    source = given(source, field="source", longest=LONGEST_SOURCE, missing=missing)
    with transaction.atomic():
        row = lock_experience(row)
        policies.PORTFOLIO_VERIFY.require(actor, row)
        known = row.verifications.filter(way=Way.PORTFOLIO.value, source=source).first()
        if known is not None:
            return known
        by = actor if getattr(actor, "pk", None) else None
        return write_verification(
            row, Way.PORTFOLIO, domains, actor=actor, at=at, source=source, by=by
        )


def end_verification(row: Verification, *, reason: str, actor: Any, at: datetime) -> Verification:
    """End a verification that was found false; the reason is kept, and both rows stay.

    Raises `PractitionerRefused` where it was ended already, and `PermissionRefused`.
    """
    reason = reason_of(reason)
    with transaction.atomic():
        lock_experience(row.experience)
        policies.VERIFICATION_END.require(actor, row)
        if VerificationEnd.objects.filter(verification=row).exists():
            raise PractitionerRefused(_("This verification was ended already."))
        VerificationEnd.objects.create(verification=row, reason=reason, by=actor, at=at)
        ended = VerificationEnded(row.way)
        note(ended, subject(row.experience), actor=actor, at=at, reason=reason)
    return row


def write_verification(
    row: Experience,
    way: Way,
    domains: Iterable[str],
    *,
    actor: Any,
    at: datetime,
    **facts: Any,
) -> Verification:
    """Write a verification of some of the domains of an experience, for three years.

    Raises `PractitionerRefused` for domains that the experience does not name.
    """
    keys = _named_domains(row, domains)
    made = Verification.objects.create(
        experience=row,
        way=way.value,
        verified_at=at,
        lapses_at=years_after(at, COUNTS_FOR_YEARS),
        **facts,
    )
    VerificationDomain.objects.bulk_create(
        VerificationDomain(verification=made, domain=each) for each in keys
    )
    note(ExperienceVerified(way.value, tuple(keys)), subject(row), actor=actor, at=at)
    return made


def close_requests(row: Experience, *, at: datetime) -> None:
    """Withdraw what waits for referees and checkers; links stop to lead anywhere."""
    waiting = Reference.objects.filter(experience=row, state=ReferenceState.ASKED.value)
    waiting.update(state=ReferenceState.WITHDRAWN.value, token_digest="")
    asked = CheckRequest.objects.filter(experience=row, state=CheckState.ASKED.value)
    asked.update(state=CheckState.WITHDRAWN.value, decided_at=at)


def lock_experience(row: Experience) -> Experience:
    """Lock an experience for the transaction, and read it anew."""
    return Experience.objects.select_for_update(no_key=True).get(pk=row.pk)


def subject(row: Experience) -> str:
    """Return the key by which events know an experience."""
    return f"practitioners.experience:{row.pk}"


def _named_domains(row: Experience, domains: Iterable[str]) -> list[str]:
    wanted, named = set(domains), set(row.domains.values_list("domain", flat=True))
    if not wanted:
        raise PractitionerRefused(_("Choose the domains in which it was shown."), "domains")
    if odd := sorted(wanted - named):
        raise PractitionerRefused(
            _("The experience does not name the domain “%(key)s”.") % {"key": odd[0]}, "domains"
        )
    return sorted(wanted)


def _checked(wanted: Attestation, *, at: datetime) -> tuple[list[str], dict[str, Any]]:
    domains = known_domains(wanted.domains)
    if not domains:
        raise PractitionerRefused(_("Choose at least one domain."), "domains")
    begins, ends = months(wanted.begins, wanted.ends, at=at)
    role_missing = _("Give what you did there, such as “led the rollout”.")
    words = wanted.description.strip()
    if not words:
        raise PractitionerRefused(_("Describe in a few sentences what you did."), "description")
    return domains, {
        "employer": wanted.employer,
        "system": wanted.system.value,
        "role": given(wanted.role, field="role", longest=LONGEST_ROLE, missing=role_missing),
        "begins": begins,
        "ends": ends,
        "scale": wanted.scale.value,
        "description": fitting(words, field="description", longest=LONGEST_DESCRIPTION),
    }


def _refuse_too_many(person: Any) -> None:
    if queries.own_experience(person).count() >= MOST_EXPERIENCES:
        raise PractitionerRefused(
            _("You attest %(most)s experiences already. Withdraw one that matters less.")
            % {"most": MOST_EXPERIENCES}
        )
