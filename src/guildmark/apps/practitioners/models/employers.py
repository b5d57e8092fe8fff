"""The register of employers: names, families, and what is the same under two names."""

from django.conf import settings
from django.db import models

from guildmark.apps.practitioners.states import EmployerKind

LONGEST_NAME = 200
LONGEST_COUNTRY = 2
LONGEST_DOMAIN = 253


class Employer(models.Model):
    """An organisation, or one person who works for themselves.

    `parent` is the organisation that it belongs to. `merged_into` is the row for the same
    organisation that counts instead of this one; while it is set, the parent does not count.
    Following `merged_into` or else `parent` never leads back: services see to it. Two columns are
    derived from these, and kept by the same services: `resolved` is the end of the chain of
    merges, `family` the end of the chain of merges and parents.
    """

    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    folded = models.CharField(max_length=LONGEST_NAME, blank=True, db_index=True)
    country = models.CharField(max_length=LONGEST_COUNTRY, blank=True)
    kind = models.CharField(max_length=20, default=EmployerKind.ORGANISATION.value)
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    is_institute = models.BooleanField(default=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    resolved = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    family = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["folded", "pk"]
        constraints = [
            models.CheckConstraint(
                name="employer_kind_is_known",
                condition=models.Q(kind__in=[each.value for each in EmployerKind]),
            ),
            models.CheckConstraint(
                name="employer_organisation_has_name",
                condition=models.Q(kind=EmployerKind.SELF_EMPLOYED.value) | ~models.Q(name=""),
            ),
            models.CheckConstraint(
                name="employer_person_has_no_family",
                condition=models.Q(kind=EmployerKind.ORGANISATION.value)
                | models.Q(
                    name="", parent__isnull=True, merged_into__isnull=True, is_institute=False
                ),
            ),
            models.CheckConstraint(
                name="employer_owner_is_self_employed",
                condition=models.Q(owner__isnull=True)
                | models.Q(kind=EmployerKind.SELF_EMPLOYED.value),
            ),
            models.CheckConstraint(
                name="employer_is_not_its_own_parent",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("pk")),
            ),
            models.CheckConstraint(
                name="employer_is_not_merged_into_itself",
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(EmployerKind.SELF_EMPLOYED.value)

    @property
    def is_self_employed(self) -> bool:
        """Whether it is one person who works for themselves."""
        return self.kind == EmployerKind.SELF_EMPLOYED

    @property
    def up_id(self) -> int | None:
        """The row that counts instead of this one, or else the parent."""
        return self.merged_into_id or self.parent_id


class EmployerName(models.Model):
    """Another name by which an employer is found: an older one, a short one, a brand."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="names")
    name = models.CharField(max_length=LONGEST_NAME)
    folded = models.CharField(max_length=LONGEST_NAME, db_index=True)

    class Meta:
        ordering = ["folded", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["employer", "folded"], name="employer_name_is_one")
        ]

    def __str__(self) -> str:
        return self.name


class EmployerDomain(models.Model):
    """A mail domain of an employer, entered by who keeps the register, to check referees."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="domains")
    domain = models.CharField(max_length=LONGEST_DOMAIN, db_index=True)

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["employer", "domain"], name="employer_domain_is_one")
        ]

    def __str__(self) -> str:
        return self.domain
