"""What a person offers their time for, how much of it, and when they can't."""

from django.conf import settings
from django.db import models

from guildmark.apps.audit.immutability import protect
from guildmark.apps.practitioners.states import Purpose

PURPOSES = [each.value for each in Purpose]


class OptIn(models.Model):
    """A stretch of time in which a person offers their time for a purpose in a domain."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="opt_ins")
    purpose = models.CharField(max_length=20)
    domain = models.CharField(max_length=100)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose", "domain"],
                condition=models.Q(until__isnull=True),
                name="opt_in_open_is_one",
            ),
            models.CheckConstraint(
                name="opt_in_purpose_is_known", condition=models.Q(purpose__in=PURPOSES)
            ),
            models.CheckConstraint(
                name="opt_in_ends_after_it_begins",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}, {self.domain}"


class LoadCap(models.Model):
    """How many things at a time a person takes on for a purpose."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20)
    most = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "purpose"], name="load_cap_is_one"),
            models.CheckConstraint(
                name="load_cap_purpose_is_known", condition=models.Q(purpose__in=PURPOSES)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.most}"


class Unavailability(models.Model):
    """Days on which a person can't do anything; both days belong to it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begins = models.DateField()
    ends = models.DateField()

    class Meta:
        ordering = ["begins", "pk"]
        constraints = [
            models.CheckConstraint(
                name="unavailability_ends_after_it_begins",
                condition=models.Q(ends__gte=models.F("begins")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.begins} to {self.ends}"


protect(OptIn, except_columns=["until"], deletable=True)
