"""What a person did for the standard, and what the programme counts it."""

from django.conf import settings
from django.db import models

from guildmark.apps.audit.immutability import protect


class ContributionKind(models.Model):
    """A kind of contribution and the points that it counts: programme data."""

    kind = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    points = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["name", "kind"]

    def __str__(self) -> str:
        return self.name


class RenewalRule(models.Model):
    """The points that a renewal of a type of credential needs: programme data."""

    type = models.CharField(max_length=10, unique=True)
    points = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["type"]

    def __str__(self) -> str:
        return f"{self.type}: {self.points}"


class Contribution(models.Model):
    """Something that a person did, once for each kind and subject."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="contribution_record"
    )
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    points = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "subject"], name="contribution_counts_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


protect(Contribution, deletable=True)
