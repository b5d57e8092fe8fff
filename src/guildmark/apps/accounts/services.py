"""Changing people and roles.

Every change of roles and every end of an account first takes the row locks of all administrators'
grants, so that two of them at once can't leave the institute without an administrator.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from guildmark.apps.audit.events import SYSTEM, Actor, Event, System
from guildmark.apps.audit.services import forget, record

from . import events, policies, queries, slots
from .models import RoleGrant, User
from .states import Role

ERASED = "(erased)"
FOUNDING = "First administrator, appointed when the institute was set up."
# One event a minute for each address: enough to see an attack, too little to flood the table.
FAILED_SIGN_IN_EVERY = 60


class AccountRefused(ValueError):
    """What was asked for an account or role cannot be done; the message says why."""


class RoleAlreadyHeld(AccountRefused):
    """The person already holds the role."""


class AdministratorAlreadyAppointed(AccountRefused):
    """The first administrator can be appointed only once."""


class NoSecondFactor(AccountRefused):
    """The person has no second factor that could be reset."""


class ReasonMissing(AccountRefused):
    """A decision about another person needs a reason."""


def create_person(
    *, email: str, at: datetime, password: str | None = None, display_name: str = ""
) -> User:
    """Create a person whose address counts as confirmed, as an operator does.

    Raises `AccountRefused` for an address that is none or taken, or a password that is too weak.
    """
    email = email.strip().lower()
    draft = User(email=email, display_name=display_name)
    try:
        validate_email(email)
        if password is not None:
            validate_password(password, draft)
    except ValidationError as error:
        raise AccountRefused(f"{email}: {' '.join(error.messages)}") from error
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            raise AccountRefused(_("%(email)s already has an account.") % {"email": email})
        user = User.objects.create_user(
            email, password, display_name=display_name.strip(), joined_at=at
        )
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
        note_account_opened(user, at=at)
    return user


def enrol_authenticator_app(person: User, *, secret: str, at: datetime) -> Authenticator:
    """Give the person an authenticator app with this base32 secret, kept encrypted.

    Every session ends, because none of them has used the app.
    """
    with transaction.atomic():
        authenticator = TOTP.activate(person, secret).instance
        note_second_factor_added(person, kind=authenticator.type, session_key=None, at=at)
    return authenticator


def grant_role(person: User, role: Role, *, actor: User, at: datetime, reason: str) -> RoleGrant:
    """Give a person a role. It sleeps until the person has a second factor.

    Raises `PermissionRefused`, `ReasonMissing` or `RoleAlreadyHeld`.
    """
    with transaction.atomic():
        _lock_administrators()
        person = _locked(person)
        policies.ROLE_GRANT.require(actor, person)
        if role in queries.held_roles(person):
            raise RoleAlreadyHeld(
                _("%(person)s already holds the role %(role)s.")
                % {"person": person, "role": role.label}
            )
        return _open_grant(person, role, granted_by=actor, at=at, reason=_given(reason))


def appoint_first_administrator(person: User, *, at: datetime) -> RoleGrant:
    """Make the person the institute's first administrator, which nobody has to grant.

    Raises `AdministratorAlreadyAppointed` when there has ever been one, even if none is left.
    """
    try:
        with transaction.atomic():
            if queries.has_ever_had_an_administrator():
                raise AdministratorAlreadyAppointed(_already_appointed())
            return _open_grant(person, Role.ADMINISTRATOR, granted_by=None, at=at, reason=FOUNDING)
    except IntegrityError as error:  # Another process was first.
        raise AdministratorAlreadyAppointed(_already_appointed()) from error


def end_role(grant: RoleGrant, *, actor: User, at: datetime, reason: str) -> RoleGrant:
    """End a role: an administrator for somebody, or anybody their own.

    Raises `PermissionRefused` or `ReasonMissing`.
    """
    with transaction.atomic():
        _lock_administrators()
        grant = RoleGrant.objects.select_related("user").get(pk=grant.pk)
        policies.ROLE_END.require(actor, grant)
        return _close_grant(grant, actor=actor, at=at, reason=_given(reason))


def change_preferences(person: User, *, display_name: str, time_zone: str, language: str) -> User:
    """Save how the person wants to be called and to read times and texts.

    Raises `AccountIsClosed`.
    """
    with transaction.atomic():
        person = User.objects.locked_if_open(person.pk)
        person.display_name = " ".join(display_name.split())
        person.time_zone = time_zone
        person.language = language
        person.save(update_fields=["display_name", "time_zone", "language"])
    return person


def disable_account(person: User, *, actor: User, at: datetime, reason: str) -> User:
    """Keep a person from signing in and end their sessions; everything of theirs stays.

    Raises `PermissionRefused` or `ReasonMissing`.
    """
    with transaction.atomic():
        _lock_administrators()
        person = _locked(person)
        policies.ACCOUNT_DISABLE.require(actor, person)
        person.is_active = False
        person.save(update_fields=["is_active"])
        end_sessions(person)
        _record_for(person, events.AccountDisabled(), actor=actor, at=at, reason=_given(reason))
    return person


def enable_account(person: User, *, actor: User, at: datetime, reason: str) -> User:
    """Let a person sign in again. Raises `PermissionRefused` or `ReasonMissing`."""
    with transaction.atomic():
        _lock_administrators()
        person = _locked(person)
        policies.ACCOUNT_ENABLE.require(actor, person)
        person.is_active = True
        person.save(update_fields=["is_active"])
        _record_for(person, events.AccountEnabled(), actor=actor, at=at, reason=_given(reason))
    return person


def reset_second_factors(person: User, *, actor: User | System, at: datetime, reason: str) -> User:
    """Remove every second factor of a person who lost them, and end the person's sessions.

    Authenticator app, passkeys and recovery codes go; password and roles stay, and the roles sleep
    until there is a new second factor. The actor is another administrator, or the system for an
    operator at the machine. Raises `PermissionRefused`, `NoSecondFactor` or `ReasonMissing`.
    """
    with transaction.atomic():
        _lock_administrators()
        person = _locked(person)
        if isinstance(actor, User):
            policies.FACTORS_RESET.require(actor, person)
        reason = _given(reason)
        _remove_second_factors(person)
        end_sessions(person)
        reset = events.SecondFactorsReset(by="operator" if actor is SYSTEM else "administrator")
        _record_for(person, reset, actor=actor, at=at, reason=reason)
    return person


def close_account(person: User, *, actor: User, at: datetime, reason: str = "") -> User:
    """Close an account for ever: by its owner, or by an administrator with a reason.

    Erases address, name, password, second factors and sessions, ends roles, lets every context
    erase what it holds, erases the reasons and salts of earlier events by and about the person,
    and replaces `actor_id`, so that events no longer lead to the person.
    Raises `PermissionRefused` or `ReasonMissing`.
    """
    with transaction.atomic():
        _lock_administrators()
        person = _locked(person)
        policies.ACCOUNT_CLOSE.require(actor, person)
        by_owner = actor.pk == person.pk
        closed = events.AccountClosed(by="owner" if by_owner else "administrator")
        reason = "" if by_owner else _given(reason)
        for grant in queries.open_grants(person):
            _close_grant(grant, actor=actor, at=at, reason=ERASED)
        for erase in slots.account_closing:
            erase(person, at)
        forget(person.actor_id)
        _record_for(person, closed, actor=actor, at=at, reason=reason)
        _erase(person, at=at)
    return person


def export_personal_data(person: User, *, at: datetime) -> dict[str, Any]:
    """Collect what every context holds about the person, ready for JSON, and record that.

    Raises `AccountIsClosed`.
    """
    with transaction.atomic():
        person = User.objects.locked_if_open(person.pk)
        parts = zip(slots.personal_data.names, slots.personal_data, strict=True)
        data = {name: provider(person) for name, provider in parts}
        _record_for(person, events.PersonalDataExported(), actor=person, at=at)
    return {"exported_at": at.isoformat(), **data}


def end_sessions(person: User, *, keep: str | None = None) -> int:
    """Sign the person out everywhere but in the session `keep`; return how many ended."""
    ended = UserSession.objects.filter(user=person).exclude(session_key=keep or "")
    sessions = list(ended)
    for session in sessions:
        session.end()
    return len(sessions)


def note_account_opened(person: User, *, at: datetime) -> None:
    """Record that a person signed up."""
    _record_own(person, events.AccountOpened(), at=at)


def note_sign_in(person: User, *, method: str, at: datetime) -> None:
    """Record that a person signed in, which changes nothing else."""
    with transaction.atomic():
        _record_own(person, events.SignedIn(method=method), at=at)


def note_failed_sign_in(email: str, *, factor: str, at: datetime) -> None:
    """Record a failed sign-in under a pseudonym, at most once a minute for each address.

    An unknown address is recorded like a known one, under a keyed digest of it, so that the time
    an answer takes says nothing about whether an account exists.
    """
    person = User.objects.filter(email=email.strip().lower()).first()
    subject = person.actor_id if person else _pseudonym(email.strip().lower())
    if cache.add(f"accounts:failed-sign-in:{subject}", "", timeout=FAILED_SIGN_IN_EVERY):
        with transaction.atomic():
            record(events.SignInFailed(factor=factor), actor=None, subject=subject, at=at)


def note_password_change(person: User, *, how: str, session_key: str | None, at: datetime) -> None:
    """Record a new password and end every session but the one that made the change."""
    _record_own(person, events.PasswordChanged(how=how), at=at)
    end_sessions(person, keep=session_key)


def note_second_factor_added(
    person: User, *, kind: str, session_key: str | None, at: datetime
) -> None:
    """Record a new second factor and end every session but the one in which it was set up."""
    _record_own(person, events.SecondFactorAdded(kind=kind), at=at)
    end_sessions(person, keep=session_key)


def note_second_factor_removed(person: User, *, kind: str, at: datetime) -> None:
    """Record that a second factor is gone."""
    _record_own(person, events.SecondFactorRemoved(kind=kind), at=at)


def note_email_change(person: User, *, at: datetime) -> None:
    """Record that the person's address changed, without the addresses."""
    _record_own(person, events.EmailChanged(), at=at)


def _lock_administrators() -> None:
    rows = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, ended_at__isnull=True)
    list(rows.select_for_update(no_key=True).order_by("pk"))


def _locked(person: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _open_grant(
    person: User, role: Role, *, granted_by: User | None, at: datetime, reason: str
) -> RoleGrant:
    grant = RoleGrant.objects.create(
        user=person, role=role, reason=reason, granted_by=granted_by, granted_at=at
    )
    granted = events.RoleGranted(role=role.value)
    _record_for(person, granted, actor=granted_by, at=at, reason=reason)
    return grant


def _close_grant(grant: RoleGrant, *, actor: User, at: datetime, reason: str) -> RoleGrant:
    grant.ended_at, grant.ended_by, grant.end_reason = at, actor, reason
    grant.save(update_fields=["ended_at", "ended_by", "end_reason"])
    ended = events.RoleEnded(role=grant.role)
    _record_for(grant.user, ended, actor=actor, at=at, reason=reason)
    return grant


def _remove_second_factors(person: User) -> None:
    removed, _by_model = Authenticator.objects.filter(user=person).delete()
    if not removed:
        raise NoSecondFactor(_("%(person)s has no second factor.") % {"person": person})


def _erase(person: User, *, at: datetime) -> None:
    end_sessions(person)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    RoleGrant.objects.filter(user=person).update(reason=ERASED, end_reason=ERASED)
    person.email = f"{uuid4()}@closed.invalid"
    person.display_name = person.time_zone = person.language = ""
    person.set_unusable_password()
    person.actor_id = uuid4()
    person.last_login = None
    person.is_active = False
    person.closed_at = at
    person.save()


def _given(reason: str) -> str:
    if cleaned := " ".join(reason.split()):
        return cleaned[:500]
    raise ReasonMissing(_("Say why: the reason is kept with the decision."))


def _already_appointed() -> str:
    return _("The first administrator was already appointed. Administrators appoint others.")


def _pseudonym(address: str) -> UUID:
    digest = salted_hmac("guildmark.accounts.failed-sign-in", address, algorithm="sha256")
    return UUID(bytes=digest.digest()[:16])


def _record_for(
    person: User, event: Event, *, actor: Actor | None, at: datetime, reason: str = ""
) -> None:
    record(event, actor=actor, subject=person.actor_id, at=at, reason=reason)


def _record_own(person: User, event: Event, *, at: datetime) -> None:
    """Record what a person did to their own account, in the transaction in which they did it.

    Outside of one it is refused. Raises `AccountIsClosed` for a request that closing has overtaken.
    """
    person = User.objects.locked_if_open(person.pk)
    _record_for(person, event, actor=person, at=at)
