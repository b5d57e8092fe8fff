"""What a person did in production, who was asked about it, and what came of it.

Experience never changes: who wrote something wrong withdraws it and attests it anew, so that what
was verified is what is read. Closing an account erases the words and the person.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Length

from guildmark.apps.audit.immutability import protect
from guildmark.apps.practitioners.states import (
    CheckState,
    Identity,
    ReferenceState,
    Relation,
    Scale,
    SystemKind,
    Way,
)

from .employers import Employer

models.CharField.register_lookup(Length)


class Experience(models.Model):
    """What a person attests of themselves; the words are private."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="experience"
    )
    employer = models.ForeignKey(Employer, models.PROTECT, null=True, related_name="+")
    system = models.CharField(max_length=20)
    role = models.CharField(max_length=120)
    begins = models.DateField()
    ends = models.DateField(null=True, blank=True)
    scale = models.CharField(max_length=30)
    description = models.TextField()
    attested_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-begins", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="experience_system_is_known",
                condition=models.Q(system__in=[each.value for each in SystemKind]),
            ),
            models.CheckConstraint(
                name="experience_scale_is_known",
                condition=models.Q(scale__in=[each.value for each in Scale]),
            ),
            models.CheckConstraint(
                name="experience_ends_after_it_begins",
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("begins")),
            ),
        ]

    def __str__(self) -> str:
        return f"experience {self.pk}"

    @property
    def keys(self) -> list[str]:
        """The permanent keys of its domains."""
        return sorted(each.domain for each in self.domains.all())

    @property
    def system_label(self) -> str:
        """The kind of system as people read it."""
        return str(SystemKind(self.system).label)

    @property
    def scale_label(self) -> str:
        """The scale as people read it."""
        return str(Scale(self.scale).label)


class ExperienceDomain(models.Model):
    """A domain that an experience is about, by its permanent key."""

    experience = models.ForeignKey(Experience, models.PROTECT, related_name="domains")
    domain = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["experience", "domain"], name="experience_domain_is_one"
            )
        ]

    def __str__(self) -> str:
        return self.domain


class Reference(models.Model):
    """A referee who was asked, by a link of which only the digest is kept.

    `statement` is what the referee sees, as it was asked. `answer` is the text that they signed
    with their typed name, `digest` its SHA-256. Closing the account of the person whom it is about
    erases addresses and texts.
    """

    experience = models.ForeignKey(Experience, models.PROTECT, related_name="references")
    email = models.EmailField(blank=True)
    relation = models.CharField(max_length=20)
    statement = models.TextField()
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)
    asked_at = models.DateTimeField()
    last_asked_at = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=20, default=ReferenceState.ASKED.value)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    typed_name = models.CharField(max_length=120, blank=True)
    identity = models.CharField(max_length=20, blank=True)
    answer = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="reference_state_is_known",
                condition=models.Q(state__in=[each.value for each in ReferenceState]),
            ),
            models.CheckConstraint(
                name="reference_relation_is_known",
                condition=models.Q(relation__in=[each.value for each in Relation]),
            ),
            models.CheckConstraint(
                name="reference_identity_is_known",
                condition=models.Q(identity__in=["", *(each.value for each in Identity)]),
            ),
        ]

    def __str__(self) -> str:
        return f"reference {self.pk}"

    @property
    def relation_label(self) -> str:
        """The relation as people read it."""
        return str(Relation(self.relation).label)

    @property
    def is_checked(self) -> bool:
        """Whether it is known who answered."""
        return self.identity in (Identity.MAIL_DOMAIN, Identity.HOLDER)

    def has_lapsed(self, at: datetime) -> bool:
        """Whether the link is no good any more, and nobody answered."""
        return self.state == ReferenceState.ASKED and at >= self.expires_at


class CheckRequest(models.Model):
    """A person asked the institute to look at what they can show."""

    experience = models.ForeignKey(Experience, models.PROTECT, related_name="checks")
    state = models.CharField(max_length=20, default=CheckState.ASKED.value)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="check_state_is_known",
                condition=models.Q(state__in=[each.value for each in CheckState]),
            ),
            models.UniqueConstraint(
                fields=["experience"],
                condition=models.Q(state=CheckState.ASKED.value),
                name="check_open_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"check {self.pk}"


class Verification(models.Model):
    """Experience was verified; the row never changes, but for words that are erased.

    `source` names what it rests on: a portfolio, or the reference. `lapses_at` is when it stops
    to count; an earlier end is a row of its own.
    """

    experience = models.ForeignKey(Experience, models.PROTECT, related_name="verifications")
    way = models.CharField(max_length=20)
    source = models.CharField(max_length=100, blank=True)
    reference = models.OneToOneField(Reference, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    seen = models.TextField(blank=True)
    verified_at = models.DateTimeField()
    lapses_at = models.DateTimeField()

    class Meta:
        ordering = ["-verified_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="verification_way_is_known",
                condition=models.Q(way__in=[each.value for each in Way]),
            ),
            models.CheckConstraint(
                name="verification_lapses_later",
                condition=models.Q(lapses_at__gt=models.F("verified_at")),
            ),
            models.CheckConstraint(
                name="verification_rests_on_something",
                condition=models.Q(way=Way.PORTFOLIO.value, source__length__gt=0)
                | models.Q(way=Way.REFEREE.value, reference__isnull=False)
                | models.Q(way=Way.CHECKER.value, by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"verification {self.pk}"

    @property
    def keys(self) -> list[str]:
        """The permanent keys of the domains that it covers."""
        return sorted(each.domain for each in self.domains.all())

    @property
    def way_label(self) -> str:
        """The way as people read it."""
        return str(Way(self.way).label)


class VerificationDomain(models.Model):
    """A domain that a verification covers, by its permanent key."""

    verification = models.ForeignKey(Verification, models.PROTECT, related_name="domains")
    domain = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "domain"], name="verification_domain_is_one"
            )
        ]

    def __str__(self) -> str:
        return self.domain


class VerificationEnd(models.Model):
    """A verification was found false, by whom and why; the row never changes."""

    verification = models.OneToOneField(Verification, models.PROTECT, related_name="end")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="verification_end_has_reason", condition=models.Q(reason__length__gt=0)
            )
        ]

    def __str__(self) -> str:
        return f"end of {self.verification}"


# The columns that are left out are erased when an account is closed, or tell what became of it.
protect(Experience, except_columns=["person_id", "role", "description", "withdrawn_at"])
protect(ExperienceDomain)
protect(Verification, except_columns=["seen"])
protect(VerificationDomain)
protect(VerificationEnd, except_columns=["reason"])
