"""How a person is known to others, by their own choice."""

from django.conf import settings
from django.db import models

from guildmark.apps.practitioners.handles import LONGEST
from guildmark.apps.practitioners.states import Level, Sector

LONGEST_FOLDED = 80


class Profile(models.Model):
    """What a person tells about themselves. Nobody else sees it unless `is_public` is on.

    `handle` is the one in use now; `Handle` keeps those of before.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="practitioner_profile"
    )
    handle = models.CharField(max_length=LONGEST, blank=True)
    name = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=600, blank=True)
    sector = models.CharField(max_length=20, blank=True)
    is_public = models.BooleanField(default=False)
    shows_name = models.BooleanField(default=False)
    shows_sector = models.BooleanField(default=False)
    shows_expertise = models.BooleanField(default=False)
    shows_experience = models.BooleanField(default=False)
    shows_credentials = models.BooleanField(default=False)
    shows_contributions = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handle"],
                condition=~models.Q(handle=""),
                name="profile_handle_is_unique",
            ),
            models.CheckConstraint(
                name="profile_public_has_handle",
                condition=models.Q(is_public=False) | ~models.Q(handle=""),
            ),
            models.CheckConstraint(
                name="profile_shown_name_is_given",
                condition=models.Q(shows_name=False) | ~models.Q(name=""),
            ),
            models.CheckConstraint(
                name="profile_sector_is_known",
                condition=models.Q(sector__in=["", *(each.value for each in Sector)]),
            ),
        ]

    def __str__(self) -> str:
        return self.handle or f"profile {self.pk}"

    @property
    def shown_name(self) -> str:
        """The name if the person chose that, else the handle."""
        return self.name if self.shows_name else self.handle


class Handle(models.Model):
    """A handle that somebody has or had; nobody else can have it, or one that reads like it.

    After the account is closed `folded` holds a keyed digest instead of the word.
    """

    folded = models.CharField(max_length=LONGEST_FOLDED, unique=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"handle {self.pk}"


class Expertise(models.Model):
    """How well a person says that they know a domain, by the domain's permanent key."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="expertise")
    domain = models.CharField(max_length=100)
    level = models.CharField(max_length=20)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "domain"], name="expertise_is_one"),
            models.CheckConstraint(
                name="expertise_level_is_known",
                condition=models.Q(level__in=[each.value for each in Level]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain}: {self.level}"
