"""For whom a person worked, and what binds them to vendors. Lines are ended, not changed."""

from django.conf import settings
from django.db import models

from guildmark.apps.audit.immutability import protect
from guildmark.apps.practitioners.states import InterestKind

from .employers import Employer

CHANGING = ["ends", "withdrawn_at"]


class Line(models.Model):
    """A stretch of time; `begins` is the first day of a month, `ends` the last day of one.

    Both days belong to it; without `ends` it goes on. A mistake is withdrawn and stays as such.
    """

    begins = models.DateField()
    ends = models.DateField(null=True, blank=True)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-begins", "-pk"]


class Employment(Line):
    """A person worked for an employer; private."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="employments")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="employments")
    role = models.CharField(max_length=120)

    class Meta(Line.Meta):
        constraints = [
            models.CheckConstraint(
                name="employment_ends_after_it_begins",
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("begins")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.employer}"


class VendorInterest(Line):
    """Something binds a person to a vendor; private, read by who looks for conflicts."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="vendor_interests"
    )
    vendor = models.ForeignKey(Employer, models.PROTECT, related_name="interested")
    kind = models.CharField(max_length=20)

    class Meta(Line.Meta):
        constraints = [
            models.CheckConstraint(
                name="interest_ends_after_it_begins",
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("begins")),
            ),
            models.CheckConstraint(
                name="interest_kind_is_known",
                condition=models.Q(kind__in=[each.value for each in InterestKind]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.vendor}"

    @property
    def kind_label(self) -> str:
        """The kind as people read it."""
        return str(InterestKind(self.kind).label)


# Rows go when an account is closed.
protect(Employment, except_columns=CHANGING, deletable=True)
protect(VendorInterest, except_columns=CHANGING, deletable=True)
