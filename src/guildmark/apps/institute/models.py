"""One row: the institute of this installation."""

from django.db import models
from django.db.models.functions import Length

models.CharField.register_lookup(Length)


class Institute(models.Model):
    """The institute. There is exactly one, with the primary key 1.

    `origin` (scheme and host, such as https://example.org) is part of every credential and
    checkpoint; once `origin_fixed_at` is set it can never change. `holidays` are days, as
    "2026-12-25", on which nobody works and no clock runs.
    """

    name = models.CharField(max_length=120)
    origin = models.CharField(max_length=200)
    origin_fixed_at = models.DateTimeField(null=True, blank=True)
    tagline = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField()
    founded_at = models.DateTimeField()
    holidays = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="institute_is_one", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="institute_has_name", condition=models.Q(name__length__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def brand_letter(self) -> str:
        """The first letter of the name, which stands in the mark."""
        return self.name[:1].upper()


class Programme(models.Model):
    """What the institute certifies against, as its programme file describes it; at most one."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=20)
    summary = models.CharField(max_length=2000)
    licence = models.CharField(max_length=120)
    attribution = models.CharField(max_length=500, blank=True)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="programme_is_one", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="programme_has_code", condition=models.Q(code__length__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
