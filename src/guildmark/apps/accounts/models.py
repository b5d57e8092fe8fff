"""People and what they may do."""

from typing import Any, ClassVar
from uuid import uuid4
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .states import Role

models.CharField.register_lookup(Length)


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is in the time zone database."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is no time zone. Choose one such as Europe/Berlin or UTC."),
            code="time_zone",
            params={"name": name},
        )


def validate_language(code: str) -> None:
    """Raise ValidationError unless this installation speaks the language."""
    spoken = dict(settings.LANGUAGES)
    if code not in spoken:
        raise ValidationError(
            _("This site does not speak “%(code)s”. Choose one of: %(spoken)s."),
            code="language",
            params={"code": code, "spoken": ", ".join(str(name) for name in spoken.values())},
        )


class AccountIsClosed(PermissionDenied):
    """Something was begun for a person whose account was closed meanwhile."""

    def __init__(self) -> None:
        self.reason = str(_("This account is closed. Nothing can be changed in it any more."))
        super().__init__(self.reason)


class UserManager(BaseUserManager["User"]):
    """Makes people who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a person; without a password they can't sign in by password."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def locked_if_open(self, pk: int) -> "User":
        """Lock the person until the transaction ends. Raises `AccountIsClosed`."""
        rows = self.select_for_update(no_key=True).filter(pk=pk, closed_at__isnull=True)
        if (person := rows.first()) is None:
            raise AccountIsClosed
        return person


class User(AbstractBaseUser):
    """A person with an account.

    `actor_id` is the pseudonym under which events know this person; closing the account cuts the
    link between the two. A disabled account (`is_active` false) can be enabled again, a closed
    one (`closed_at`) is an empty row that only keeps references from breaking.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    actor_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, validators=[validate_language]
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    # Whether the session in which this person acts has used a second factor. None outside of
    # sessions, where the account alone is asked; set by `middleware.SessionFactor`.
    session_has_second_factor: bool | None = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_closed_is_inactive",
                condition=models.Q(closed_at__isnull=True) | models.Q(is_active=False),
            )
        ]

    def __str__(self) -> str:
        if self.closed_at is not None:
            return str(_("closed account"))
        return self.display_name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, but refuse a time zone or language that would break the person's every page.

        A row that was read before the account was closed would bring the person back. Raises
        `AccountIsClosed` for it.
        """
        if self.time_zone:
            validate_time_zone(self.time_zone)
        if self.language:
            validate_language(self.language)
        with transaction.atomic():
            if not self._state.adding:
                User.objects.locked_if_open(self.pk)
            super().save(*args, **kwargs)


class RoleGrant(models.Model):
    """One stretch of time in which a person holds a role; never deleted, ended at most once.

    `granted_by` is empty only for the institute's first administrator.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=[(role, role.label) for role in Role])
    reason = models.CharField(max_length=500)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-granted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="role_grant_open_is_one",
            ),
            models.UniqueConstraint(
                fields=["role"],
                condition=models.Q(granted_by__isnull=True),
                name="role_grant_first_is_one",
            ),
            models.CheckConstraint(
                name="role_grant_role_is_known",
                condition=models.Q(role__in=[role.value for role in Role]),
            ),
            models.CheckConstraint(
                name="role_grant_by_nobody_is_first_administrator",
                condition=models.Q(granted_by__isnull=False)
                | models.Q(role=Role.ADMINISTRATOR.value),
            ),
            models.CheckConstraint(
                name="role_grant_not_by_oneself",
                condition=models.Q(granted_by__isnull=True)
                | ~models.Q(granted_by=models.F("user")),
            ),
            models.CheckConstraint(
                name="role_grant_has_reason", condition=models.Q(reason__length__gt=0)
            ),
            models.CheckConstraint(
                name="role_grant_end_is_explained",
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | models.Q(
                    ended_at__isnull=False, ended_by__isnull=False, end_reason__length__gt=0
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {Role(self.role).label}"
