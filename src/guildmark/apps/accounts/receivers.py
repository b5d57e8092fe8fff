"""What allauth tells us; each receiver calls one service."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from . import services
from .models import User


@receiver(account_signals.user_signed_up, dispatch_uid="accounts.signed_up")
def signed_up(user: User, **_: Any) -> None:
    """Record a sign-up."""
    services.note_account_opened(user, at=timezone.now())


@receiver(account_signals.user_logged_in, dispatch_uid="accounts.signed_in")
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Record a sign-in, and tell the person when the browser is a new one."""
    records = get_authentication_records(request, user)
    method = str(records[-1].get("type") or records[-1]["method"]) if records else "session"
    services.note_sign_in(user, method=method, at=timezone.now())
    if _is_new_browser(request, user):
        get_adapter(request).send_notification_mail("accounts/email/new_sign_in", user)


@receiver(mfa_signals.authentication_failed, dispatch_uid="accounts.factor_failed")
def factor_failed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """Record a wrong code after a right password."""
    services.note_failed_sign_in(user.email, factor=authenticator.type, at=timezone.now())


@receiver(account_signals.password_set, dispatch_uid="accounts.password_set")
@receiver(account_signals.password_changed, dispatch_uid="accounts.password_changed")
def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """Record a new password; only the session in which it was chosen goes on."""
    key = request.session.session_key
    services.note_password_change(user, how="changed", session_key=key, at=timezone.now())


@receiver(account_signals.password_reset, dispatch_uid="accounts.password_reset")
def password_reset(user: User, **_: Any) -> None:
    """Record a password chosen by a link in a mail; every session ends."""
    services.note_password_change(user, how="reset", session_key=None, at=timezone.now())


@receiver(mfa_signals.authenticator_used, dispatch_uid="accounts.factor_used")
def factor_used(request: HttpRequest, user: User, **_: Any) -> None:
    """Wake the roles of somebody who confirms, for what is still to be done in this request."""
    if request.user == user:
        request.user.session_has_second_factor = True


@receiver(post_save, sender=Authenticator, dispatch_uid="accounts.factor_added")
def factor_added(instance: Authenticator, created: bool, **_: Any) -> None:
    """Record a second factor set up on a page; only the session in which that happened goes on.

    allauth's own signal comes for apps only after the commit, too late for the same transaction.
    """
    request = context.request
    if created and request is not None and request.user == instance.user:
        services.note_second_factor_added(
            request.user,
            kind=instance.type,
            session_key=request.session.session_key,
            at=timezone.now(),
        )


@receiver(mfa_signals.authenticator_removed, dispatch_uid="accounts.factor_removed")
def factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """Record a second factor that is gone."""
    services.note_second_factor_removed(user, kind=authenticator.type, at=timezone.now())


@receiver(account_signals.email_changed, dispatch_uid="accounts.email_changed")
def email_changed(user: User, from_email_address: Any, **_: Any) -> None:
    """Record a new address; confirming the first one is no change."""
    if from_email_address is not None:
        services.note_email_change(user, at=timezone.now())


def _is_new_browser(request: HttpRequest, user: User) -> bool:
    """Whether the person has other sessions and none of them is in this browser."""
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    agent = request.META.get("HTTP_USER_AGENT", "")
    return others.exists() and not others.filter(user_agent=agent).exists()
